import { attempt } from '../../core/picture/codec-step.ts';
import { SRGB_COLOUR } from '../../core/picture/colour.ts';
import type { Size } from '../../core/picture/picture.ts';
import { markPixels, type Place, placesIn, roomFor } from '../../core/watermark/layout.ts';
import {
  alphaOf,
  faded,
  inColour,
  type Layer,
  type Pixels,
  stamp,
} from '../../core/watermark/stamp.ts';
import type { DrawnMark } from '../../core/watermark/wanted-marks.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';
import { edged, imageLayer, sharpOf, turned, layerFrom } from './layers.ts';
import { toTarget } from './numbers.ts';
import { textLayer } from './text-mark.ts';

/** What is drawn over the files of one geometry, made once for all of them and for all frames. */
export type Stamps = { layer: Layer; places: Place[] }[];

type Marked = Pick<Variant, 'drawn' | 'width' | 'height'>;

/** `isWide`: for pixels that are in Display P3. */
export async function stampsFor({ drawn = [], width, height }: Marked, isWide: boolean) {
  return await attempt('VARIANT_UNRENDERABLE', 'expected to draw the watermark', async () => {
    const stamps: Stamps = [];
    for (const one of drawn) {
      const layer = await layerOf(one, { width, height });
      const places = placesIn(one.mark, layer, { width, height });
      stamps.push({ layer: isWide ? inWide(layer) : layer, places });
    }
    return stamps;
  });
}

/** Into the pixels themselves. */
export function stampAll(pixels: Pixels, stamps: Stamps): void {
  for (const { layer, places } of stamps) {
    for (const place of places) stamp(pixels, layer, place);
  }
}

/** `isShared`: others hold the same pixels, which stay as they are. */
export async function marked(raster: Raster, variant: Variant, isShared: boolean): Promise<Raster> {
  if (!variant.drawn || variant.drawn.length === 0) return raster;
  const stamps = await stampsFor(variant, raster.icc !== undefined);
  const whole = isShared ? { ...raster, data: Buffer.from(raster.data) } : raster;
  stampAll(whole, stamps);
  return whole;
}

/** A mark shines no more than the list says, whatever lies below it: of a gain map its place says nothing. */
export async function withoutGain(map: Raster, variant: Variant, neutral: string): Promise<Raster> {
  if (!variant.drawn || variant.drawn.length === 0) return map;
  const [across, down] = [map.width / variant.width, map.height / variant.height];
  const whole = { ...map, data: Buffer.from(map.data) };
  for (const { layer, places } of await stampsFor(variant, false)) {
    const size = {
      width: atLeastOne(layer.width * across),
      height: atLeastOne(layer.height * down),
    };
    const { data } = await layerFrom(sharpOf(layer).resize({ ...size, fit: 'fill' }));
    const alpha = alphaOf({ data, ...size, channels: 4 });
    const nothing = inColour(alpha, size, neutral);
    const scaled = places.map(({ left, top }) => ({
      left: Math.round(left * across),
      top: Math.round(top * down),
    }));
    stampAll(whole, [{ layer: nothing, places: scaled }]);
  }
  return whole;
}

/** Letters' strokes are a tenth of their height or so. */
const REACH = 0.08;

async function layerOf(drawn: DrawnMark, file: Size): Promise<Layer> {
  const { mark } = drawn;
  const room = roomFor(mark, file);
  const pixels = markPixels(mark, file.width);
  const plain =
    'image' in drawn
      ? await imageLayer(drawn.image, pixels, room)
      : await textLayer({ ...drawn, colour: mark.colour ?? '#ffffff' }, pixels, room);
  const stroke = 'image' in drawn ? plain.height / 4 : pixels;
  const edge = edged(plain, mark, Math.max(1, REACH * stroke));
  const whole = mark.tile ? await turned(edge, mark.tile.angle) : edge;
  return faded(whole, mark.opacity);
}

/** The same colours, as Display P3 numbers them. */
function inWide(layer: Layer): Layer {
  const { data } = toTarget({ ...layer, depth: 'uchar' }, SRGB_COLOUR, 'p3');
  return { ...layer, data };
}

function atLeastOne(pixels: number): number {
  return Math.max(1, Math.round(pixels));
}
