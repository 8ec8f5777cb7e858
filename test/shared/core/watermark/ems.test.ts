import { expect, it } from 'vitest';
import { mostEms } from '../../../../shared/core/watermark/ems.ts';

it.each([
  ['', 0],
  ['@张三 Anna', 8],
  ['\ufdfd', 12],
  ['a\ufdfdb\ufdfd', 26],
  ['\u2e3b', 3],
  // Two code units, of which one counts as any character.
  ['\u{12219}', 9],
])('%j is at most %i letters wide', (text, ems) => {
  expect(mostEms(text)).toBe(ems);
});
