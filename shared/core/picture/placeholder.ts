import { rgbaToThumbHash } from 'thumbhash';
import * as z from 'zod';
import type { Size } from './picture.ts';

export const placeholderSchema = z.strictObject({
  thumbHash: z.base64().describe('https://evanw.github.io/thumbhash/'),
  colour: z.string().regex(/^#[0-9a-f]{6}$/),
});

export type Placeholder = z.infer<typeof placeholderSchema>;

/**
 * Pixels a side of what a ThumbHash is made of. It takes up to 100 (https://evanw.github.io/thumbhash/) and
 * keeps seven waves a side: more pixels cost time and change nothing one could see.
 */
export const THUMBHASH_SIDE = 48;

/** What a client shows before the picture is there: some 25 bytes of blur, and one colour. */
export function placeholderOf({ width, height, rgba }: Size & { rgba: Buffer }): Placeholder {
  const hash = rgbaToThumbHash(width, height, rgba);
  return { thumbHash: Buffer.from(hash).toString('base64'), colour: dominantColour(rgba) };
}

/** Of 16 steps a channel: what sharp's `stats()` counts too, which takes ten times as long for its other figures. */
const STEPS = 16;
const STEP = 256 / STEPS;

/** The middle of the most frequent step, transparent pixels apart; black if nothing else is there. */
export function dominantColour(rgba: Buffer): string {
  const counts = new Uint32Array(STEPS ** 3);
  const stepOf = (at: number) => Math.floor((rgba[at] ?? 0) / STEP);
  let most = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3] === 0) continue;
    const step = (stepOf(at) * STEPS + stepOf(at + 1)) * STEPS + stepOf(at + 2);
    counts[step] = (counts[step] ?? 0) + 1;
    if ((counts[step] ?? 0) > (counts[most] ?? 0)) most = step;
  }
  const hex = [most / STEPS ** 2, most / STEPS, most]
    .map(step => (Math.floor(step) % STEPS) * STEP + STEP / 2)
    .map(channel => channel.toString(16).padStart(2, '0'));
  return `#${hex.join('')}`;
}
