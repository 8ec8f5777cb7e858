import sharp, { type Sharp } from 'sharp';
import type { Size } from '../../core/picture/picture.ts';
import { inColour, type Layer, stamp } from '../../core/watermark/stamp.ts';

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

/** Of a logo as wide as this, or smaller where it would be higher than the room that there is; never enlarged. */
export async function imageLayer(image: Buffer, width: number, room: Size): Promise<Layer> {
  const box = { width: Math.round(Math.min(width, room.width)), height: Math.round(room.height) };
  return await layerFrom(
    sharp(image, { autoOrient: true }).resize({
      width: Math.max(1, box.width),
      height: Math.max(1, box.height),
      fit: 'inside',
      withoutEnlargement: true,
    }),
  );
}

export interface Edge {
  shadow?: string | undefined;
  outline?: string | undefined;
}

/** With what sets it off from any picture below it, `reach` pixels of it. */
export async function edged(layer: Layer, { shadow, outline }: Edge, reach: number) {
  if (!shadow && !outline) return layer;
  const margin = Math.ceil(2 * reach);
  const size = { width: layer.width + 2 * margin, height: layer.height + 2 * margin };
  const whole: Layer = { ...size, channels: 4, data: Buffer.alloc(4 * size.width * size.height) };
  const away = Math.round(reach / 2);
  const soft = await blurredAlpha(layer, margin, reach);
  if (shadow)
    stamp(whole, inColour(stronger(soft, SHADOW), size, shadow), { left: away, top: away });
  if (outline) {
    const near = await blurredAlpha(layer, margin, reach / 2);
    stamp(whole, inColour(stronger(near, OUTLINE), size, outline), { left: 0, top: 0 });
  }
  stamp(whole, layer, { left: margin, top: margin });
  return whole;
}

/** A blurred edge has half of its strength where the letter ends: so many times as strong it is a line, or a soft shade. */
const OUTLINE = 5;
const SHADOW = 1.5;

function stronger(alpha: Buffer, times: number): Buffer {
  return Buffer.from(alpha.map(value => Math.min(255, value * times)));
}

async function blurredAlpha(layer: Layer, margin: number, reach: number): Promise<Buffer> {
  const [top, bottom, left, right] = [margin, margin, margin, margin];
  const alpha = await sharpOf(layer).extractChannel(3).toColourspace('b-w').raw().toBuffer();
  const one = { width: layer.width, height: layer.height, channels: 1 as const };
  return await sharp(alpha, { raw: one, limitInputPixels: false })
    .extend({ top, bottom, left, right, background: '#000000' })
    .blur(Math.max(0.5, reach / 2))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

export async function turned(layer: Layer, angle: number): Promise<Layer> {
  if (angle === 0) return layer;
  return await layerFrom(sharpOf(layer).rotate(angle, { background: '#00000000' }));
}
