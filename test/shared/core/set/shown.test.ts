import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../../shared/core/moderation/view.ts';
import {
  decodingMegabytes,
  IDLE_MEGABYTES,
  MOST_MEGABYTES,
  rasterMegabytes,
} from '../../../../shared/core/picture/memory.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { framesShown, sizeShown } from '../../../../shared/core/set/shown.ts';

const still = (width: number, height: number): Picture => ({
  format: 'webp',
  width,
  height,
  alpha: true,
  frames: 1,
});
const moving = (width: number, height: number, frames: number): Picture => ({
  ...still(width, height),
  frames,
});
const FILE = Buffer.alloc(1000);

describe('a decode for whoever judges', () => {
  it('is left to that for files where it is as large, and is of 1,000 pixels elsewhere', () => {
    const picture = still(4000, 3000);
    expect(sizeShown(FILE, picture, { width: 1000, height: 750 })).toBeUndefined();
    expect(sizeShown(FILE, picture, { width: 999, height: 750 })).toEqual({
      width: 1000,
      height: 750,
    });
    expect(sizeShown(FILE, still(64, 48), { width: 64, height: 48 })).toBeUndefined();
  });

  it('takes no more than a function has, and no more pixels than are shown', () => {
    const side = fc.integer({ min: 1, max: 12_000 });
    const bytes = fc.integer({ min: 0, max: 90_000_000 });
    fc.assert(
      fc.property(side, side, bytes, (width, height, length) => {
        const picture = still(width, height);
        const file = { length } as Buffer;
        const size = sizeShown(file, picture, { width: 0, height: 0 }) ?? viewOf(picture);
        const view = viewOf(picture);
        expect(size.width).toBeLessThanOrEqual(view.width);
        expect(size.height).toBeLessThanOrEqual(view.height);
        const decoder = (width * height * 8) / 1e6;
        fc.pre(IDLE_MEGABYTES + length / 1e6 + decoder < MOST_MEGABYTES);
        const all =
          IDLE_MEGABYTES +
          length / 1e6 +
          decodingMegabytes(file, picture, size) +
          rasterMegabytes(size, picture);
        expect(all).toBeLessThanOrEqual(MOST_MEGABYTES + 0.1);
      }),
    );
  });
});

describe('frames for whoever judges', () => {
  it.each([
    [2, [0, 1]],
    [5, [0, 1, 2, 3, 4]],
    [9, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    [10, [0, 1, 2, 3, 5, 6, 7, 8, 9]],
    [300, [0, 37, 75, 112, 150, 187, 224, 262, 299]],
  ])('are, of %i, spread over all of it with the first and the last', (frames, at) => {
    expect(framesShown(FILE, moving(64, 48, frames))?.at).toEqual(at);
  });

  it('are at most a quarter of a megapixel each, and three of them no longer than services take', () => {
    const sizeOf = (width: number, height: number) =>
      framesShown(FILE, moving(width, height, 12))?.size;
    expect(sizeOf(1920, 1080)).toEqual({ width: 667, height: 375 });
    expect(sizeOf(320, 240)).toEqual({ width: 320, height: 240 });
    expect(sizeOf(12_000, 10)).toEqual({ width: 5000, height: 4 });
  });

  it('are none of what is still, nor of a canvas that no animated file can be made of', () => {
    expect(framesShown(FILE, still(64, 48))).toBeUndefined();
    expect(framesShown(FILE, moving(8000, 7000, 2))).toBeUndefined();
  });
});
