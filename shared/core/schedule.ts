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
 * The order in which variants start, for a few lanes side by side: one of the longest first, then the cheap
 * ones, which a first screen waits for, then the rest; each longest first, so that no lane ends long after
 * another.
 */
export function inStartingOrder(variants: Variant[], lanes: number): Variant[] {
  const longestFirst = [...variants].sort((a, b) => costOf(b) - costOf(a));
  const total = longestFirst.reduce((sum, variant) => sum + costOf(variant), 0);
  const isCheap = (variant: Variant) => costOf(variant) * CHEAP_SHARE < total;
  const head = longestFirst.slice(0, lanes - 1);
  const rest = longestFirst.slice(lanes - 1);
  const cheap = rest.filter(isCheap);
  return [...head, ...cheap, ...rest.filter(variant => !isCheap(variant))];
}

/** A variant is cheap when it is less than a fiftieth of all the work. */
const CHEAP_SHARE = 50;
