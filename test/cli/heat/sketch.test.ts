import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../cli/heat/hashing.ts';
import { countOf, merged, newSketch, note } from '../../../cli/heat/sketch.ts';

function sketchOf(from: number, to: number) {
  const sketch = newSketch();
  const hash = { high: 0, low: 0 };
  for (let index = from; index < to; index += 1) {
    const bytes = Buffer.from(`p/${index}.jpg/0123456789/feed-480-0123456789.webp`);
    hashBytes({ bytes, start: 0, end: bytes.length, isEncoded: false }, hash);
    note(sketch, hash.high, hash.low);
  }
  return sketch;
}

describe('the number of different files', () => {
  it.each([0, 1, 10, 1000, 10_000, 20_000, 300_000])('is near %i of so many', count => {
    expect(Math.abs(countOf(sketchOf(0, count)) - count)).toBeLessThanOrEqual(0.05 * count);
  });

  it('is not more of those that were seen twice', () => {
    const [first, second] = [sketchOf(0, 30_000), sketchOf(15_000, 45_000)];
    const both = countOf(merged([first, second]));
    expect(Math.abs(both - 45_000)).toBeLessThanOrEqual(0.05 * 45_000);
    expect(countOf(merged([first, first]))).toBe(countOf(first));
  });
});
