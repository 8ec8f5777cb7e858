import { describe, expect, it } from 'vitest';
import { type Covers, runsOf } from '../../../../shared/core/watermark/runs.ts';

const having = (characters: string): Covers => {
  const points = new Set([...characters].map(one => one.codePointAt(0)));
  return point => points.has(point);
};

const latin = having('abe @');
const chinese = having('张三a');
const faces = having('😀👨👩👧');

describe('a text is drawn', () => {
  it.each([
    ['ab', [latin], [{ font: 0, text: 'ab' }], []],
    [
      'a张三b',
      [latin, chinese],
      [
        { font: 0, text: 'a' },
        { font: 1, text: '张三' },
        { font: 0, text: 'b' },
      ],
      [],
    ],
    ['a张', [chinese, latin], [{ font: 0, text: 'a张' }], []],
    ['a😀b', [latin], [{ font: 0, text: 'ab' }], ['U+1F600']],
    [
      'a👨‍👩‍👧',
      [latin, faces],
      [
        { font: 0, text: 'a' },
        { font: 1, text: '👨‍👩‍👧' },
      ],
      [],
    ],
    [
      'a张😀',
      [latin, having('张')],
      [
        { font: 0, text: 'a' },
        { font: 1, text: '张' },
      ],
      ['U+1F600'],
    ],
    ['é', [latin, having('\u0301')], [], ['U+0065', 'U+0301']],
    ['張 ', [latin], [], ['U+5F35']],
    ['\u200d\ufe0f \u00a0', [having(' \u00a0')], [], []],
  ])('%s by the first font that has all of a character', (text, fonts, runs, lacking) => {
    const given = text === 'é' ? 'e\u0301' : text;
    expect(runsOf(given, fonts)).toEqual({ runs, lacking });
  });
});
