import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HASH_SIDE,
  hashDistance,
  isTelling,
  perceptualHash,
} from '../../../../shared/core/moderation/perceptual-hash.ts';

const pixels = (grey: (x: number, y: number) => number) =>
  Uint8Array.from({ length: HASH_SIDE ** 2 }, (_, at) =>
    Math.round(grey(at % HASH_SIDE, Math.floor(at / HASH_SIDE))),
  );
const waves = (x: number, y: number) =>
  128 + 60 * Math.sin(x / 5) + 40 * Math.cos(y / 3) * Math.sin((x + y) / 9);

const hashes = fc
  .bigInt({ min: 0n, max: 0xffffffffffffffffn })
  .map(bits => bits.toString(16).padStart(16, '0'));

describe('the perceptual hash', () => {
  it('stays nearly the same where a picture is lighter, or has noise', () => {
    const hash = perceptualHash(pixels(waves));
    const lighter = perceptualHash(pixels((x, y) => waves(x, y) * 0.8 + 40));
    const noisy = perceptualHash(pixels((x, y) => waves(x, y) + ((x * 7 + y * 13) % 5) - 2));
    expect(hashDistance(hash, lighter)).toBeLessThanOrEqual(4);
    expect(hashDistance(hash, noisy)).toBeLessThanOrEqual(4);
  });

  it('is far from that of another picture, and of its mirror image', () => {
    const hash = perceptualHash(pixels(waves));
    expect(hashDistance(hash, perceptualHash(pixels((x, y) => waves(31 - x, y))))).toBeGreaterThan(
      16,
    );
    expect(hashDistance(hash, perceptualHash(pixels((x, y) => (x * y) % 256)))).toBeGreaterThan(16);
  });

  it('of what is all of one colour tells nothing, whichever it is', () => {
    for (const grey of [1, 90, 255]) {
      expect(isTelling(perceptualHash(pixels(() => grey)))).toBe(false);
    }
    expect(isTelling(perceptualHash(pixels(waves)))).toBe(true);
  });

  it('is of 32 x 32 pixels and nothing else', () => {
    expect(() => perceptualHash(new Uint8Array(12))).toThrow(
      'expected 1024 grey pixels, received 12',
    );
  });
});

describe('the distance of two hashes', () => {
  it('is none of the same, the same both ways, and no longer over a third', () => {
    fc.assert(
      fc.property(hashes, hashes, hashes, (a, b, c) => {
        expect(hashDistance(a, a)).toBe(0);
        expect(hashDistance(a, b)).toBe(hashDistance(b, a));
        expect(hashDistance(a, c)).toBeLessThanOrEqual(hashDistance(a, b) + hashDistance(b, c));
      }),
    );
  });

  it('counts the bits in which they differ', () => {
    expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(hashDistance('0000000000000005', '0000000000000006')).toBe(2);
  });
});
