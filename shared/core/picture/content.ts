import * as z from 'zod';
import type { Size } from './picture.ts';

/** What a picture's own pixels say of how its files are best encoded. docs/rendering.md has how the bounds were found. */

const thousandths = z.int().min(0).max(1000);

export const contentSchema = z.strictObject({
  chroma: z.enum(['4:2:0', '4:4:4']).describe('4:4:4 where colours have sharp edges'),
  colourEdges: z.int().min(0).describe('how sharp they are; above 80 it is 4:4:4'),
  flat: z.boolean().describe('drawn or written, not photographed'),
  even: thousandths.describe(
    'share of pixels like those to the right and below; flat needs 200 of 1000',
  ),
  colours: thousandths.describe('colours for each 1000 pixels; flat has at most 150'),
});

export type Content = z.infer<typeof contentSchema>;

export const SHARP_EDGES = 80;
export const LEAST_EVEN = 200;
export const MOST_COLOURS = 150;

/** RGB, interleaved. */
export interface Pixels extends Size {
  data: Uint8Array;
}

/** Of a picture some 480 pixels wide: the bounds are of that size. */
export function contentOf(pixels: Pixels): Content {
  const colourEdges = Math.round(colourEdgesOf(pixels));
  const even = Math.floor(1000 * evenShareOf(pixels));
  const colours = Math.ceil((1000 * coloursOf(pixels)) / (pixels.width * pixels.height));
  return {
    chroma: colourEdges > SHARP_EDGES ? '4:4:4' : '4:2:0',
    colourEdges,
    flat: even >= LEAST_EVEN && colours <= MOST_COLOURS,
    even,
    colours,
  };
}

/** Of what 4:2:0 makes one of, two pixels by two: how far their colours are from their mean. */
function colourEdgesOf({ data, width, height }: Pixels): number {
  let sum = 0;
  let blocks = 0;
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const at = 3 * (y * width + x);
      const energy = spreadOf(data, [at, at + 3, at + 3 * width, at + 3 * width + 3]);
      sum += energy * energy;
      blocks += 1;
    }
  }
  return blocks === 0 ? 0 : Math.sqrt(sum / blocks);
}

/** Variance of Cb and Cr. (ITU-T T.871, 7) */
function spreadOf(data: Uint8Array, places: number[]): number {
  let [cb, cr, squares] = [0, 0, 0];
  for (const at of places) {
    const red = data[at] ?? 0;
    const green = data[at + 1] ?? 0;
    const blue = data[at + 2] ?? 0;
    const b = -0.168736 * red - 0.331264 * green + 0.5 * blue;
    const r = 0.5 * red - 0.418688 * green - 0.081312 * blue;
    cb += b;
    cr += r;
    squares += b * b + r * r;
  }
  return Math.max(0, (squares - (cb * cb + cr * cr) / places.length) / places.length);
}

function evenShareOf({ data, width, height }: Pixels): number {
  let even = 0;
  for (let y = 0; y + 1 < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      const at = 3 * (y * width + x);
      if (isAlike(data, at, at + 3) && isAlike(data, at, at + 3 * width)) even += 1;
    }
  }
  return even / (width * height);
}

function isAlike(data: Uint8Array, a: number, b: number): boolean {
  return data[a] === data[b] && data[a + 1] === data[b + 1] && data[a + 2] === data[b + 2];
}

/** Alpha counts as colour; ends with the first that is one too many. */
export function hasMoreColours(
  { data, channels }: { data: Uint8Array; channels: number },
  most: number,
): boolean {
  const seen = new Set<number>();
  for (let at = 0; at + channels <= data.length; at += channels) {
    let colour = 0;
    for (let channel = 0; channel < channels; channel += 1)
      colour = colour * 256 + (data[at + channel] ?? 0);
    seen.add(colour);
    if (seen.size > most) return true;
  }
  return false;
}

/** A bit for each of the colours that there may be. */
function coloursOf({ data }: Pixels): number {
  const seen = new Uint8Array(2 ** 21);
  let count = 0;
  for (let at = 0; at + 2 < data.length; at += 3) {
    const colour = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const bit = 1 << (colour & 7);
    const byte = seen[colour >> 3] ?? 0;
    if ((byte & bit) === 0) count += 1;
    seen[colour >> 3] = byte | bit;
  }
  return count;
}
