import { isDeepAvif } from './iso-media.ts';
import { segmentsOf } from './jpeg.ts';
import { type Limits, refuse } from './limits.ts';
import type { Picture, Size } from './picture.ts';
import { directoryAt, firstDirectory, numberIn, tiffReader } from './tiff-reader.ts';

/**
 * What memory a picture takes, by arithmetic from its header: each figure is the peak of a process that did nothing
 * else, measured by `npm run bench -- --bounds`, rounded up. Megabytes are 1,000,000 bytes, so that bytes a pixel
 * times megapixels are megabytes.
 */

/** `memorySize` of the functions that render, in s.yaml. */
export const FUNCTION_MEGABYTES = 2048;
/** What is left over is for what no header tells: the heap, its fragments, a take of two originals at once. */
export const MOST_MEGABYTES = 1400;
/** Node.js, sharp and Darkroom, and what an instance keeps of earlier pictures. */
export const IDLE_MEGABYTES = 300;

/** The pixels that a decode ends in. */
export function rasterMegabytes(
  { width, height }: Size,
  { alpha }: Pick<Picture, 'alpha'>,
): number {
  return (width * height * (alpha ? 4 : 3)) / 1e6;
}

/** What the decoder holds of all pixels at once, beside the file and what it makes. */
export function decoderMegabytes(file: Buffer, picture: Picture): number {
  return (picture.width * picture.height * HELD[picture.format](file, picture)) / 1e6;
}

/**
 * All that decoding to a size takes beside the file and the pixels that it ends in: what the decoder holds, and the
 * file's own numbers of that size, of which those pixels are made.
 */
export function decodingMegabytes(file: Buffer, picture: Picture, size: Size): number {
  const channels = picture.alpha ? 4 : 3;
  const numbers = size.width * size.height * channels * sampleBytes(file, picture);
  return decoderMegabytes(file, picture) + numbers / 1e6;
}

/** Of formats whose colour may be told by anything but a profile. Floats are there in 16 bits, too. */
function sampleBytes(file: Buffer, { format }: Picture): number {
  if (format === 'png') return file[24] === 16 ? 2 : 1;
  if (format === 'avif') return isDeepAvif(file) ? 2 : 1;
  if (format === 'heic') return 1;
  if (format !== 'tiff') return 0;
  const { bits, isFloat } = tiffSamples(file);
  return isFloat ? bits / 8 + 2 : Math.ceil(bits / 8);
}

/** Bytes a pixel. */
const HELD = {
  jpeg: heldOfJpeg,
  png: heldOfPng,
  tiff: heldOfTiff,
  webp: () => 8,
  gif: () => 8,
  avif: heldOfAvif,
  // Planes of 10 bits in 4:4:4 and of alpha, RGBA of them, and that again: two decoders pass them on.
  heic: () => 17,
} satisfies Record<Picture['format'], (file: Buffer, picture: Picture) => number>;

/** Throws ORIGINAL_TOO_LARGE where decoding alone would take more than there is. */
export function refuseBeyondMemory(file: Buffer, picture: Picture): void {
  const held = decoderMegabytes(file, picture);
  const megabytes = IDLE_MEGABYTES + file.length / 1e6 + held;
  if (megabytes <= MOST_MEGABYTES) return;
  const { format, width, height } = picture;
  const expected = `a picture that takes at most ${MOST_MEGABYTES} MB to decode`;
  refuse(expected, `a ${format} of ${width}x${height} that takes ${Math.ceil(megabytes)} MB`);
}

/** Baseline, extended and lossless frames, then the progressive ones; Huffman or arithmetic. (ITU-T T.81, table B.1) */
const FRAMES = [0xc0, 0xc1, 0xc3, 0xc9, 0xcb];
const PROGRESSIVE_FRAMES = [0xc2, 0xca];
/** Two bytes a coefficient, and what libjpeg keeps to smooth them. */
const COEFFICIENT_BYTES = 2.1;

/** Row by row where one scan has all components; else every coefficient waits for the last scan. (B.2.2, B.2.3) */
function heldOfJpeg(file: Buffer): number {
  let frame: Buffer | undefined;
  let isProgressive = false;
  let end = 2;
  for (const segment of segmentsOf(file)) {
    const { marker, data } = segment;
    end = segment.end;
    if (![...FRAMES, ...PROGRESSIVE_FRAMES].includes(marker) || data.length < 6) continue;
    frame = data;
    isProgressive = PROGRESSIVE_FRAMES.includes(marker);
  }
  if (!frame) return 0;
  const components = frame[5] ?? 0;
  const inFirstScan = file[end + 4] ?? 0;
  if (!isProgressive && inFirstScan >= components) return 0;
  return samplesOf(frame, components) * COEFFICIENT_BYTES;
}

