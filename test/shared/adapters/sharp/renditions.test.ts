import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { codec } from '../../../support/codec.ts';
import { decoded, one, plain, rendered, variantsFor } from '../../../support/developing.ts';
import { starfishPhoto } from '../../../support/originals.ts';
import { expectNear } from '../../../support/pixels.ts';

describe('renditions', () => {
  it.each(['jpeg: {}', 'jpeg: { mozjpeg: true }', 'webp: {}', 'avif: {}', 'png: {}'])(
    'in %s are the same bytes, made twice',
    async format => {
      const file = readFileSync(starfishPhoto);
      const list = one(`widths: [320], formats: { ${format} }`);
      const [first, second] = await Promise.all([rendered(file, list), rendered(file, list)]);
      expect(first.equals(second)).toBe(true);
    },
  );

  it('in AVIF are the same bytes after and beside decodes, which use more threads', async () => {
    const file = readFileSync(starfishPhoto);
    const list = one('widths: [1280], formats: { avif: {} }');
    const { picture, raster } = await decoded(file, list);
    const [variant] = variantsFor(picture, list);
    if (!variant) throw new Error('no variant');
    sharp.concurrency(1);
    const alone = await codec.encode(raster, variant, picture);
    await decoded(file, list);
    const [beside] = await Promise.all([
      codec.encode(raster, variant, picture),
      decoded(file, list),
    ]);
    expect(beside.equals(alone)).toBe(true);
  });

  it('have a placeholder of a few bytes and one colour', async () => {
    const file = await sharp({
      create: { width: 50, height: 50, channels: 3, background: '#204060' },
    })
      .png()
      .toBuffer();
    const { raster } = await decoded(file, plain);
    const { thumbHash, colour } = await codec.placeholder(raster);
    expect(Buffer.from(thumbHash, 'base64').length).toBeLessThan(40);
    const channels = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16));
    expectNear(channels, [0x20, 0x40, 0x60], 16);
  });
});
