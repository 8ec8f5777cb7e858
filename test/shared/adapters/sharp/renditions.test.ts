import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { gainMapIn } from '../../../../shared/core/picture/gain-map.ts';
import { segmentsOf } from '../../../../shared/core/picture/jpeg.ts';
import { codec } from '../../../support/codec.ts';
import { decoded, one, plain, rendered, variantsFor } from '../../../support/developing.ts';
import { starfishPhoto, ultraHdr } from '../../../support/originals.ts';
import { expectNear } from '../../../support/pixels.ts';

/** SOF2 (ITU-T T.81, table B.1); sharp does not tell it of Ultra HDR. */
const PROGRESSIVE = 0xc2;

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

  it.each([
    ['', false],
    ['progressive: false', false],
    ['progressive: true', true],
    ["progressive: true, chroma: '4:4:4'", true],
    ['mozjpeg: true', true],
  ])('in JPEG with { %s } are shown in passes: %s', async (settings, isProgressive) => {
    const list = one(`widths: [320], formats: { jpeg: { ${settings} } }`);
    const file = await rendered(readFileSync(starfishPhoto), list);
    expect(await sharp(file).metadata()).toMatchObject({ isProgressive });
  });

  it('in JPEG keep their gain map in passes, too', async () => {
    const list = one('widths: [64], hdr: keep, formats: { jpeg: { progressive: true } }');
    const file = await rendered(await ultraHdr(), list);
    expect([...segmentsOf(file)].map(({ marker }) => marker)).toContain(PROGRESSIVE);
    expect(gainMapIn(file)).toMatchObject({ image: expect.any(Buffer) });
  });

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

  it('have the ThumbHash of its author’s encoder where they are transparent, and a colour that is seen', async () => {
    const disc = Array.from({ length: 64 * 64 }, (_, at) => {
      const isIn = Math.hypot((at % 64) - 31.5, Math.floor(at / 64) - 31.5) < 20;
      return isIn ? [208, 48, 28, 204] : [0, 0, 0, 0];
    });
    const rgba = Buffer.from(disc.flat());
    const icon = await sharp(rgba, { raw: { width: 64, height: 64, channels: 4 } })
      .png()
      .toBuffer();
    const { raster } = await decoded(icon, plain);
    const { thumbHash, colour } = await codec.placeholder(raster);
    const expected = Buffer.from(rgbaToThumbHash(64, 64, rgba)).toString('base64');
    expect([thumbHash, colour]).toEqual([expected, '#d0301c']);
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
