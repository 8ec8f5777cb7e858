import fc from 'fast-check';
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { thumbHashUrl } from '../../client/thumbhash.ts';
import { numbered } from '../support/thorough.ts';

/** Reads the BMP back: 24 bits, from the bottom row up. */
function pixelsOf(url: string | undefined) {
  const bmp = Buffer.from(url?.split(',')[1] ?? '', 'base64');
  const [size, at, width, height] = [2, 10, 18, 22].map(offset => bmp.readUInt32LE(offset));
  if (!size || !at || !width || !height) throw new Error('no BMP');
  expect([bmp.toString('latin1', 0, 2), size, bmp.readUInt16LE(28)]).toEqual([
    'BM',
    bmp.length,
    24,
  ]);
  const stride = Math.ceil((width * 3) / 4) * 4;
  const colour = (x: number, y: number) => {
    const first = at + (height - 1 - y) * stride + x * 3;
    return [bmp[first + 2], bmp[first + 1], bmp[first]].map(Number);
  };
  return { width, height, colour };
}

/** What the published decoder shows at the same place, between its pixels. */
function published(hash: Uint8Array) {
  const { w, h, rgba } = thumbHashToRGBA(hash);
  return (u: number, v: number, channel: number) => {
    const [x, y] = [u * w - 0.5, v * h - 0.5];
    const pixel = (i: number, j: number) => rgba[(j * w + i) * 4 + channel] ?? 0;
    const [i, j] = [Math.min(w - 2, Math.floor(x)), Math.min(h - 2, Math.floor(y))];
    const row = (k: number) => pixel(i, k) + (pixel(i + 1, k) - pixel(i, k)) * (x - i);
    return row(j) + (row(j + 1) - row(j)) * (y - j);
  };
}

const picture = fc
  .tuple(fc.integer({ min: 10, max: 100 }), fc.integer({ min: 10, max: 100 }))
  .chain(([width, height]) =>
    fc
      .array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), { minLength: 4, maxLength: 4 })
      .map(corners => {
        const rgba = Buffer.alloc(width * height * 4, 255);
        for (let i = 0; i < width * height; i += 1) {
          const corner = (i % width < width / 2 ? 0 : 1) + (i < (width * height) / 2 ? 0 : 2);
          rgba.set(corners[corner] ?? [], i * 4);
        }
        return rgbaToThumbHash(width, height, rgba);
      }),
  );

describe('a ThumbHash as a data URL', () => {
  it('shows what the published decoder shows, at a dozen pixels', () => {
    fc.assert(
      fc.property(picture, hash => {
        const url = thumbHashUrl(Buffer.from(hash).toString('base64'));
        const { width, height, colour } = pixelsOf(url);
        const known = published(hash);
        expect(Math.max(width, height)).toBe(12);
        for (let y = 1; y < height - 1; y += 1) {
          for (let x = 1; x < width - 1; x += 1) {
            const ours = colour(x, y);
            for (const channel of [0, 1, 2]) {
              const theirs = known((x + 0.5) / width, (y + 0.5) / height, channel);
              expect(Math.abs((ours[channel] ?? 0) - theirs)).toBeLessThan(12);
            }
          }
        }
      }),
      { numRuns: numbered(20, 60) },
    );
  });

  it('is short', () => {
    const url = thumbHashUrl('ZQgWFYIJiIimVXhVeJd4mbDzSXlv');
    expect(url).toMatch(/^data:image\/bmp;base64,[A-Za-z0-9+/]+=*$/);
    expect(url?.length).toBeLessThan(620);
  });

  it('is none for a picture with transparent parts', () => {
    const rgba = Buffer.alloc(20 * 20 * 4, 100);
    const hash = Buffer.from(rgbaToThumbHash(20, 20, rgba)).toString('base64');
    expect(thumbHashUrl(hash)).toBeUndefined();
  });
});
