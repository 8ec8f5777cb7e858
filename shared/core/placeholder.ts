import { rgbaToThumbHash } from 'thumbhash';
import type { Placeholder } from './manifest.ts';
import type { Size } from './picture.ts';

/** ThumbHash takes no picture above 100 pixels a side: https://evanw.github.io/thumbhash/ */
export const THUMBHASH_SIDE = 100;

/** What a client shows before the picture is there: some 25 bytes of blur, and one colour. */
export function placeholderOf(
  pixels: Size & { rgba: Buffer },
  dominant: { r: number; g: number; b: number },
): Placeholder {
  const hash = rgbaToThumbHash(pixels.width, pixels.height, pixels.rgba);
  const hex = [dominant.r, dominant.g, dominant.b]
    .map(channel => channel.toString(16).padStart(2, '0'))
    .join('');
  return { thumbHash: Buffer.from(hash).toString('base64'), colour: `#${hex}` };
}
