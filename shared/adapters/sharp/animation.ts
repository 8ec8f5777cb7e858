import sharp, { type Sharp } from 'sharp';
import { type ApngFrame, composeFrames } from '../../core/picture/apng.ts';
import { leavesCanvas, withTransparentFrame } from '../../core/picture/gif.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { ForeignDecoders, Raster } from '../../ports.ts';
import { colourIn, pixelsOfColour, profileOption, type Seen } from './colour.ts';
import { FAIL_ON, fromRaster, pixelsOf, rasterFrom, shaped, turned } from './rasters.ts';

/** sharp itself resizes the frames of a file, but neither knows those of a PNG nor turns any. */
export async function animated(
  original: Buffer,
  variant: Variant,
  picture: Picture,
  foreign: ForeignDecoders,
): Promise<{ pipeline: Sharp; timing: object }> {
  const seen = await colourIn(original, picture);
  const isLeft = picture.format === 'gif' && leavesCanvas(original, picture);
  const file = isLeft ? withTransparentFrame(original) : original;
  const options = {
    ...profileOption(seen),
    failOn: FAIL_ON,
    limitInputPixels: pixelsOf(picture),
    pages: picture.frames,
  } as const;
  const { orientation = 1, delay, loop, pageHeight } = await sharp(file, options).metadata();
  if (picture.format === 'png') {
    const stored = await storedFrames(file, seen, foreign);
    return { pipeline: await joined(stored.frames, orientation, variant), timing: stored.timing };
  }
  if (orientation === 1) {
    return { pipeline: shaped(sharp(file, options), picture, variant), timing: {} };
  }
  const all = await rasterFrom(sharp(file, options).toColourspace('srgb').ensureAlpha());
  const frames = framesOf({ ...all, height: pageHeight ?? all.height });
  return { pipeline: await joined(frames, orientation, variant), timing: { delay, loop } };
}

/** Of pixels that have the frames below each other. */
function* framesOf({ data, width, height }: Raster): Generator<Raster> {
  const bytes = width * height * 4;
  for (let at = 0; at + bytes <= data.length; at += bytes) {
    yield { data: data.subarray(at, at + bytes), width, height, channels: 4 };
  }
}

async function storedFrames(file: Buffer, seen: Seen, { apng }: ForeignDecoders) {
  const { width, height, loop, frames } = await apng(file);
  const drawn: ApngFrame[] = [];
  for (const { png, ...frame } of frames) {
    const one = sharp(png, { ...profileOption(seen), failOn: FAIL_ON }).ensureAlpha();
    drawn.push({ ...frame, rgba: (await pixelsOfColour(one, seen, false)).data });
  }
  const timing = { loop, delay: frames.map(({ delay }) => delay) };
  return { frames: composedOf({ width, height }, drawn), timing };
}

function* composedOf(canvas: Size, drawn: ApngFrame[]): Generator<Raster> {
  for (const data of composeFrames(canvas, drawn)) yield { data, ...canvas, channels: 4 };
}

/** Frame by frame: sharp would resize raw frames below each other as one tall picture. */
async function joined(
  frames: Iterable<Raster>,
  orientation: number,
  variant: Variant,
): Promise<Sharp> {
  const resized: Buffer[] = [];
  for (const frame of frames) {
    const upright = orientation === 1 ? frame : await rasterFrom(turned(frame, orientation));
    resized.push((await rasterFrom(shaped(fromRaster(upright), upright, variant))).data);
  }
  const raw = {
    width: variant.width,
    height: variant.height * resized.length,
    channels: 4 as const,
    pageHeight: variant.height,
  };
  return sharp(Buffer.concat(resized), { raw, limitInputPixels: false });
}
