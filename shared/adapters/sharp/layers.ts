import sharp, { type Sharp } from 'sharp';
import type { Size } from '../../core/picture/picture.ts';
import { softened } from '../../core/watermark/soften.ts';
import { alphaOf, inColour, type Layer, stamp, stronger } from '../../core/watermark/stamp.ts';

/** Small pictures with alpha that are drawn over others. */

export async function layerFrom(pipeline: Sharp): Promise<Layer> {
  const { data, info } = await pipeline
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 4 };
}

export function sharpOf({ data, width, height }: Layer): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });
}

/**
 * Of a logo as wide as this, or smaller where it would be higher than the room that there is; never enlarged. The same
 * widths come again with each upload, so small ones are kept for as long as the logo is.
 */
export async function imageLayer(image: Buffer, width: number, room: Size): Promise<Layer> {
  const box = {
    width: Math.max(1, Math.round(Math.min(width, room.width))),
    height: Math.max(1, Math.round(room.height)),
  };
  const known = sized.get(image) ?? new Map<string, Layer>();
  sized.set(image, known);
  const name = `${box.width} ${box.height}`;
  const found = known.get(name);
  if (found) return found;
  const options = { ...box, fit: 'inside', withoutEnlargement: true } as const;
  const layer = await layerFrom(sharp(image, { autoOrient: true }).resize(options));
  if (known.size >= MOST_SIZES) known.clear();
  if (layer.data.length <= MOST_BYTES) known.set(name, layer);
  return layer;
}

/** Of one logo: 8 MB together. */
const MOST_SIZES = 32;
const MOST_BYTES = 256e3;
const sized = new WeakMap<Buffer, Map<string, Layer>>();

export interface Edge {
  shadow?: string | undefined;
  outline?: string | undefined;
}

/** With what sets it off from any picture below it, `reach` pixels of it. */
export function edged(layer: Layer, { shadow, outline }: Edge, reach: number): Layer {
  if (!shadow && !outline) return layer;
  const margin = Math.ceil(2 * reach);
  const size = { width: layer.width + 2 * margin, height: layer.height + 2 * margin };
  const whole = emptyLayer(size);
  stamp(whole, layer, { left: margin, top: margin });
  const alpha = alphaOf(whole);
  const under = emptyLayer(size);
  if (shadow) {
    const soft = softened(alpha, size, Math.max(1, Math.round(reach / 2)));
    const away = Math.round(reach / 2);
    stamp(under, inColour(stronger(soft, SHADOW), size, shadow), { left: away, top: away });
  }
  if (outline) {
    const near = softened(alpha, size, Math.max(1, Math.round(reach / 4)));
    stamp(under, inColour(stronger(near, OUTLINE), size, outline), { left: 0, top: 0 });
  }
  stamp(under, layer, { left: margin, top: margin });
  return under;
}

/** A soft edge has half of its strength where the letter ends: so many times as strong it is a line, or a soft shade. */
const OUTLINE = 5;
const SHADOW = 1.5;

export function emptyLayer(size: Size): Layer {
  return { ...size, channels: 4, data: Buffer.alloc(4 * size.width * size.height) };
}

export async function turned(layer: Layer, angle: number): Promise<Layer> {
  if (angle === 0) return layer;
  return await layerFrom(sharpOf(layer).rotate(angle, { background: '#00000000' }));
}
