import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { likenessOf, type Pixels, STEP } from '../../../cli/preview/similarity.ts';
import { starfishPhoto } from '../../support/originals.ts';

const pictures = fc
  .record({ width: fc.integer({ min: 1, max: 21 }), height: fc.integer({ min: 1, max: 21 }) })
  .chain(({ width, height }) => {
    const length = width * height * 3;
    const data = fc.uint8Array({ minLength: length, maxLength: length });
    return fc.tuple(data, data).map(both => both.map(one => ({ data: one, width, height })));
  }) as fc.Arbitrary<[Pixels, Pixels]>;

describe('how alike two pictures are', () => {
  it('is 1 for the same, at most 1 for others, and the same both ways', () => {
    fc.assert(
      fc.property(pictures, ([one, other]) => {
        expect(likenessOf(one, one).score).toBeCloseTo(1, 6);
        const { score } = likenessOf(one, other);
        expect(score).toBeLessThanOrEqual(1 + 1e-6);
        expect(score).toBeGreaterThanOrEqual(-1 - 1e-6);
        expect(likenessOf(other, one).score).toBeCloseTo(score, 6);
      }),
    );
  });

  it('falls with the quality of a photo', async () => {
    const photo = sharp(starfishPhoto).resize(320).removeAlpha();
    const original = await pixelsOf(photo.clone());
    const scores: number[] = [];
    for (const quality of [95, 80, 50, 20]) {
      const file = await photo.clone().jpeg({ quality }).toBuffer();
      scores.push(likenessOf(original, await pixelsOf(sharp(file))).score);
    }
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.97);
    expect(scores[3]).toBeLessThan(0.9);
  });

  it('sees a colour that changed, and says where', () => {
    const grey = new Uint8Array(32 * 16 * 3).fill(128);
    const blue = Uint8Array.from(grey, (value, at) => {
      const pixel = Math.floor(at / 3);
      return pixel % 32 >= 24 && at % 3 === 2 && pixel % 2 === 0 ? 255 : value;
    });
    const { score, windows, columns } = likenessOf(
      { data: grey, width: 32, height: 16 },
      { data: blue, width: 32, height: 16 },
    );
    expect(score).toBeLessThan(1);
    const least = windows.indexOf(Math.min(...windows));
    expect((least % columns) * STEP).toBe(24);
    expect(windows[0]).toBeCloseTo(1, 6);
  });

  it('refuses pictures of two sizes', () => {
    const one = { data: new Uint8Array(12), width: 2, height: 2 };
    const other = { data: new Uint8Array(12), width: 4, height: 1 };
    expect(() => likenessOf(one, other)).toThrow(
      'expected pictures of one size, received 2x2 and 4x1',
    );
  });
});

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
