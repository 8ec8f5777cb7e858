import type { OutputFormat } from '../list/preset-list.ts';
import type { Recipe } from '../list/recipe.ts';
import type { Variant } from './variants.ts';

/** Encoding cost relative to a plain JPEG, by effort: the figures of docs/rendering.md, rounded. */
const AVIF_WEIGHTS = [5, 14, 24, 40, 170, 250, 570];
const WEBP_WEIGHTS = [2, 2, 4, 6, 8, 12, 17];
const ANIMATED = 500;

/** In the order of starting only the order of costs matters; cost.ts makes seconds of them. */
export function weightOf(format: OutputFormat, encoder: Recipe['encoder']): number {
  return WEIGHTS[format](encoder);
}

const WEIGHTS = {
  jpeg: ({ mozjpeg }) => (mozjpeg ? 8 : 1),
  webp: encoder => byEffort(WEBP_WEIGHTS, encoder),
  avif: encoder => byEffort(AVIF_WEIGHTS, encoder),
  png: () => 6,
} satisfies Record<OutputFormat, (encoder: Recipe['encoder']) => number>;

function byEffort(weights: number[], { effort }: Recipe['encoder']): number {
  return weights[Math.min(Number(effort ?? 0), weights.length - 1)] ?? 1;
}

export function costOf({ width, height, format, recipe, fromFile }: Variant): number {
  const weight = fromFile === 'animated' ? ANIMATED : weightOf(format, recipe.encoder);
  return width * height * weight;
}

/**
 * The order in which variants start, for a few lanes side by side: the cheap ones, a first screen's before all,
 * then the rest, longest first, so that no lane ends long after another. Where the longest alone decides
 * how long all of it takes, it starts before them.
 */
export function inStartingOrder(variants: Variant[], lanes: number): Variant[] {
  const longestFirst = [...variants].sort((a, b) => costOf(b) - costOf(a));
  const total = sumOf(longestFirst);
  const cheap = longestFirst
    .filter(variant => costOf(variant) * CHEAP_SHARE < total)
    .sort((a, b) => Number(isFirstScreen(b)) - Number(isFirstScreen(a)));
  const [longest, ...rest] = longestFirst.slice(0, longestFirst.length - cheap.length);
  if (!longest) return cheap;
  const cannotWait = costOf(longest) + sumOf(cheap) / lanes > total / lanes;
  return cannotWait ? [longest, ...cheap, ...rest] : [...cheap, longest, ...rest];
}

/** Of a phone's first screen, on a slow network or in a grid. */
function isFirstScreen({ width }: Variant): boolean {
  return width <= 480;
}

/** A variant is cheap when it is less than a fiftieth of all the work. */
const CHEAP_SHARE = 50;

function sumOf(variants: Variant[]): number {
  return variants.reduce((sum, variant) => sum + costOf(variant), 0);
}
