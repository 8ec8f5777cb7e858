import { Failure } from '../failure.ts';
import type { Picture } from './picture.ts';

/** `limits` of the preset list. */
export interface Limits {
  megabytes: number;
  megapixels: number;
  frames: number;
  animationMegapixels: number;
}

/**
 * Formats whose decoders need all pixels at once, at some 18 bytes each: a picture within the list's limit
 * could still take more memory than a function has.
 */
const WHOLE_DECODE_MEGAPIXELS: Partial<Record<Picture['format'], number>> = { avif: 50, heic: 50 };

/** What JPEG can say, and more than any screen shot has. Rows of a million pixels take gigabytes, however few they are. */
export const LONGEST_SIDE = 65_535;

/** Of one decoder. HEIC goes through two: libheif, then sharp. A 12 MP picture of an iPhone takes about a second. */
export const DECODE_SECONDS = 30;

/** Throws ORIGINAL_TOO_LARGE from what the header says, before anything is decoded. */
export function refuseBeyond(picture: Picture, limits: Limits): void {
  const { format, width, height, frames } = picture;
  const megapixels = (width * height) / 1e6;
  const most = mostMegapixels(format, limits);
  if (megapixels > most) {
    const whose = most === limits.megapixels ? 'limits.megapixels' : `what is safe for ${format}`;
    refuse(`at most ${most} megapixels (${whose})`, `${width}x${height}`);
  }
  if (Math.max(width, height) > LONGEST_SIDE) {
    refuse(`at most ${LONGEST_SIDE} pixels a side`, `${width}x${height}`);
  }
  if (frames > limits.frames) refuse(`at most ${limits.frames} frames (limits.frames)`, frames);
  if (frames > 1 && frames * megapixels > limits.animationMegapixels) {
    const expected = `at most ${limits.animationMegapixels} megapixels over all frames (limits.animationMegapixels)`;
    refuse(expected, `${frames} frames of ${width}x${height}`);
  }
}

/** Of one frame. */
export function mostMegapixels(format: Picture['format'], { megapixels }: Limits): number {
  return Math.min(megapixels, WHOLE_DECODE_MEGAPIXELS[format] ?? Infinity);
}

export function refuse(expected: string, received: unknown): never {
  throw new Failure('ORIGINAL_TOO_LARGE', `expected ${expected}, received ${received}`);
}
