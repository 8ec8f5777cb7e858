import type { OutputFormat } from '../list/preset-list.ts';
import type { Recipe } from '../list/recipe.ts';
import type { Picture, Size } from '../picture/picture.ts';
import { mostPixels } from '../watermark/layout.ts';
import { framesShown, sizeShown } from './shown.ts';
import { dearest } from './suited.ts';
import type { Variant } from './variants.ts';

/**
 * What time a picture takes, by arithmetic: CPU seconds of one core, of the costliest content that was measured for
 * each step, noise in colours and alpha. docs/rendering.md, "Time", says how. schedule.ts has what photos take.
 */

/** A megapixel of noise as a plain JPEG, on the machine of docs/rendering.md; encoders are multiples of it. */
const REFERENCE = 0.015;

const MOZJPEG = 16;
const JPEG_444 = 2;
const PNG = 5;
/** By effort. */
const WEBP = [5, 6, 7, 14, 14, 14, 38];
const WEBP_WITH_ALPHA = [8, 16, 16, 16, 27, 30, 150];
/** Of a frame; at effort 6 libwebp tries all that it knows on what did not change, too. */
const WEBP_FRAME = [8, 10, 16, 16, 25, 28, 700];
const AVIF = [7, 16, 35, 70, 500, 800, 1500, 1900, 2400, 5700];
const AVIF_444 = 1.3;
/** Its alpha is a picture of its own, of one channel. */
const AVIF_ALPHA = 1.8;

/** Beside what it takes without: the nearest pixels, and the file once more without loss. */
const WEBP_SMART = 9;
const WEBP_LOSSLESS = 110;
const WEBP_LOSSLESS_ALPHA = 136;
/** Of 256 colours, and read again. */
const PNG_PALETTE = 32;

type Encoder = Recipe['encoder'];

const WEIGHTS = {
  jpeg: ({ mozjpeg, chroma }) => (mozjpeg ? MOZJPEG : 1) * (chroma === '4:4:4' ? JPEG_444 : 1),
  png: () => PNG,
  webp: ({ effort, smartSubsample }, hasAlpha) =>
    weightAt(hasAlpha ? WEBP_WITH_ALPHA : WEBP, effort) + (smartSubsample ? WEBP_SMART : 0),
  avif: ({ effort, chroma }, hasAlpha) =>
    weightAt(AVIF, effort) * (chroma === '4:4:4' ? AVIF_444 : 1) * (hasAlpha ? AVIF_ALPHA : 1),
} satisfies Record<OutputFormat, (encoder: Encoder, hasAlpha: boolean) => number>;

function weightAt(weights: number[], effort: unknown): number {
  return weights[Math.min(Number(effort ?? 0), weights.length - 1)] ?? 1;
}

/** Seconds for a megapixel, of the costliest kind: CMYK in scans, Adam7 in 16 bits, samples to spare, 12 bits. */
const DECODE = {
  jpeg: 0.13,
  png: 0.12,
  tiff: 0.15,
  webp: 0.12,
  gif: 0.04,
  avif: 0.4,
  heic: 0.35,
} satisfies Record<Picture['format'], number>;

/** The same of a frame, which each file decodes for itself. */
const DECODE_FRAME: Partial<typeof DECODE> = { png: 0.08, webp: 0.08, gif: 0.04 };

/** Of pixels that are there: each that is read, each that is made, and each of those that is sharpened. */
const READ = 0.008;
const MADE = 0.02;
const SHARPENED = 0.35;

/** Of a mark: each pixel of its own, and more where it is set off, or turned. Drawn anew for each file, though formats share it. */
const MARK = 0.04;
const EDGE = 0.16;
const TURNED = 0.025;
/** Each pixel of the file, or of a frame, that lies below one. */
const STAMPED = 0.011;

function markSeconds({ marks = [], ...file }: Variant, frames: number): number {
  return marks.reduce((sum, wanted) => {
    const { shadow, outline, tile, ...level } = wanted.mark;
    const own = mostPixels({ ...wanted, mark: level }, file) / 1e6;
    const turned = tile ? (mostPixels(wanted, file) / 1e6) * TURNED : 0;
    const below = tile ? megapixels(file) : own;
    const price = MARK + (shadow || outline ? EDGE : 0);
    return sum + own * price + turned + below * frames * STAMPED;
  }, 0);
}

/** The one decode, at whatever size. */
export function decodingSeconds(picture: Picture): number {
  return megapixels(picture) * DECODE[picture.format];
}

/** Of what whoever judges it is shown, where that is decoded for itself: nothing is made before it is. */
export function judgingSeconds(file: Buffer, picture: Picture, raster: Size): number {
  if (framesShown(file, picture)) {
    const price = (DECODE_FRAME[picture.format] ?? 0) + READ;
    return picture.frames * megapixels(picture) * price;
  }
  return sizeShown(file, picture, raster) ? decodingSeconds(picture) : 0;
}

/** Resizing and encoding one file; and decoding, where it is made straight from the original. */
export function variantSeconds(variant: Variant, picture: Picture, raster: Size): number {
  const { recipe, fromFile } = variant;
  const { encoder } = recipe;
  const made = megapixels(variant);
  const resized = made * (MADE + (recipe.sharpen ? SHARPENED : 0));
  const marked = markSeconds(variant, fromFile === 'animated' ? picture.frames : 1);
  if (fromFile === 'animated') {
    const read = megapixels(picture) * ((DECODE_FRAME[picture.format] ?? 0) + READ);
    const weight = weightAt(WEBP_FRAME, encoder.effort);
    return marked + picture.frames * (read + resized + made * weight * REFERENCE);
  }
  const own = fromFile ? decodingSeconds(picture) : 0;
  const encoded = made * weightOf(variant, picture) * REFERENCE;
  return own + megapixels(raster) * READ + resized + marked + encoded;
}

/** Where the picture has a say, of what takes longest. */
function weightOf(variant: Variant, picture: Picture): number {
  const { format, recipe, lossless } = dearest(variant, picture);
  const { alpha } = picture;
  const again = lossless ? (format === 'png' ? PNG_PALETTE : losslessWebp(alpha)) : 0;
  return WEIGHTS[format](recipe.encoder, alpha) + again;
}

function losslessWebp(hasAlpha: boolean): number {
  return hasAlpha ? WEBP_LOSSLESS_ALPHA : WEBP_LOSSLESS;
}

function megapixels({ width, height }: Size): number {
  return (width * height) / 1e6;
}
