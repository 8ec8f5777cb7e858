import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { moderatedList } from '../../local/moderated-list.ts';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';

const own = { block: ['* >= low'] };
const LIST = `
version: 1
rules:
  - { match: 'a/**', presets: none, moderate: ${JSON.stringify(own)} }
  - &rest { match: '**', presets: [feed] }
presets:
  - { name: feed, widths: [480], formats: { jpeg: {} } }
`;

it('a list is moderated in each rule that says nothing of it, and in order', () => {
  const { list } = presetsOrThrow(moderatedList(LIST), 'presets.yaml');
  expect(list.rules.map(({ match, moderate }) => [match, moderate?.block])).toEqual([
    ['a/**', own.block],
    ['**', ['* >= high']],
  ]);
  expect(list.presets).toEqual(presetsOrThrow(LIST, 'presets.yaml').list.presets);
});

it('of the list that is shipped no file is another, moderated or not', () => {
  const shipped = readFileSync('presets.yaml', 'utf8');
  const { list } = presetsOrThrow(moderatedList(shipped), 'presets.yaml');
  expect(list.presets).toEqual(presetsOrThrow(shipped, 'presets.yaml').list.presets);
  expect(list.rules.every(({ moderate }) => moderate)).toBe(true);
});
