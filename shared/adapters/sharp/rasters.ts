import sharp, { type ResizeOptions, type Sharp } from 'sharp';
import { Failure } from '../../core/failure.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { tiffOf } from '../../core/picture/tiff-writer.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';

/** 'warning', sharp's default, refuses some good camera files; 'none' takes truncated ones. */
export const FAIL_ON = 'error';

export function pixelsOf({ width, height, frames }: Picture): number {
  return width * height * frames;
}

/** The plan's size is exact, so `inside` has become `fill`. One frame's centre of interest is not another's. */
export function shapeOf(variant: Variant, background = variant.recipe.background): ResizeOptions {
  const { recipe, width, height, gravity, fromFile } = variant;
  const wanders = fromFile === 'animated' && (gravity === 'attention' || gravity === 'entropy');
  return {
    width,
    height,
    fit: recipe.fit === 'inside' ? 'fill' : recipe.fit,
    position: wanders ? 'centre' : gravity,
    background,
  };
}

/** Only width, height and channels: the rest of `info` would have the pixels un-premultiplied twice. */
export function fromRaster({ data, width, height, channels, icc }: Raster): Sharp {
  if (icc)
    return sharp(tiffOf({ data, width, height, channels }, { icc }), { limitInputPixels: false });
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

export async function rasterFrom(pipeline: Sharp): Promise<Raster> {
  return (await croppedFrom(pipeline)).raster;
}

/** Pixels, and where they begin in what they were cut from, if that was searched for. */
export interface Cropped {
  raster: Raster;
  crop?: { left: number; top: number };
}

export async function croppedFrom(pipeline: Sharp): Promise<Cropped> {
  const { data, info } = await pipeline
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels, cropOffsetLeft, cropOffsetTop } = info;
  if (channels !== 3 && channels !== 4) {
    throw new Failure('UNEXPECTED', `expected 3 or 4 channels of sRGB, received ${channels}`);
  }
  const raster: Raster = { data, width, height, channels };
  if (cropOffsetLeft === undefined || cropOffsetTop === undefined) return { raster };
  // libvips counts from the part to the whole.
  return { raster, crop: { left: Math.abs(cropOffsetLeft), top: Math.abs(cropOffsetTop) } };
}

/** Upright, from one of EXIF's eight orientations. sharp mirrors before it turns. (CIPA DC-008, 4.6.4) */
export function turned(raster: Raster, orientation: number): Sharp {
  const angle = [0, 0, 0, 180, 180, 270, 90, 90, 270][orientation] ?? 0;
  const pipeline = fromRaster(raster).rotate(angle);
  return [2, 4, 5, 7].includes(orientation) ? pipeline.flop() : pipeline;
}
