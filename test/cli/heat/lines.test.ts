import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesFor, MOST_LINE_BYTES } from '../../../cli/heat/lines.ts';

function linesIn(chunks: Buffer[]): string[] {
  const found: string[] = [];
  const lines = linesFor({
    line: (bytes, start, end) => found.push(bytes.toString('latin1', start, end)),
    tooLong: () => found.push('too long'),
  });
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  return found;
}

function cutAt(bytes: Buffer, places: number[]): Buffer[] {
  const at = [0, ...places.map(place => place % (bytes.length + 1)), bytes.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('lines of a log', () => {
  it('are the same however its bytes are cut into chunks', () => {
    const text = fc.array(fc.constantFrom('a', '\n', 'bc', '\r\n', '€'), { maxLength: 40 });
    const places = fc.array(fc.nat(), { maxLength: 8 });
    fc.assert(
      fc.property(text, places, (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const whole = bytes.toString('latin1').split('\n');
        if (whole.at(-1) === '') whole.pop();
        expect(linesIn(cutAt(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  it('are told as too long, whatever chunks they come in, and the next one is whole', () => {
    const most = 'x'.repeat(MOST_LINE_BYTES);
    const bytes = Buffer.from(`a\n${most}\n${most}x\nb\n${most}${most}${most}\nc`);
    const expected = ['a', most, 'too long', 'b', 'too long', 'c'];
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), cuts => {
        expect(linesIn(cutAt(bytes, cuts))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('take no memory however long one is', () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let told = 0;
    const lines = linesFor({
      line: () => {
        throw new Error('no line is whole');
      },
      tooLong: () => {
        told += 1;
      },
    });
    const before = process.memoryUsage().arrayBuffers;
    for (let megabyte = 0; megabyte < 200; megabyte += 1) lines.push(chunk);
    lines.end();
    expect(told).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8e6);
  });
});
