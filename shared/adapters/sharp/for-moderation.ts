import { HASH_SIDE, perceptualHash } from '../../core/moderation/perceptual-hash.ts';
import type { Raster } from '../../ports.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/** Services ask for more than 200 x 200 and look at few more than these; an upload to one of them takes some 100 kB. */
const SIDE = 1000;

/** White under what is transparent, as it is shown mostly; in sRGB. */
export async function forModeration(raster: Raster): Promise<{ jpeg: Buffer; phash: string }> {
  const small = await rasterFrom(
    fromRaster(raster)
      .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb'),
  );
  const [jpeg, grey] = await Promise.all([
    fromRaster(small).jpeg({ quality: 80 }).toBuffer(),
    fromRaster(small)
      .resize({ width: HASH_SIDE, height: HASH_SIDE, fit: 'fill' })
      .greyscale()
      .raw()
      .toBuffer(),
  ]);
  return { jpeg, phash: perceptualHash(grey) };
}
