import sharp, { type Sharp } from 'sharp';
import { attempt } from '../../core/picture/codec-step.ts';
import { isCutShort } from '../../core/picture/cut-short.ts';
import { Failure } from '../../core/failure.ts';
import { DECODE_SECONDS } from '../../core/picture/limits.ts';
import { tiffOf } from '../../core/picture/tiff-writer.ts';
import type { DecodeOptions, ForeignDecoders, Raster } from '../../ports.ts';
import { colourIn, pixelsOfColour, profileOption, type Seen } from './colour.ts';
import { FAIL_ON, fromRaster, pixelsOf } from './rasters.ts';
import { fitted, withoutSurplus } from './surplus.ts';
import { decoding } from './threads.ts';

/** `resize` first in the pipeline, so that a JPEG is shrunk while it is decoded. */
export async function decode(
  file: Buffer,
  options: DecodeOptions,
  foreign: ForeignDecoders,
): Promise<Raster> {
  const { picture, truncated } = options;
  const isCut = isCutShort(file, picture);
  if (isCut && truncated === 'refuse') {
    const message = `expected a whole ${picture.format}, the file ends too soon`;
    throw new Failure('ORIGINAL_UNDECODABLE', message);
  }
  const seen = await attempt('ORIGINAL_UNDECODABLE', `expected a readable ${picture.format}`, () =>
    colourIn(file, picture),
  );
  const isHeic = picture.format === 'heic';
  const source = isHeic ? await tiffFrom(await foreign.heic(file, pixelsOf(picture)), seen) : file;
  const run = async (failOn: 'error' | 'none'): Promise<Raster> => {
    const raster = await rasterOf(source, options, seen, failOn);
    return isCut ? { ...raster, salvaged: true } : raster;
  };
  try {
    return await run(isCut ? 'none' : FAIL_ON);
  } catch (thrown) {
    if (truncated === 'refuse') throw thrown;
    return { ...(await run('none')), salvaged: true };
  }
}

async function rasterOf(
  source: Buffer,
  { picture, size, keepProfile }: DecodeOptions,
  seen: Seen,
  failOn: 'error' | 'none',
): Promise<Raster> {
  const options = {
    ...profileOption(seen),
    failOn,
    autoOrient: true,
    limitInputPixels: pixelsOf(picture),
  };
  const open = () => sharp(source, options).timeout({ seconds: DECODE_SECONDS });
  const pixels = (pipeline: Sharp) => pixelsOfColour(pipeline, seen, keepProfile);
  decoding();
  return await attempt('ORIGINAL_UNDECODABLE', `expected a whole ${picture.format}`, async () => {
    const whole = await withoutSurplus(open, source, picture, pixels);
    if (whole) return await fitted(whole, size);
    const pipeline = open().resize({ ...size, fit: 'fill' });
    return await pixels(picture.alpha ? pipeline : pipeline.removeAlpha());
  });
}

/** Upright RGBA as a file that sharp reads; a TIFF carries the profile along. */
async function tiffFrom(
  pixels: Awaited<ReturnType<ForeignDecoders['heic']>>,
  { colour, icc }: Seen,
): Promise<Buffer> {
  const raster = { ...pixels, channels: 4 as const };
  return icc && colour.by === 'profile'
    ? tiffOf(raster, icc)
    : await fromRaster(raster).tiff({ compression: 'none' }).toBuffer();
}
