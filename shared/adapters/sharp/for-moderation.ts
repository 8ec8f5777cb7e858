import type { OverlayOptions } from 'sharp';
import sharp from 'sharp';
import { HASH_SIDE, perceptualHash } from '../../core/moderation/perceptual-hash.ts';
import { viewOf } from '../../core/moderation/view.ts';
import type { Raster } from '../../ports.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/** White under what is transparent, as it is shown mostly; in sRGB. */
export async function forModeration(frames: Raster[]): Promise<{ jpeg: Buffer; phash: string }> {
  const shown: Raster[] = [];
  for (const frame of frames) shown.push(await viewed(frame));
  const [first] = shown;
  if (!first) throw new RangeError('expected a picture to show, received none');
  const grey = await fromRaster(first)
    .resize({ width: HASH_SIDE, height: HASH_SIDE, fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer();
  const sheet = shown.length === 1 ? fromRaster(first) : contactSheet(shown);
  return { jpeg: await sheet.jpeg({ quality: 80 }).toBuffer(), phash: perceptualHash(grey) };
}

async function viewed(raster: Raster): Promise<Raster> {
  return await rasterFrom(
    fromRaster(raster)
      .resize({ ...viewOf(raster), fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb'),
  );
}

/** Frames of one size, row by row from the left, as near to a square of them as they come. */
function contactSheet(frames: Raster[]) {
  const [{ width, height } = { width: 1, height: 1 }] = frames;
  const columns = Math.ceil(Math.sqrt(frames.length));
  const rows = Math.ceil(frames.length / columns);
  const placed = frames.map(({ data, channels }, at): OverlayOptions => {
    const [left, top] = [(at % columns) * width, Math.floor(at / columns) * height];
    return { input: data, raw: { width, height, channels }, left, top };
  });
  const size = { width: columns * width, height: rows * height };
  return sharp({ create: { ...size, channels: 3, background: '#ffffff' } }).composite(placed);
}
