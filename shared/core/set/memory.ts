import { neededScale, scaled } from '../list/geometry.ts';
import type { OutputFormat } from '../list/preset-list.ts';
import {
  ANIMATION_BYTES,
  decodingMegabytes,
  IDLE_MEGABYTES,
  MOST_MEGABYTES,
  rasterMegabytes,
} from '../picture/memory.ts';
import type { Picture, Size } from '../picture/picture.ts';
import { mostPixels } from '../watermark/layout.ts';
import { dearest } from './suited.ts';
import type { Variant } from './variants.ts';

/** Bytes a pixel that an encoder holds, at any effort. Measured, see core/picture/memory.ts. */
const ENCODER = { jpeg: 6.5, webp: 10, avif: 40, png: 1 } satisfies Record<OutputFormat, number>;
/** WebP's lossless coder, which alpha goes through, keeps the whole picture several times. */
const WEBP_WITH_ALPHA = 21;

/** Twice as many numbers of colour. */
const JPEG_444 = 6.5;
const WEBP_LOSSLESS = 24;
/** Planes in which the nearest pixels are looked for. */
const WEBP_SMART = 6;
/** As what is quantised, and as what is read again. */
const PNG_PALETTE = 12;

function encoderBytes(
  { format, recipe, lossless, fromFile }: Variant,
  { alpha }: Pick<Picture, 'alpha'>,
): number {
  const { chroma, smartSubsample } = recipe.encoder;
  if (format === 'jpeg' && chroma === '4:4:4') return ENCODER.jpeg + JPEG_444;
  if (format === 'png' && lossless) return PNG_PALETTE;
  if (format !== 'webp') return ENCODER[format];
  const isSeeThrough = alpha || fromFile === 'animated';
  const lossy = (isSeeThrough ? WEBP_WITH_ALPHA : ENCODER.webp) + (smartSubsample ? WEBP_SMART : 0);
  return lossless ? Math.max(lossy, WEBP_LOSSLESS) : lossy;
}

/** Frames at their own size that are there at once: as decoded, as drawn over each other, and what is to come back. */
const CANVASES = 5;

/** Of an animation, whatever is made of its frames. */
export function canvasMegabytes(picture: Picture): number {
  return rasterMegabytes(picture, { alpha: true }) * CANVASES;
}

/** What making one file takes beside the pixels that all are made from. */
export function variantMegabytes(variant: Variant, picture: Picture): number {
  const { width, height, fromFile } = variant;
  const megapixels = (width * height) / 1e6;
  const isAnimated = fromFile === 'animated';
  const encoder = megapixels * encoderBytes(dearest(variant, picture), picture);
  const marks = markMegabytes(variant);
  if (isAnimated) {
    return (
      encoder + marks + canvasMegabytes(picture) + megapixels * picture.frames * ANIMATION_BYTES
    );
  }
  // At the picture's own size the pixels that all are made from are its pixels, unless something is drawn over them.
  const isOwn = width === picture.width && height === picture.height && !fromFile && marks === 0;
  return encoder + marks + (isOwn ? 0 : rasterMegabytes(variant, picture));
}

/** Bytes a pixel of a mark: as it stays, and while it gets an edge and is turned. */
const MARK = 4;
const MARK_IN_WORK = 24;

function markMegabytes({ marks = [], ...file }: Variant): number {
  const pixels = marks.map(mark => mostPixels(mark, file) / 1e6);
  const all = pixels.reduce((sum, one) => sum + one, 0);
  return MARK * all + MARK_IN_WORK * Math.max(0, ...pixels);
}

interface Asked {
  file: Buffer;
  picture: Picture;
  variants: Variant[];
  /** All that an upload makes of the picture. */
  whole: Variant[];
}

export interface Affordable {
  /** What the one decode comes to; undefined where nothing needs its pixels. */
  size: Size | undefined;
  /** For what is made from them, at any time. */
  spareMegabytes: number;
  variants: Variant[];
  /** Those that the memory of a function does not hold, dearest first, and what each would take. */
  beyond: { variant: Variant; megabytes: number }[];
}

const NOTHING = { width: 0, height: 0 };

/** Leaves out the dearest files until what remains can be made; which, the picture and the list alone decide. */
export function affordable({ file, picture, variants, whole }: Asked): Affordable {
  const held = IDLE_MEGABYTES + file.length / 1e6;
  const byPrice = [...new Map([...whole, ...variants].map(one => [one.key, one])).values()]
    .map(variant => ({ variant, own: variantMegabytes(variant, picture) }))
    .sort((a, b) => rasterOf(b.variant, picture) + b.own - rasterOf(a.variant, picture) - a.own);
  const beyond: Affordable['beyond'] = [];
  for (;;) {
    const size = sizeFor(
      byPrice.map(({ variant }) => variant),
      picture,
    );
    const raster = size ? rasterMegabytes(size, picture) : 0;
    const decoding = decodingMegabytes(file, picture, size ?? NOTHING);
    const most = Math.max(decoding, ...byPrice.map(({ own }) => own));
    const megabytes = Math.ceil(held + raster + most);
    const [dearest] = byPrice;
    if (megabytes <= MOST_MEGABYTES || !dearest) {
      const left = new Set(byPrice.map(({ variant }) => variant.key));
      return {
        size,
        spareMegabytes: MOST_MEGABYTES - held - raster,
        variants: variants.filter(({ key }) => left.has(key)),
        beyond: beyond.filter(one => variants.some(({ key }) => key === one.variant.key)),
      };
    }
    beyond.push({ variant: dearest.variant, megabytes });
    byPrice.shift();
  }
}

function rasterOf(variant: Variant, picture: Picture): number {
  return rasterMegabytes(sizeFor([variant], picture) ?? NOTHING, picture);
}

/** No larger than the largest needs. */
function sizeFor(variants: Variant[], picture: Picture): Size | undefined {
  if (variants.length === 0) return undefined;
  const scales = variants.map(({ recipe, ...size }) => neededScale(picture, size, recipe.fit));
  return scaled(picture, Math.max(...scales));
}
