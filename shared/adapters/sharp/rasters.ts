import sharp, { type Sharp } from 'sharp';
import { Failure } from '../../core/failure.ts';
import { isSearched } from '../../core/list/recipe.ts';
import { pixelsOf as pixelsIn } from '../../core/picture/focus.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import { tiffOf } from '../../core/picture/tiff-writer.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';

/** 'warning', sharp's default, refuses some good camera files; 'none' takes truncated ones. */
export const FAIL_ON = 'error';

export function pixelsOf({ width, height, frames }: Picture): number {
  return width * height * frames;
}

/**
 * Pixels of the whole picture, or of each of its frames, as a variant shows them: the plan's size is exact, so `inside`
 * has become `fill`. A place that was searched for comes as a region.
 */
export function shaped(
  pipeline: Sharp,
  frame: Size,
  variant: Variant,
  background = variant.recipe.background,
): Sharp {
  const { recipe, width, height, gravity, region } = variant;
  if (region) {
    const part = pixelsIn(region, frame, { width, height });
    return pipeline.extract(part).resize({ width, height, fit: 'fill' });
  }
  return pipeline.resize({
    width,
    height,
    fit: recipe.fit === 'inside' ? 'fill' : recipe.fit,
    position: isSearched(gravity) ? 'centre' : gravity,
    background,
  });
}

/** Only width, height and channels: the rest of `info` would have the pixels un-premultiplied twice. */
export function fromRaster({ data, width, height, channels, icc }: Raster): Sharp {
  if (icc)
    return sharp(tiffOf({ data, width, height, channels }, { icc }), { limitInputPixels: false });
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

export async function rasterFrom(pipeline: Sharp): Promise<Raster> {
  const { data, info } = await pipeline
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) {
    throw new Failure('UNEXPECTED', `expected 3 or 4 channels of sRGB, received ${channels}`);
  }
  return { data, width, height, channels };
}

/** Upright, from one of EXIF's eight orientations. sharp mirrors before it turns. (CIPA DC-008, 4.6.4) */
export function turned(raster: Raster, orientation: number): Sharp {
  const angle = [0, 0, 0, 180, 180, 270, 90, 90, 270][orientation] ?? 0;
  const pipeline = fromRaster(raster).rotate(angle);
  return [2, 4, 5, 7].includes(orientation) ? pipeline.flop() : pipeline;
}
