import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layer, type Pixels, stamp } from '../../../../shared/core/watermark/stamp.ts';

const side = fc.integer({ min: 1, max: 8 });
const at = fc.integer({ min: -10, max: 10 });
const byte = fc.integer({ min: 0, max: 255 });
const pixels = <C extends 3 | 4>(channels: C) =>
  fc
    .tuple(side, side)
    .chain(([width, height]) =>
      fc
        .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
        .map(data => ({ data: Buffer.from(data), width, height, channels })),
    );

const one = (channels: 3 | 4, ...data: number[]): Pixels => ({
  data: Buffer.from(data),
  width: 1,
  height: 1,
  channels,
});
const layer = (...data: number[]): Layer => ({
  data: Buffer.from(data),
  width: 1,
  height: 1,
  channels: 4,
});
const ORIGIN = { left: 0, top: 0 };

describe('a layer over a picture', () => {
  it.each([
    ['hides what is opaque', one(3, 0, 100, 200), layer(10, 20, 30, 255), [10, 20, 30]],
    ['leaves what is transparent', one(3, 0, 100, 200), layer(10, 20, 30, 0), [0, 100, 200]],
    ['mixes the rest', one(3, 0, 100, 200), layer(255, 100, 0, 51), [51, 100, 160]],
    ['is all there is over nothing', one(4, 9, 9, 9, 0), layer(10, 20, 30, 128), [10, 20, 30, 128]],
    [
      'covers what is half there',
      one(4, 0, 0, 0, 255),
      layer(255, 255, 255, 128),
      [128, 128, 128, 255],
    ],
  ])('%s', (_, under, over, expected) => {
    stamp(under, over, ORIGIN);
    expect([...under.data]).toEqual(expected);
  });

  it('touches no pixel beside it, and none beyond the edges, wherever it lies', () => {
    fc.assert(
      fc.property(fc.oneof(pixels(3), pixels(4)), pixels(4), at, at, (under, over, left, top) => {
        const before = Buffer.from(under.data);
        stamp(under, over as Layer, { left, top });
        for (let y = 0; y < under.height; y += 1) {
          for (let x = 0; x < under.width; x += 1) {
            const isBelow = x >= left && x < left + over.width && y >= top && y < top + over.height;
            if (isBelow) continue;
            const from = under.channels * (y * under.width + x);
            const to = from + under.channels;
            expect(under.data.subarray(from, to)).toEqual(before.subarray(from, to));
          }
        }
      }),
    );
  });

  it('gives colours between both, whatever they are', () => {
    fc.assert(
      fc.property(byte, byte, byte, (below, above, alpha) => {
        const under = one(3, below, below, below);
        stamp(under, layer(above, above, above, alpha), ORIGIN);
        expect(under.data[0]).toBeGreaterThanOrEqual(Math.min(below, above));
        expect(under.data[0]).toBeLessThanOrEqual(Math.max(below, above));
      }),
    );
  });
});
