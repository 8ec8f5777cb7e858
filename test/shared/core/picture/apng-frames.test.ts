import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedAnimation } from '../../../../shared/core/picture/apng-frames.ts';
import { apng, chunk } from '../../../support/apng.ts';

const drawn = () => apng({ width: 40, height: 30, loop: 3, delays: [100, 5, 400] });

/** Before the first frame's control. */
function withChunk(type: string, data: Buffer): Buffer {
  const file = drawn();
  const at = file.indexOf('fcTL') - 4;
  return Buffer.concat([file.subarray(0, at), chunk(type, data), file.subarray(at)]);
}

describe('the frames of an APNG', () => {
  it('are where the file says, for as long as browsers show them', () => {
    const { frames = [], ...canvas } = storedAnimation(drawn()) ?? {};
    expect(canvas).toEqual({ width: 40, height: 30, loop: 3 });
    expect(frames.map(({ left, width, delay, dispose }) => [left, width, delay, dispose])).toEqual([
      [0, 40, 100, 'none'],
      [20, 20, 100, 'none'],
      [20, 20, 400, 'previous'],
    ]);
  });

  it('are PNGs of their own size, whole to the last checksum', () => {
    const [, second] = storedAnimation(drawn())?.frames ?? [];
    const png = second?.file() ?? Buffer.alloc(0);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([20, 30]);
    expect(png.subarray(-12)).toEqual(chunk('IEND', Buffer.alloc(0)));
    expect(png.subarray(8, 33)).toEqual(chunk('IHDR', png.subarray(16, 29)));
  });

  it.each([
    ['a palette', 'PLTE', true],
    ['a profile', 'iCCP', true],
    ['a chunk of nobody’s', 'prVt', false],
    ['a text', 'tEXt', false],
  ])('with %s before them: %s is in each, %s', (_, type, isKept) => {
    const data = Buffer.alloc(100_000, 7);
    for (const { file } of storedAnimation(withChunk(type, data))?.frames ?? []) {
      expect(file().includes(chunk(type, data))).toBe(isKept);
      expect(file().length > 100_000).toBe(isKept);
    }
  });

  it.each([
    [
      'reaches beyond the canvas',
      (file: Buffer) => file.writeUInt32BE(41, file.indexOf('fcTL') + 8),
    ],
    ['has no pixels', (file: Buffer) => file.write('voId', file.indexOf('fdAT'))],
    ['is cut off', (file: Buffer) => file.write('voId', file.indexOf('IEND'))],
  ])('are none where one %s', (_, spoil) => {
    const file = drawn();
    spoil(file);
    expect(storedAnimation(file)).toBeUndefined();
  });

  it('are frames or none, whatever the bytes are', () => {
    const property = fc.property(
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      (at, bytes) => {
        const file = drawn();
        file.set(bytes.subarray(0, file.length - (at % file.length)), at % file.length);
        for (const frame of storedAnimation(file)?.frames ?? [])
          expect(frame.file().length).toBeGreaterThan(50);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
