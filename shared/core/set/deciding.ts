import { searchUnlessSaid } from './crops.ts';
import { isLeftToPicture } from './suited.ts';
import type { Variant } from './variants.ts';

/**
 * What decides how large the one decode is, whatever is there already: all that an upload makes of the picture, and what
 * is searched for or left to the picture on demand, so that a miss searches and measures the same pixels. What the uploader
 * said changes nothing of it, since other files' keys do not tell it.
 */
export function decidingVariants(wanted: Variant[]): Variant[] {
  return wanted.filter(
    variant =>
      !variant.impossible &&
      (variant.generate === 'eager' ||
        searchUnlessSaid(variant) !== undefined ||
        isLeftToPicture(variant)),
  );
}
