import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../shared/core/list/preset-list.ts';
import { holds, presetsFor } from '../../../../shared/core/list/rules.ts';
import { listOf, SMALL } from '../../../support/preset-lists.ts';

function namesFor(key: string, match: string): string[] {
  const list = listOf(SMALL.replace("'docs/**', presets: none", `'${match}', presets: [thumb]`));
  return presetsFor(key, list).map(({ name }) => name);
}

describe('rules', () => {
  it.each([
    ['users/1/a.jpg', 'users/*/*.jpg'],
    ['a//b.jpg', '**'],
    ['dir/', '**'],
    ['.hidden.jpg', '*.jpg'],
    ['back\\slash.jpg', '**'],
    ['!odd.jpg', '!odd.jpg'],
  ])('%s falls under %s', (key, match) => expect(namesFor(key, match)).toEqual(['thumb']));

  it.each([
    ['users/1/a.jpg', '*.jpg'],
    ['Avatars/1.jpg', 'avatars/**'],
  ])('%s does not fall under %s, but under the next rule', (key, match) => {
    expect(namesFor(key, match)).toEqual(['thumb', 'feed']);
  });

  it('none asks for nothing', () => {
    expect(presetsFor('docs/a.jpg', listOf(SMALL))).toEqual([]);
  });

  it.each<[string, Condition, boolean]>([
    ['taller than its shape', { tallerThan: 3 }, true],
    ['not wider', { widerThan: 1 }, false],
    ['below a width', { smallerThan: 101 }, true],
    ['not below its own width', { smallerThan: 100 }, false],
    ['animated', { animated: true }, true],
    ['opaque', { alpha: false }, true],
    ['all of several', { animated: true, alpha: true }, false],
    ['of one of two formats', { format: ['png', 'gif'] }, true],
    ['of no other format', { format: ['jpeg'] }, false],
    ['nothing asked', {}, true],
  ])('a picture of 100x301 with 5 frames is %s', (_, condition, expected) => {
    const picture = { format: 'gif', width: 100, height: 301, alpha: false, frames: 5 } as const;
    expect(holds(condition, picture)).toBe(expected);
  });
});
