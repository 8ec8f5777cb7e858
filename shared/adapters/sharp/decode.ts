import sharp, { type Sharp } from 'sharp';
import { attempt } from '../../core/picture/codec-step.ts';
import { isCutShort } from '../../core/picture/cut-short.ts';
import { Failure, failureOf } from '../../core/failure.ts';
import { withEnd } from '../../core/picture/jpeg-end.ts';
import { DECODE_SECONDS } from '../../core/picture/limits.ts';
import { decodingMegabytes } from '../../core/picture/memory.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { DecodeOptions, ForeignDecoders, Raster } from '../../ports.ts';
import { colourIn, pixelsOfColour, profileOption, type Seen } from './colour.ts';
import { letGoOfGarbage } from './garbage.ts';
import { FAIL_ON, pixelsOf } from './rasters.ts';
import { sourceOf } from './source.ts';
import { fitted, withoutSurplus } from './surplus.ts';
import { decoding } from './threads.ts';

/** From so much on memory is short, and what is left of an earlier picture in the way. Of a phone's photo it is less. */
const MUCH_MEGABYTES = 200;

/** `resize` first in the pipeline, so that a JPEG is shrunk while it is decoded. */
export async function decode(
  file: Buffer,
  options: DecodeOptions,
  foreign: ForeignDecoders,
): Promise<Raster> {
  const { picture, size } = options;
  const isMuch = decodingMegabytes(file, picture, size) > MUCH_MEGABYTES;
  if (isMuch) letGoOfGarbage();
  const raster = await decoded(file, options, foreign);
  if (isMuch) letGoOfGarbage();
  return raster;
}

async function decoded(
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
  const source = await attempt('ORIGINAL_UNDECODABLE', `expected a whole ${picture.format}`, () =>
    sourceOf(file, picture, seen, foreign),
  );
  const run = (failOn: FailOn, bytes = source) => rasterOf(bytes, options, seen, failOn);
  if (isCut) return { ...(await run('none')), salvaged: true };
  try {
    return await run(FAIL_ON);
  } catch (thrown) {
    if (failureOf(thrown).code !== 'ORIGINAL_UNDECODABLE') throw thrown;
    const whole = await withItsEnd(file, picture, bytes => run('warning', bytes));
    if (whole) return whole;
    if (truncated === 'refuse') throw thrown;
    return { ...(await run('none')), salvaged: true };
  }
}

/** Of a JPEG that lacks its end marker and nothing else. */
async function withItsEnd(
  file: Buffer,
  { format }: Picture,
  run: (bytes: Buffer) => Promise<Raster>,
): Promise<Raster | undefined> {
  const ended = format === 'jpeg' ? withEnd(file) : undefined;
  if (!ended) return undefined;
  try {
    return await run(ended);
  } catch (thrown) {
    if (failureOf(thrown).kind !== 'input') throw thrown;
    return undefined;
  }
}

type FailOn = 'error' | 'warning' | 'none';

async function rasterOf(
  source: Buffer,
  { picture, size, keepProfile }: DecodeOptions,
  seen: Seen,
  failOn: FailOn,
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
    const whole = await withoutSurplus(open, seen, picture, pixels);
    if (whole) return await fitted(whole, size);
    const pipeline = open().resize({ ...size, fit: 'fill' });
    return await pixels(picture.alpha ? pipeline : pipeline.removeAlpha());
  });
}
