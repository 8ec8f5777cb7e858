import type { Variant } from './variants.ts';

/**
 * Encoding cost relative to a plain JPEG of the same size, on the figures of docs/rendering.md. Only their
 * order matters: a wrong figure costs time, never a picture.
 */
function weightOf({ format, recipe, fromFile }: Variant): number {
  const effort = Number(recipe.encoder.effort ?? 0);
  if (fromFile === 'animated') return 500;
  if (format === 'jpeg') return recipe.encoder.mozjpeg ? 5 : 1;
  if (format === 'png') return 6;
  if (format === 'webp') return 2 + effort;
  return effort < 2 ? 8 : 15 * 2 ** (effort - 2);
}

export function costOf(variant: Variant): number {
  return variant.width * variant.height * weightOf(variant);
}

/**
 * The order in which variants start, for a few lanes side by side: the cheap ones, which a first screen waits
 * for, then the rest, longest first, so that no lane ends long after another. Where the longest alone decides
 * how long all of it takes, it starts before them.
 */
export function inStartingOrder(variants: Variant[], lanes: number): Variant[] {
  const longestFirst = [...variants].sort((a, b) => costOf(b) - costOf(a));
  const total = sumOf(longestFirst);
  const cheap = longestFirst.filter(variant => costOf(variant) * CHEAP_SHARE < total);
  const [longest, ...rest] = longestFirst.slice(0, longestFirst.length - cheap.length);
  if (!longest) return cheap;
  const cannotWait = costOf(longest) + sumOf(cheap) / lanes > total / lanes;
  return cannotWait ? [longest, ...cheap, ...rest] : [...cheap, longest, ...rest];
}

/** A variant is cheap when it is less than a fiftieth of all the work. */
const CHEAP_SHARE = 50;

function sumOf(variants: Variant[]): number {
  return variants.reduce((sum, variant) => sum + costOf(variant), 0);
}
