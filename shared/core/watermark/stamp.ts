import type { Size } from '../picture/picture.ts';
import type { Place } from './layout.ts';

/** Interleaved bytes; a fourth channel is alpha, which the others are not multiplied by. */
export interface Pixels extends Size {
  data: Buffer;
  channels: 3 | 4;
}

export interface Layer extends Pixels {
  channels: 4;
}

/**
 * Draws a layer over pixels, in their place: what is beyond an edge is cut off. Only the part that the layer covers is
 * touched; libvips would blend the whole picture.
 */
export function stamp(under: Pixels, over: Layer, { left, top }: Place): void {
  const [fromX, toX] = [Math.max(0, -left), Math.min(over.width, under.width - left)];
  const [fromY, toY] = [Math.max(0, -top), Math.min(over.height, under.height - top)];
  const blend = under.channels === 4 ? blendIntoAlpha : blendIntoOpaque;
  for (let y = fromY; y < toY; y += 1) {
    const from = 4 * (y * over.width + fromX);
    const to = under.channels * ((top + y) * under.width + left + fromX);
    blend(under.data, to, over.data, { from, count: toX - fromX });
  }
}

interface Row {
  from: number;
  count: number;
}

function blendIntoOpaque(under: Buffer, start: number, over: Buffer, { from, count }: Row): void {
  for (let at = start, next = from, end = from + 4 * count; next < end; at += 3, next += 4) {
    const alpha = over[next + 3] as number;
    if (alpha === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) {
      const below = under[at + channel] as number;
      under[at + channel] =
        below + Math.round((((over[next + channel] as number) - below) * alpha) / 255);
    }
  }
}

/** Porter and Duff's "over". */
function blendIntoAlpha(under: Buffer, start: number, over: Buffer, { from, count }: Row): void {
  for (let at = start, next = from, end = from + 4 * count; next < end; at += 4, next += 4) {
    const alpha = over[next + 3] as number;
    if (alpha === 0) continue;
    const below = ((under[at + 3] as number) * (255 - alpha)) / 255;
    const sum = alpha + below;
    for (let channel = 0; channel < 3; channel += 1) {
      const colours =
        (over[next + channel] as number) * alpha + (under[at + channel] as number) * below;
      under[at + channel] = Math.round(colours / sum);
    }
    under[at + 3] = Math.round(sum);
  }
}

/** One colour, `#rrggbb`, in the shape of an alpha channel. */
export function inColour(alpha: Buffer, size: Size, colour: string): Layer {
  const data = Buffer.alloc(4 * alpha.length);
  data.fill(Buffer.from(`${colour.slice(1)}00`, 'hex'));
  for (let at = 0; at < alpha.length; at += 1) data[4 * at + 3] = alpha[at] as number;
  return { data, width: size.width, height: size.height, channels: 4 };
}

export function alphaOf({ data }: Layer): Buffer {
  const alpha = Buffer.alloc(data.length / 4);
  for (let at = 0; at < alpha.length; at += 1) alpha[at] = data[4 * at + 3] as number;
  return alpha;
}

export function stronger(alpha: Buffer, times: number): Buffer {
  const more = Buffer.alloc(alpha.length);
  for (let at = 0; at < alpha.length; at += 1) {
    more[at] = Math.min(255, (alpha[at] as number) * times);
  }
  return more;
}

/** The same, as much fainter. */
export function faded({ data, ...layer }: Layer, percent: number): Layer {
  if (percent === 100) return { ...layer, data };
  const fainter = Buffer.from(data);
  for (let at = 3; at < fainter.length; at += 4) {
    fainter[at] = Math.round(((fainter[at] as number) * percent) / 100);
  }
  return { ...layer, data: fainter };
}
