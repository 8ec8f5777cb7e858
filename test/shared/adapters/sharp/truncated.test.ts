import { readFileSync } from 'node:fs';
import sharp, { type JpegOptions, type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { apng } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { caseOf, casesFolder } from '../../../support/colours.ts';
import { decoded, one, plain, variantsFor } from '../../../support/developing.ts';
import { quarters, starfishPhoto } from '../../../support/originals.ts';
import { expectNear, pixel, RED } from '../../../support/pixels.ts';

describe('files that end too soon', () => {
  const half = () => {
    const file = readFileSync(starfishPhoto);
    return file.subarray(0, file.length / 2);
  };

  it('are refused by default', async () => {
    await expect(decoded(half(), plain)).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
      message: 'expected a whole jpeg, it ends too soon',
    });
  });

  it('are salvaged if the list says so, and marked', async () => {
    const { raster } = await decoded(
      half(),
      one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage'),
    );
    expect(raster).toMatchObject({ width: 1278, height: 720, salvaged: true });
  });

  const gif = async () => {
    const frames = ['#ff0000', '#00ff00', '#0000ff'].map(background => ({
      create: { width: 200, height: 150, channels: 3 as const, background },
    }));
    return await sharp(frames as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
  };
  const heic = async () =>
    // Any picture will do: what is looked at is the container.
    (await quarters(64, 48).avif().toBuffer()).fill('heic', 8, 12);

  it.each([
    ['gif', async () => (await gif()).subarray(0, -20)],
    ['png', async () => apng({ width: 40, height: 30, loop: 0, delays: [1, 1] }).subarray(0, -20)],
    ['heic', async () => (await heic()).subarray(0, -1)],
  ])('are refused where the decoder of %s would not say so', async (format, draw) => {
    const file = await draw();
    const picture = { format, width: 1, height: 1, alpha: false, frames: 2 } as Picture;
    const options = { picture, size: { width: 1, height: 1 }, keepProfile: false };
    await expect(codec.decode(file, { ...options, truncated: 'refuse' })).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
      message: `expected a whole ${format}, the file ends too soon`,
    });
  });

  it('are no such files when they are whole, trailer or not', async () => {
    const whole = await gif();
    for (const file of [whole, whole.subarray(0, -1)]) {
      const { raster } = await decoded(file, plain);
      expect(raster.salvaged).toBeUndefined();
    }
  });

  it('are salvaged as far as they go in GIF too, and marked', async () => {
    const list = one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage');
    const { raster } = await decoded((await gif()).subarray(0, -20), list);
    expect(raster).toMatchObject({ width: 200, salvaged: true });
    expectNear(await pixel(raster, 0.5, 0.5), RED, 4);
  });

  it('as frames of an APNG fail that file, and are no fault of ours', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: [1, 1, 1] });
    const list = one('widths: [20], formats: { webp: { animated: true } }');
    const picture = await codec.inspect(file, list);
    const [variant] = variantsFor(picture, list);
    if (!variant) throw new Error('no variant');
    const broken = Buffer.from(file).fill(0, file.lastIndexOf('fdAT') + 8, file.length - 16);
    await expect(codec.encodeFromFile(broken, variant, picture)).rejects.toMatchObject({
      code: 'VARIANT_UNRENDERABLE',
      message: expect.not.stringContaining('vips'),
    });
  });

  const drawnJpeg = async (options: JpegOptions) =>
    await quarters(256, 192)
      .jpeg({ quality: 90, ...options })
      .toBuffer();

  it.each<[string, JpegOptions]>([
    ['baseline', {}],
    ['progressive', { progressive: true }],
    ['of mozjpeg’s scans', { mozjpeg: true }],
  ])('are whole JPEGs where the end marker alone is missing: %s', async (_, options) => {
    const file = await drawnJpeg(options);
    for (const missing of [1, 2]) {
      const { raster } = await decoded(file.subarray(0, -missing), plain);
      expect(raster.salvaged).toBeUndefined();
      expect(raster.data).toEqual((await decoded(file, plain)).raster.data);
    }
  });

  it('are no whole JPEGs where a row, or a scan of a progressive one, is missing', async () => {
    const baseline = await drawnJpeg({});
    const progressive = await drawnJpeg({ progressive: true });
    const lastScan = progressive.lastIndexOf(Buffer.from([0xff, 0xda]));
    for (const file of [baseline.subarray(0, -12), progressive.subarray(0, lastScan)]) {
      await expect(decoded(file, plain)).rejects.toMatchObject({ code: 'ORIGINAL_UNDECODABLE' });
      const list = one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage');
      expect((await decoded(file, list)).raster.salvaged).toBe(true);
    }
  });

  it.runIf(casesFolder)('are these of the drawn cases', async () => {
    const { raster } = await decoded(caseOf('jpg-no-eoi.jpg'), plain);
    expect(raster.salvaged).toBeUndefined();
    await expect(decoded(caseOf('jpg-cut-1row.jpg'), plain)).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
    });
  });

  it('that is no file at all is refused all the same', async () => {
    const list = one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage');
    await expect(decoded(half().subarray(0, 300), list)).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
    });
  });
});
