import { expect, it } from 'vitest';
import { askedOf, isAsked } from '../../../../shared/core/set/asked.ts';
import { listOf } from '../../../support/preset-lists.ts';

const LIST = listOf(`
version: 1
rules: [{ match: 'docs/**', presets: none }, { match: 'p/**', presets: [a] }]
presets: [{ name: a, widths: [16], formats: { jpeg: {} } }]
`);
const NO_RULE = 'no rule of the preset list asks for it';
const FOLDER = 'it is a folder of no bytes';

it.each<[string, number | undefined, string | undefined]>([
  ['p/a.jpg', 9, undefined],
  ['p/a.jpg', 0, undefined],
  ['p/a.jpg', undefined, undefined],
  ['p/folder/', 9, undefined],
  ['p/folder/', undefined, undefined],
  ['p/folder/', 0, FOLDER],
  ['docs/a.jpg', 9, NO_RULE],
  ['docs/folder/', 0, NO_RULE],
  ['a.jpg', 9, NO_RULE],
])('%s of %s bytes is not asked for since: %s', (key, bytes, reason) => {
  const one = { key, bytes };
  expect(askedOf(one, LIST).reason).toBe(reason);
  expect(isAsked(one, LIST)).toBe(reason === undefined);
  expect(askedOf(one, LIST).presets.map(({ name }) => name)).toEqual(reason ? [] : ['a']);
});

it.each<[string, true | undefined, string | undefined]>([
  ['p/b.jpg', undefined, undefined],
  ['p/b.jpg', true, 'p/b.jpg, which it leads to, was taken down'],
  ['docs/b.jpg', undefined, `${NO_RULE.replace('it', 'docs/b.jpg')}, which it leads to`],
])('a symlink to %s (taken down: %s) is not asked for since: %s', (target, isDown, reason) => {
  const one = { key: 'p/a.jpg', bytes: 9, link: { target, ...(isDown ? { isDown } : {}) } };
  expect(askedOf(one, LIST).reason).toBe(reason);
  expect(isAsked(one, LIST)).toBe(reason === undefined);
});
