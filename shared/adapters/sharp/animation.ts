import sharp, { type Sharp } from 'sharp';
import { Failure } from '../../core/failure.ts';
import { type ApngFrame, composeFrames } from '../../core/picture/apng.ts';
import { type PlacedFrame, storedAnimation } from '../../core/picture/apng-frames.ts';
import { showsCanvas, withTransparentCanvas } from '../../core/picture/gif.ts';
import { gifFramesApart } from '../../core/picture/gif-frames.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';
import { colourIn, pixelsOfColour, profileOption, type Seen } from './colour.ts';
import { leftBehind } from './garbage.ts';
import { stampAll, stampsFor } from './marks.ts';
import { FAIL_ON, fromRaster, pixelsOf, rasterFrom, shaped, turned } from './rasters.ts';

/** sharp itself resizes the frames of a file, but neither knows those of a PNG, nor turns or sharpens any by itself. */
export async function animated(
  original: Buffer,
  variant: Variant,
  picture: Picture,
): Promise<{ pipeline: Sharp; timing: object }> {
  if (picture.format === 'png') return await ofPng(original, variant, picture);
  const isLeft = picture.format === 'gif' && showsCanvas(original, picture);
  const file = isLeft ? withTransparentCanvas(original) : original;
  const seen = await colourIn(original, picture);
  const options = {
    ...profileOption(seen),
    failOn: FAIL_ON,
    limitInputPixels: pixelsOf(picture),
    pages: picture.frames,
  } as const;
  const { orientation = 1, delay, loop, pageHeight } = await sharp(file, options).metadata();
  const timing = { delay, loop };
  const apart = isLeft ? gifFramesApart(original, picture) : undefined;
  if (apart?.length === picture.frames) {
    const { width, height } = picture;
    const drawn = composedOf({ width, height, frames: apart }, seen);
    return { pipeline: await joined(drawn, picture.frames, variant), timing };
  }
  if (orientation === 1) {
    const resized = shaped(sharp(file, options), picture, variant);
    if (!variant.recipe.sharpen && !variant.drawn?.length) return { pipeline: resized, timing: {} };
    const all = await rasterFrom(resized.toColourspace('srgb').ensureAlpha());
    const frames = framesOf({ ...all, height: variant.height });
    return { pipeline: await joined(frames, picture.frames, variant), timing };
  }
  const all = await rasterFrom(sharp(file, options).toColourspace('srgb').ensureAlpha());
  const frames = upright(framesOf({ ...all, height: pageHeight ?? all.height }), orientation);
  return { pipeline: await joined(frames, picture.frames, variant), timing };
}

async function ofPng(file: Buffer, variant: Variant, picture: Picture) {
  const stored = storedAnimation(file);
  if (!stored) throw new Failure('VARIANT_UNRENDERABLE', 'expected a whole APNG');
  const { loop, frames } = stored;
  const { orientation = 1 } = await sharp(file, { failOn: FAIL_ON }).metadata();
  const seen = await colourIn(file, picture);
  const drawn = upright(composedOf(stored, seen), orientation);
  const timing = { loop, delay: frames.map(({ delay }) => delay) };
  return { pipeline: await joined(drawn, frames.length, variant), timing };
}

/** Of pixels that have the frames below each other. */
async function* framesOf({ data, width, height }: Raster): AsyncGenerator<Raster> {
  const bytes = width * height * 4;
  for (let at = 0; at + bytes <= data.length; at += bytes) {
    yield { data: data.subarray(at, at + bytes), width, height, channels: 4 };
  }
}

export async function* composedOf(
  { width, height, frames }: Size & { frames: PlacedFrame[] },
  seen: Seen,
): AsyncGenerator<Raster> {
  for await (const data of composeFrames({ width, height }, decodedOf(frames, seen))) {
    yield { data, width, height, channels: 4 };
  }
}

/** One at a time: each is let go before the next. */
async function* decodedOf(frames: PlacedFrame[], seen: Seen): AsyncGenerator<ApngFrame> {
  for (const { file, ...frame } of frames) {
    const options = { ...profileOption(seen), failOn: FAIL_ON, limitInputPixels: false } as const;
    const one = sharp(file(), options).ensureAlpha();
    yield { ...frame, rgba: (await pixelsOfColour(one, seen, false)).data };
  }
}

export async function* upright(
  frames: AsyncIterable<Raster>,
  orientation: number,
): AsyncGenerator<Raster> {
  for await (const frame of frames) {
    yield orientation === 1 ? frame : await rasterFrom(turned(frame, orientation));
  }
}

/** Frame by frame: sharp would resize raw frames below each other, and sharpen any, as one tall picture. */
async function joined(
  frames: AsyncIterable<Raster>,
  count: number,
  variant: Variant,
): Promise<Sharp> {
  const { width, height } = variant;
  const bytes = width * height * 4;
  const data = Buffer.alloc(bytes * count);
  const stamps = await stampsFor(variant, false);
  let made = 0;
  for await (const frame of frames) {
    (await frameOf(frame, variant)).data.copy(data, made * bytes);
    const place = data.subarray(made * bytes, (made + 1) * bytes);
    stampAll({ data: place, width, height, channels: 4 }, stamps);
    leftBehind(frame.data.length + bytes);
    made += 1;
  }
  const raw = { width, height: height * made, channels: 4 as const, pageHeight: height };
  return sharp(data.subarray(0, made * bytes), { raw, limitInputPixels: false });
}

async function frameOf(frame: Raster, variant: Variant): Promise<Raster> {
  const { width, height, recipe } = variant;
  const isThere = frame.width === width && frame.height === height;
  if (isThere && !recipe.sharpen) return frame;
  const pipeline = isThere ? fromRaster(frame) : shaped(fromRaster(frame), frame, variant);
  return await rasterFrom(recipe.sharpen ? pipeline.sharpen({ sigma: recipe.sharpen }) : pipeline);
}