/** Of a pixel, from each component's share of rows and columns. */
function samplesOf(frame: Buffer, components: number): number {
  const factors = Array.from({ length: components }, (_, at) => frame[7 + at * 3] ?? 0x11);
  const areas = factors.map(factor => (factor >> 4) * (factor & 15));
  const widest = Math.max(1, ...factors.map(factor => factor >> 4));
  const tallest = Math.max(1, ...factors.map(factor => factor & 15));
  return areas.reduce((sum, area) => sum + area, 0) / (widest * tallest);
}

const PNG_CHANNELS: Record<number, number> = { 2: 3, 4: 2, 6: 4 };

/** Row by row; interlaced, all of it. (PNG, third edition, 11.2.1) */
function heldOfPng(file: Buffer): number {
  const [depth = 0, kind = 0] = file.subarray(24, 26);
  const isInterlaced = file[28] === 1;
  if (!isInterlaced) return 0;
  const channels = PNG_CHANNELS[kind] ?? 1;
  // A palette becomes RGBA, and what is less than a byte one.
  return (kind === 3 ? 4 : channels) * (depth === 16 ? 2 : 1) + 2;
}

/** Planes, and the pixels made of them; in 16 bits where a sample has more than 8. */
function heldOfAvif(file: Buffer, { alpha }: Picture): number {
  return (isDeepAvif(file) ? 28 : 16) * (alpha ? 1 : 0.8);
}

const TAGS = { bits: 258, orientation: 274, samples: 277, format: 339 } as const;
const FLOAT = 3;

/** Row by row; floats, what is turned, and what has further samples, all of it. */
function heldOfTiff(file: Buffer): number {
  const { bits, samples, isFloat, isTurned } = tiffSamples(file);
  const bytes = Math.ceil(bits / 8) * samples;
  const isFurther = samples > 4;
  return (isFloat ? 12 : 0) + (isTurned ? bytes : 0) + (isFurther ? bytes * 2 : 0);
}

function tiffSamples(file: Buffer) {
  const reader = tiffReader(file);
  const entries = directoryAt(reader, firstDirectory(reader));
  const said = (tag: number, otherwise: number) => {
    const entry = entries.get(tag);
    return entry === undefined ? otherwise : numberIn(reader, entry);
  };
  return {
    bits: said(TAGS.bits, 1),
    samples: said(TAGS.samples, 1),
    isFloat: said(TAGS.format, 1) === FLOAT,
    isTurned: said(TAGS.orientation, 1) > 1,
  };
}

/** Of the three components of a progressive JPEG in 4:4:4, as editors write it. */
const PROGRESSIVE_BYTES = 3 * COEFFICIENT_BYTES;
/** A file is there twice where it comes packed, or is put together anew. */
const FILE_COPIES = 2;
/** All frames of an animation, drawn, and the same again while they are encoded. */
export const ANIMATION_BYTES = 8;

/** The largest numbers that the memory of a function holds, each beside the others as they are; and why. */
export function mostOfLimits({ megabytes }: Pick<Limits, 'megabytes'>) {
  const left = MOST_MEGABYTES - IDLE_MEGABYTES;
  const pixels = Math.max(0, left - megabytes);
  const of = `of the ${MOST_MEGABYTES} MB that a picture may take of a function’s ${FUNCTION_MEGABYTES} MB`;
  return {
    megabytes: {
      most: Math.floor(left / FILE_COPIES),
      why: `since a file is held twice, ${of}`,
    },
    megapixels: {
      most: Math.floor(pixels / PROGRESSIVE_BYTES),
      why: `since a progressive JPEG takes ${PROGRESSIVE_BYTES.toFixed(1)} bytes a pixel, beside its file, ${of}`,
    },
    animationMegapixels: {
      most: Math.floor(pixels / ANIMATION_BYTES),
      why: `since frames take ${ANIMATION_BYTES} bytes a pixel, beside their file, ${of}`,
    },
  };
}
