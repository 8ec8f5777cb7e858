import type { Picture } from '../../core/picture/picture.ts';
import { regionAround } from '../../core/picture/focus.ts';
import { nameOf, type Regions, type Search, searchOf } from '../../core/set/crops.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Codec, Raster } from '../../ports.ts';

/** Adds what is not known yet, one search for all that are cut alike. */
export async function findRegions(
  known: Regions,
  { raster, picture, variants }: { raster: Raster; picture: Picture; variants: Variant[] },
  codec: Pick<Codec, 'search'>,
): Promise<Regions> {
  const regions = new Map(known);
  for (const [name, search] of searchesOf(variants)) {
    if (regions.has(name)) continue;
    const focus = await codec.search(raster, search);
    regions.set(name, regionAround(focus, picture, search.aspect));
  }
  return regions;
}

function searchesOf(variants: Variant[]): Map<string, Search> {
  const searches = variants.flatMap(variant => searchOf(variant) ?? []);
  return new Map(searches.map(search => [nameOf(search), search]));
}
