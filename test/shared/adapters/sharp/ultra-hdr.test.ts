import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { codec } from '../../../support/codec.ts';
import { one, plain, rendered } from '../../../support/developing.ts';
import { ultraHdr } from '../../../support/originals.ts';
import { pixel } from '../../../support/pixels.ts';

describe('Ultra HDR', () => {
  it('is seen, and shown as its base without the gain map', async () => {
    const file = await ultraHdr();
    expect((await codec.inspect(file, plain)).hdr).toBe(true);
    const output = await rendered(file);
    expect((await sharp(output).metadata()).gainMap).toBeUndefined();
    const base = await sharp(file).resize(64).toColourspace('srgb').png().toBuffer();
    for (const x of [0.1, 0.5, 0.9]) {
      const [ours, reference] = await Promise.all([pixel(output, x, 0.5), pixel(base, x, 0.5)]);
      const brightness = (channels: number[]) => channels.reduce((sum, one) => sum + one, 0) / 3;
      expect(Math.abs(brightness(ours) - brightness(reference))).toBeLessThan(16);
    }
  });

  it('keeps its gain map in jpeg where the list says so', async () => {
    const list = one('widths: [64], hdr: keep, formats: { jpeg: {} }');
    const file = await ultraHdr({
      IFD0: { Artist: 'Private Person' },
      IFD3: { GPSLatitudeRef: 'N' },
    });
    expect(file.includes('Private')).toBe(true);
    const output = await rendered(file, list);
    const { gainMap, width, height } = await sharp(output).metadata();
    expect([gainMap !== undefined, width, height]).toEqual([true, 64, 48]);
    // libvips writes a header of its own there, with the resolution and the like.
    expect(output.includes('Private')).toBe(false);
  });
});
