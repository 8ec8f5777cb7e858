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
 * anew, in pixels of another size, one of some thirty would be found elsewhere, and one srcset would show two parts.
 */
export function standingRegions(seen: Seen, wanted: Variant[]): Regions {
  const { variants = [], focus = {} } = (isCurrent(seen) && seen.manifest) || {};
  const named = new Set(
    variants.flatMap(({ state, key }) =>
      state === 'rendered' || state === 'on_demand' ? [key] : [],
    ),
  );
  const standing = new Map<string, Region>();
  for (const variant of wanted) {
    const search = searchOf(variant);
    const region = focus[variant.preset];
    if (search && region && named.has(variant.key)) standing.set(nameOf(search), region);
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
