import { isSearched } from '../list/recipe.ts';
import type { Region, Strategy } from '../picture/focus.ts';
import type { Manifest } from './manifest.ts';
import { isCurrent, type Seen } from './seen.ts';
import type { Variant } from './variants.ts';

/** What is shown of a picture where a search decides: one place for all that are searched for alike. */

export interface Search {
  strategy: Strategy;
  /** As the preset declares it: files' own pixels are rounded. */
  aspect: number;
}

/** By the names of searches. */
export type Regions = ReadonlyMap<string, Region>;

/** Undefined of a file of which it is known what it shows. */
export function searchOf(variant: Variant): Search | undefined {
  return variant.region ? undefined : searchUnlessSaid(variant);
}

/** What would be searched for if the uploader said nothing. */
export function searchUnlessSaid({ gravity, recipe }: Variant): Search | undefined {
  const { fit, aspect } = recipe;
  const isDue = fit === 'cover' && aspect !== undefined && isSearched(gravity);
  return isDue ? { strategy: gravity, aspect } : undefined;
}

export function nameOf({ strategy, aspect }: Search): string {
  return `${strategy} ${aspect}`;
}

/** With what it shows. */
export function placed(variant: Variant, regions: Regions): Variant {
  const search = searchOf(variant);
  const region = search && regions.get(nameOf(search));
  return region ? { ...variant, region } : variant;
}

/**
 * A region stands as long as the set has a file that shows it, or names one that a miss may have made: searched for
 * anew, in pixels of another size, one of some thirty would be found elsewhere, and one srcset would show two parts. What an
 * edit retires may be wanted again, under the same keys, by one that takes it back.
 */
export function standingRegions(seen: Seen, wanted: Variant[]): Regions {
  const { variants = [], retired = [], focus = {} } = (isCurrent(seen) && seen.manifest) || {};
  const shown = variants.map(({ state, key, preset }) => {
    const mayBeThere = state === 'rendered' || state === 'on_demand';
    return { key, region: mayBeThere ? focus[preset] : undefined };
  });
  const standing = new Map<string, Region>();
  // Of two places for one search that of the files in force counts.
  for (const files of [retired, shown]) {
    const regions = new Map(files.map(({ key, region }) => [key, region]));
    for (const variant of wanted) {
      const search = searchOf(variant);
      const region = regions.get(variant.key);
      if (search && region) standing.set(nameOf(search), region);
    }
  }
  return standing;
}

/** As the manifest tells of it. */
export function focusOf(wanted: Variant[], regions: Regions): Manifest['focus'] {
  const shown = wanted
    .filter(({ impossible }) => !impossible)
    .flatMap(variant => {
      const { preset, region } = placed(variant, regions);
      return region ? [[preset, region] as const] : [];
    });
  return shown.length > 0 ? Object.fromEntries(shown) : undefined;
}
