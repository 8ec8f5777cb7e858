import { attempt } from '../../core/picture/codec-step.ts';
import {
  type Focus,
  isSure,
  mayBehead,
  pixelsOf,
  regionAround,
  UPPER_THIRD,
  HEADS,
} from '../../core/picture/focus.ts';
import type { Search } from '../../core/set/crops.ts';
import type { Raster } from '../../ports.ts';
import { fromRaster, rasterFrom } from './rasters.ts';

/** Pixels of the longer side of what is searched. libvips looks at 32 a side for attention; more cost time and move little. */
const SIDE = 400;

/** The middle of what a crop of this shape keeps of the picture. */
export async function search(raster: Raster, { strategy, aspect }: Search): Promise<Focus> {
  return await attempt('ORIGINAL_UNDECODABLE', 'expected to search the picture', async () => {
    const small = await smallOf(raster);
    const found = await foundIn(small, { strategy, aspect });
    if (!mayBehead(found, small, aspect)) return found;
    const [there, above] = await Promise.all(
      [found, UPPER_THIRD].map(focus => detailOf(small, focus, aspect)),
    );
    return isSure(there ?? 0, above ?? 0) ? found : HEADS;
  });
}

/** One for all searches of a decode. */
const smaller = new WeakMap<Raster, Promise<Raster>>();

async function smallOf(raster: Raster): Promise<Raster> {
  const small = smaller.get(raster) ?? shrunk(raster);
  smaller.set(raster, small);
  return await small;
}

async function shrunk(raster: Raster): Promise<Raster> {
  const scale = Math.min(1, SIDE / Math.max(raster.width, raster.height));
  const sideOf = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  const size = { width: sideOf(raster.width), height: sideOf(raster.height) };
  const pipeline = fromRaster(raster).resize({ ...size, fit: 'fill' });
  return await rasterFrom(pipeline.toColourspace('srgb'));
}

async function foundIn(small: Raster, { strategy, aspect }: Search): Promise<Focus> {
  const { width, height } = partOf(small, HEADS, aspect);
  const { info } = await fromRaster(small)
    .resize({ width, height, fit: 'cover', position: strategy })
    .raw()
    .toBuffer({ resolveWithObject: true });
  // libvips counts from the part to the whole.
  const { cropOffsetLeft = 0, cropOffsetTop = 0 } = info;
  const middle = (offset: number, part: number, whole: number) =>
    Math.round((1000 * (Math.abs(offset) + part / 2)) / whole);
  return {
    x: middle(cropOffsetLeft, width, small.width),
    y: middle(cropOffsetTop, height, small.height),
  };
}

function partOf(whole: Raster, focus: Focus, aspect: number) {
  return pixelsOf(regionAround(focus, whole, aspect), whole, { width: aspect, height: 1 });
}

async function detailOf(small: Raster, focus: Focus, aspect: number): Promise<number> {
  const part = await rasterFrom(fromRaster(small).extract(partOf(small, focus, aspect)));
  const { sharpness } = await fromRaster(part).stats();
  return sharpness;
}
