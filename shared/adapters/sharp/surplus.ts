import type { Sharp } from 'sharp';
import { hasSurplus, type Samples } from '../../core/picture/tiff-samples.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { Raster } from '../../ports.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/**
 * The colours of a TIFF that has more samples than those and their alpha, and the alpha if there is one. At its own
 * size: on the way to another one sharp multiplies colours by the last sample, whatever that is. Undefined of all
 * other pictures.
 */
export async function withoutSurplus(
  open: () => Sharp,
  samples: Samples,
  picture: Picture,
  pixelsOf: (colours: Sharp) => Promise<Raster>,
): Promise<Raster | undefined> {
  if (!hasSurplus(samples, picture)) return undefined;
  const colours = await pixelsOf(open().removeAlpha());
  if (!picture.alpha) return colours;
  // `extractChannel` takes the last for the alpha, too.
  const every = open().toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await every.toBuffer({ resolveWithObject: true });
  return { ...colours, data: joined(colours.data, data, info.channels), channels: 4 };
}

/** In the place of the samples themselves, which are more: a second buffer would be 500 MB at worst. */
function joined(colours: Buffer, samples: Buffer, channels: number): Buffer {
  const pixels = samples.length / channels;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = samples[pixel * channels + 3] ?? 0;
    colours.copy(samples, pixel * 4, pixel * 3, pixel * 3 + 3);
    samples[pixel * 4 + 3] = alpha;
  }
  return samples.subarray(0, pixels * 4);
}

/** As the decode of any other picture ends: of this size, its profile kept. */
export async function fitted(raster: Raster, size: { width: number; height: number }) {
  if (raster.width === size.width && raster.height === size.height) return raster;
  const pipeline = fromRaster(raster).resize({ ...size, fit: 'fill' });
  const pixels = await rasterFrom(raster.icc ? pipeline.keepIccProfile() : pipeline);
  return raster.icc ? { ...pixels, icc: raster.icc } : pixels;
}
