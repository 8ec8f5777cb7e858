import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cut, fitting, wrapped } from '../../../cli/terminal/width.ts';

describe('columns of a text', () => {
  it.each([
    ['abc', 3],
    ['海星', 4],
    ['🐸', 2],
    ['cafe\u0301', 4],
    ['✓ …', 3],
    ['', 0],
  ])('of %s are %d', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});

describe('parts of a line', () => {
  const parts = ['1,200/4,000 done', '38/s', '1 min 13 s left', '2 failed'];

  it.each([
    [80, '1,200/4,000 done  38/s  1 min 13 s left  2 failed'],
    [45, '1,200/4,000 done  38/s  1 min 13 s left'],
    [20, '1,200/4,000 done'],
    [10, '1,200/4,0…'],
  ])('within %d columns are the first ones, whole', (columns, line) => {
    expect(fitting(parts, columns)).toBe(line);
  });
});

it('a text that is cut never takes more columns than it may', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 40 }),
      (text, columns) => {
        expect(columnsOf(cut(text, columns))).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

describe('a wrapped text', () => {
  it('is broken between words, below its second column', () => {
    expect(wrapped('  rule      rules[0] "**" → thumb, feed, detail', 31)).toBe(
      '  rule      rules[0] "**" →\n            thumb, feed, detail',
    );
  });

  it('leaves alone what fits, and what has no space', () => {
    const key = `    ${'k'.repeat(60)}`;
    expect(wrapped(`a\n${key}`, 40)).toBe(`a\n${key}`);
  });

  it('loses and adds no word, and only words that are too long are beyond the width', () => {
    const word = fc.stringMatching(/^[a-z海✓]{1,30}$/);
    const columns = fc.integer({ min: 20, max: 100 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), columns, (words, width) => {
        const text = wrapped(words.join(' '), width);
        expect(text.split(/\s+/)).toEqual(words);
        for (const line of text.split('\n')) {
          const isOneWord = line.trim().split(' ').length === 1;
          expect(isOneWord || columnsOf(line) <= width).toBe(true);
        }
      }),
    );
  });
});
