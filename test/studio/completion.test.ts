import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completionsBy } from '../../studio/editor/completion.ts';

const schema = JSON.parse(readFileSync('presets.schema.json', 'utf8'));

/** Labels that are offered at the bar. */
async function offered(text: string): Promise<string[]> {
  const at = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const answer = await completionsBy(schema)(new CompletionContext(state, at, true));
  return ((answer as CompletionResult | null)?.options ?? []).map(({ label }) => label);
}

describe('at a place of a list the editor offers what may stand there', () => {
  it.each([
    ['the list itself', '|', ['presets', 'rules', 'limits']],
    ['a preset', 'presets:\n  - name: feed\n    |', ['widths', 'aspect', 'formats']],
    ['a preset’s first line', 'presets:\n  - |', ['name', 'widths']],
    ['the limits', 'version: 1\nlimits:\n  |', ['megabytes', 'megapixels']],
    [
      'a format, line by line',
      'presets:\n  - name: a\n    formats:\n      jpeg:\n        |',
      ['quality'],
    ],
    [
      'a format in braces',
      'presets:\n  - name: a\n    formats:\n      webp: { quality: 1, |',
      ['effort'],
    ],
    ['braces in braces', 'presets:\n  - { name: a, formats: { avif: { |', ['effort', 'quality']],
    ['a rule', "rules:\n  - match: '**'\n    |", ['presets']],
  ])('%s', async (_, text, labels) => {
    expect(await offered(text)).toEqual(expect.arrayContaining(labels));
  });

  it.each([
    ['fit', 'presets:\n  - name: a\n    fit: |', ['inside', 'cover', 'contain', 'fill']],
    ['device', 'presets:\n  - { name: a, device: |', ['phone', 'tablet', 'desktop', 'any']],
    ['hdr', 'presets:\n  - name: a\n    generate: |', ['eager', 'on_demand']],
  ])('the values of %s, and nothing else', async (_, text, labels) => {
    expect((await offered(text)).sort()).toEqual([...labels].sort());
  });

  it('nothing where the schema knows nothing', async () => {
    expect(await offered('nonsense:\n  |')).toEqual([]);
  });
});
