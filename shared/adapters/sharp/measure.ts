import { attempt } from '../../core/picture/codec-step.ts';
import { type Content, contentOf } from '../../core/picture/content.ts';
import type { Raster } from '../../ports.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/** The bounds of what is measured are of pictures of this width. */
const WIDTH = 480;
/** A phone's screen at that width; taller ones are made narrower, so that a page of 16,000 pixels takes no longer. */
const MOST_PIXELS = 500_000;

/** What a picture's own pixels say of it, by as many of them whatever it is made into. */
export async function measure(raster: Raster): Promise<Content> {
  return await attempt('ORIGINAL_UNDECODABLE', 'expected to measure the picture', async () => {
    const { width, height } = raster;
    const scale = Math.min(1, WIDTH / width, Math.sqrt(MOST_PIXELS / (width * height)));
    const sideOf = (side: number) => Math.max(1, Math.round(side * scale));
    const small = fromRaster(raster)
      .resize({ width: sideOf(width), height: sideOf(height), fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb');
    return contentOf(await rasterFrom(small));
  });
}
