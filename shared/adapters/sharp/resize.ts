import { attempt } from '../../core/picture/codec-step.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';
import { marked } from './marks.ts';
import { inDisplayP3 } from './numbers.ts';
import { fromRaster, rasterFrom, shaped } from './rasters.ts';

/** The pixels of one geometry, in the variant's colour space, with what is drawn over them. */
export async function resize(raster: Raster, variant: Variant): Promise<Raster> {
  const pixels = await resized(raster, variant);
  return await marked(pixels, variant, pixels === raster);
}

async function resized(raster: Raster, variant: Variant): Promise<Raster> {
  const { recipe, width, height } = variant;
  const keepsProfile = raster.icc !== undefined && recipe.colour === 'p3';
  const isThere = raster.width === width && raster.height === height && !recipe.sharpen;
  if (isThere && (keepsProfile || !raster.icc)) return raster;
  const background = keepsProfile ? inDisplayP3(recipe.background) : recipe.background;
  const pipeline = shaped(fromRaster(raster), raster, variant, background);
  if (recipe.sharpen) pipeline.sharpen({ sigma: recipe.sharpen });
  const pixels = await attempt('VARIANT_UNRENDERABLE', 'expected to resize the picture', () =>
    rasterFrom(keepsProfile ? pipeline.keepIccProfile() : pipeline.toColourspace('srgb')),
  );
  return keepsProfile && raster.icc ? { ...pixels, icc: raster.icc } : pixels;
}
