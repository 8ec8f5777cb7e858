import sharp, { type Sharp } from 'sharp';
import { attempt } from '../../core/picture/codec-step.ts';
import type { Size } from '../../core/picture/picture.ts';
import type { Raster } from '../../ports.ts';
import { inDisplayP3 } from './numbers.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/** What a rendition shows, for who compares or looks at it. Nothing of this is ever published. */

/** Three channels, the file's own numbers: of two files of one recipe these are of one colour space. */
export interface Shown extends Size {
  data: Buffer;
}

export interface Part extends Size {
  left: number;
  top: number;
}

/** Of an animation the first frame. */
export async function shownByFile(file: Buffer, background: string): Promise<Shown> {
  return await rendered(async () => await opaque(sharp(file, { ignoreIcc: true }), background));
}

/** What reaches the encoder, on the background that it is given where a format has no transparency. */
export async function shownByRaster(raster: Raster, background: string): Promise<Shown> {
  const colour = raster.icc ? inDisplayP3(background) : background;
  const { icc: _, ...pixels } = raster;
  return await rendered(async () => await opaque(fromRaster(pixels), colour));
}

async function opaque(pipeline: Sharp, background: string): Promise<Shown> {
  const { data, width, height } = await rasterFrom(
    pipeline.flatten({ background }).toColourspace('srgb'),
  );
  return { data, width, height };
}

/** In sRGB, of at most this side. */
export async function thumbnailOf(file: Buffer, side: number): Promise<Buffer> {
  const fitting = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const;
  return await rendered(
    async () => await sharp(file).resize(fitting).webp({ quality: 80 }).toBuffer(),
  );
}

/** A part at its own size, as nearly without loss as to show what an encoder did to it. */
export async function partOf(file: Buffer, part: Part): Promise<Buffer> {
  const webp = { quality: 95, smartSubsample: true };
  return await rendered(async () => await sharp(file).extract(part).webp(webp).toBuffer());
}

function rendered<T>(action: () => Promise<T>): Promise<T> {
  return attempt('UNEXPECTED', 'expected a rendition that can be read', action);
}
