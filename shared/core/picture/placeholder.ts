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
const THUMBHASH_SIDE = 48;
/** Edges of what is transparent are seen in a hash: an icon is hashed at its own size, as its author's encoder does. */
const TRANSPARENT_SIDE = 100;

export function thumbHashSide(channels: 3 | 4): number {
  return channels === 4 ? TRANSPARENT_SIDE : THUMBHASH_SIDE;
}

/** What a client shows before the picture is there: some 25 bytes of blur, and one colour. */
export function placeholderOf({ width, height, rgba }: Size & { rgba: Buffer }): Placeholder {
  const hash = rgbaToThumbHash(width, height, rgba);
  return { thumbHash: Buffer.from(hash).toString('base64'), colour: dominantColour(rgba) };
}

/** Steps a channel in which pixels count as alike; the colour itself is as fine as theirs. */
const STEPS = 16;
const STEP = 256 / STEPS;
/** Of what shows nothing of its own: the page behind it is white, mostly. */
const NOTHING = '#ffffff';

/** The mean of the most frequent step, each pixel as much as can be seen of it. */
export function dominantColour(rgba: Buffer): string {
  const weights = new Float64Array(STEPS ** 3);
  for (let at = 0; at < rgba.length; at += 4) {
    const step = stepOf(rgba, at);
    weights[step] = (weights[step] ?? 0) + (rgba[at + 3] ?? 0);
  }
  let most = 0;
  for (const [step, weight] of weights.entries()) if (weight > (weights[most] ?? 0)) most = step;
  const weight = weights[most] ?? 0;
  return weight === 0 ? NOTHING : meanOf(rgba, most, weight);
}

function stepOf(rgba: Buffer, at: number): number {
  const of = (channel: number) => Math.floor((rgba[at + channel] ?? 0) / STEP);
  return (of(0) * STEPS + of(1)) * STEPS + of(2);
}

function meanOf(rgba: Buffer, step: number, weight: number): string {
  const sums = [0, 0, 0];
  for (let at = 0; at < rgba.length; at += 4) {
    if (stepOf(rgba, at) !== step) continue;
    for (const [channel, sum] of sums.entries())
      sums[channel] = sum + (rgba[at + channel] ?? 0) * (rgba[at + 3] ?? 0);
  }
  const hex = sums.map(sum =>
    Math.round(sum / weight)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}
