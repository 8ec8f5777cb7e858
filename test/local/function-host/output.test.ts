import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../local/function-host/output.ts';

async function linesOf(...chunks: string[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks.map(chunk => Buffer.from(chunk)));
  readLines(stream, line => void lines.push(line));
  await finished(stream);
  return lines;
}

const LONG = 'x'.repeat(100_000);
const PIECES = [32_768, 32_768, 32_768, 1696];

describe('the output of a process', () => {
  it('is told line by line, however it is chunked, with an empty line as one', async () => {
    expect(await linesOf('one\ntw', 'o\n\nthr', 'ee')).toEqual(['one', 'two', '', 'three']);
  });

  it.each([
    ['in one chunk with its end', [`${LONG}\nnext`]],
    ['in one chunk without an end', [LONG, '\nnext']],
    ['in many chunks', [...Array.from({ length: 10 }, () => 'x'.repeat(10_000)), '\nnext']],
  ])('is cut at 32 KB where a line is longer, %s', async (_, chunks) => {
    const lines = await linesOf(...chunks);
    expect(lines.map(line => line.length)).toEqual([...PIECES, 4]);
  });
});
