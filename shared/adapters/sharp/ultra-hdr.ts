import sharp, { type JpegOptions } from 'sharp';
import { Failure } from '../../core/failure.ts';
import { neededScale, scaled } from '../../core/list/geometry.ts';
import { type GainMap, gainMapIn, neutralOf } from '../../core/picture/gain-map.ts';
import { gainMapFile } from '../../core/picture/gain-map-writer.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { ForeignDecoders, Raster } from '../../ports.ts';
import { decode } from './decode.ts';
import { withoutGain } from './marks.ts';
import { FAIL_ON, fromRaster, pixelsOf, rasterFrom, shaped, turned } from './rasters.ts';
import { resize } from './resize.ts';

/**
 * Picture and gain map of an Ultra HDR JPEG, each turned, shaped and encoded by itself. sharp's own keepGainMap
 * reads memory that was freed as soon as it also turns (0.35.5: turning copies the picture to memory and lets go of
 * the file that the gain map is still to be decoded from), and refuses a crop that is searched for.
 */
export async function ultraHdr(
  file: Buffer,
  variant: Variant,
  picture: Picture,
  foreign: ForeignDecoders,
): Promise<{ base: Raster; gainMap: Buffer }> {
  const map = gainMapIn(file);
  if (!map || map === 'unreadable') {
    throw new Failure('VARIANT_UNRENDERABLE', 'expected a gain map that can be read');
  }
  const size = scaled(picture, neededScale(picture, variant, variant.recipe.fit));
  const keepProfile = variant.recipe.colour === 'p3' && picture.profile === 'p3';
  const decoded = await decode(file, { picture, size, keepProfile, truncated: 'refuse' }, foreign);
  const base = await resize(decoded, variant);
  const upright = await uprightMap(map, file, picture);
  const shaped = await shapedMap(upright, variant, { picture, map });
  return { base, gainMap: gainMapFile(await jpegOf(shaped, map, variant), map.scale) };
}

/** A gain map lies as its picture is stored; a profile in it means nothing. */
async function uprightMap({ image }: GainMap, file: Buffer, picture: Picture): Promise<Raster> {
  const options = { failOn: FAIL_ON, limitInputPixels: pixelsOf(picture) } as const;
  const { orientation = 1 } = await sharp(file, options).metadata();
  const stored = sharp(image, { ...options, ignoreIcc: true })
    .toColourspace('srgb')
    .removeAlpha();
  return await rasterFrom(turned(await rasterFrom(stored), orientation));
}

/** In the same proportion to its picture as before: mostly a quarter of its sides. */
async function shapedMap(
  upright: Raster,
  variant: Variant,
  { picture, map }: { picture: Picture; map: GainMap },
): Promise<Raster> {
  const size = sizeOf(variant, upright.width / picture.width);
  const background = neutralOf(map.scale);
  const whole = await rasterFrom(
    shaped(fromRaster(upright), upright, { ...variant, ...size }, background),
  );
  return await withoutGain(whole, variant, background);
}

function sizeOf({ width, height }: Size, scale: number): Size {
  const sideOf = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: sideOf(width), height: sideOf(height) };
}

async function jpegOf(shaped: Raster, { image }: GainMap, { recipe }: Variant): Promise<Buffer> {
  const { channels } = await sharp(image, { failOn: FAIL_ON, limitInputPixels: false }).metadata();
  const pipeline = fromRaster(shaped);
  if (channels === 1) pipeline.extractChannel(0).toColourspace('b-w');
  const { quality, quantisationTable } = recipe.encoder as JpegOptions;
  return await pipeline.jpeg({ quality, quantisationTable } as JpegOptions).toBuffer();
}
