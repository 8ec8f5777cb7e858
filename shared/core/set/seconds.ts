import type { OutputFormat } from '../list/preset-list.ts';
import type { Recipe } from '../list/recipe.ts';
import type { Picture, Size } from '../picture/picture.ts';
import { mostPixels } from '../watermark/layout.ts';
import { framesShown, sizeShown } from './shown.ts';
import { dearest, suited } from './suited.ts';
import type { Variant } from './variants.ts';

/**
 * What time a picture takes, by arithmetic: CPU seconds of one core, of the costliest content that was measured for
 * each step, noise in colours and alpha. docs/rendering.md, "Time", says how. schedule.ts has what photos take.
 */

/** A megapixel of noise as a plain JPEG, on the machine of docs/rendering.md; encoders are multiples of it. */
const REFERENCE = 0.015;

/** Qualities from which to which what an encoder takes grows; none takes more below the first, or beyond the last. */
const JPEG_QUALITIES = [60, 80, 90, 100];
const WEBP_QUALITIES = [80, 100];
const AVIF_QUALITIES = [50, 95];

/** By quality; WebP and AVIF by effort first. `npm run bench -- --encoders` measures them. */
const JPEG = [1, 1.1, 1.25, 1.35];
const MOZJPEG = [13.5, 21, 29, 51];
const JPEG_444 = 2.25;
const PROGRESSIVE = 2.4;
const PNG = 5;
const WEBP = [
  [4, 7.5],
  [5.5, 9],
  [6, 9],
  [10, 13.5],
  [10, 13.5],
  [12, 15],
  [29, 32],
];
/** At effort 6 libwebp tries all that it knows on the alpha, which alone has no loss. */
const WEBP_WITH_ALPHA = [[6.5, 10], [9, 12.5], [10, 12.5], [14, 17], [17, 20], [19.5, 23], [2700]];
/** Of a frame; at effort 6 what did not change is tried, too. */
const WEBP_FRAME = [[6, 9], [7.5, 11], [8.5, 11.5], [12, 15], [16, 20.5], [18.5, 20.5], [3700]];
const AVIF = [
  [6.5, 11],
  [25.5, 42],
  [32.5, 52],
  [88, 117],
  [500],
  [800],
  [1500],
  [1900],
  [2400],
  [5700],
];
const AVIF_444 = 1.7;
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
  jpeg: ({ mozjpeg, progressive, chroma, quality }) =>
    atQuality(quality, JPEG_QUALITIES, mozjpeg ? MOZJPEG : JPEG) *
    (progressive && !mozjpeg ? PROGRESSIVE : 1) *
    (chroma === '4:4:4' ? JPEG_444 : 1),
  png: () => PNG,
  webp: ({ smartSubsample, ...encoder }, hasAlpha) =>
    weightAt(hasAlpha ? WEBP_WITH_ALPHA : WEBP, encoder, WEBP_QUALITIES) +
    (smartSubsample ? WEBP_SMART : 0),
  avif: ({ chroma, ...encoder }, hasAlpha) =>
    weightAt(AVIF, encoder, AVIF_QUALITIES) *
    (chroma === '4:4:4' ? AVIF_444 : 1) *
    (hasAlpha ? AVIF_ALPHA : 1),
} satisfies Record<OutputFormat, (encoder: Encoder, hasAlpha: boolean) => number>;

function weightAt(weights: number[][], { effort, quality }: Encoder, qualities: number[]): number {
  const weight = weights[Math.min(Number(effort ?? 0), weights.length - 1)] ?? [1];
  return atQuality(quality, qualities, weight);
}

/** In a straight line from one quality to the next. */
function atQuality(quality: unknown, qualities: number[], weights: number[]): number {
  const [least = 1, ...above] = weights;
  return above.reduce((sum, weight, at) => {
    const [from = 0, to = 1] = qualities.slice(at);
    const way = Math.min(Math.max((Number(quality) - from) / (to - from), 0), 1);
    return sum + (weight - (weights[at] ?? least)) * way;
  }, least);
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
    const weight = weightAt(WEBP_FRAME, encoder, WEBP_QUALITIES);
    return marked + picture.frames * (read + resized + made * weight * REFERENCE);
  }
  const own = fromFile ? decodingSeconds(picture) : 0;
  const encoded = encodingSeconds(variant, picture);
  return own + megapixels(raster) * READ + resized + marked + encoded;
}

/** Of one picture. Where it has a say, of what takes longest. */
export function encodingSeconds(variant: Variant, picture: Picture): number {
  return megapixels(variant) * weightOf(variant, picture) * REFERENCE;
}

function weightOf(variant: Variant, picture: Picture): number {
  const { alpha } = picture;
  const contents = [dearest(variant, picture), suited(variant, undefined, picture)];
  const weights = contents.map(({ format, recipe, lossless }) => {
    const again = lossless ? (format === 'png' ? PNG_PALETTE : losslessWebp(alpha)) : 0;
    return WEIGHTS[format](recipe.encoder, alpha) + again;
  });
  return Math.max(...weights);
}

function losslessWebp(hasAlpha: boolean): number {
  return hasAlpha ? WEBP_LOSSLESS_ALPHA : WEBP_LOSSLESS;
}

function megapixels({ width, height }: Size): number {
  return (width * height) / 1e6;
}
