import { PNG_CHUNKS, pngChunks } from './apng.ts';
import { sequenceColourOf } from './av1-sequence.ts';
import { isoColourOf } from './iso-media.ts';
import { codedStartOf } from './iso-item.ts';
import type { Picture } from './picture.ts';
import type { Chromaticities } from './primaries.ts';

export interface Cicp {
  primaries: number;
  transfer: number;
}

/** What a file's header says of its colour beside an ICC profile, not yet judged. */
export interface Told {
  cicp?: Cicp;
  /** What the coded picture says, which counts where nothing around it does. */
  coded?: Cicp;
  /** PNG's sRGB chunk. */
  isSrgb?: true;
  /** PNG's gAMA: what the light was raised to. */
  gamma?: number;
  chromaticities?: Chromaticities;
  /** One channel, which the decoder of AVIF and HEIC gives as three. */
  isMonochrome?: true;
  /** Black is 16 and white 235 of 255 in the pixels as the decoder gives them. */
  isLimited?: true;
}

export function toldBy(file: Buffer, format: Picture['format']): Told {
  if (format === 'png') return toldByPng(file);
  return format === 'avif' || format === 'heic' ? toldByIsoMedia(file) : {};
}

/**
 * libheif expands limited range where it makes RGB of YCbCr, and leaves grey as it is. Video's transfer functions
 * mean a display of sRGB's kind here, as Chromium takes them: stills of ffmpeg say BT.709 and are no darker for it.
 */
function toldByIsoMedia(file: Buffer): Told {
  const { nclx, isMonochrome, isAv1 } = isoColourOf(file);
  const coded = nclx || !isAv1 ? undefined : sequenceColourOf(codedStartOf(file));
  const isFull = nclx?.isFull ?? coded?.isFull ?? true;
  return {
    ...(isMonochrome ? { isMonochrome } : {}),
    ...(nclx ? { cicp: asSeen(nclx) } : {}),
    ...(coded?.cicp ? { coded: asSeen(coded.cicp) } : {}),
    ...(isMonochrome && !isFull ? { isLimited: true } : {}),
  };
}

function asSeen({ primaries, transfer }: Cicp): Cicp {
  return { primaries, transfer: BT709_LIKE.includes(transfer) ? SRGB : transfer };
}

const BT709_LIKE = [1, 6, 11, 14, 15];
const SRGB = 13;

/** All of them stand before the pixels; the first of a kind counts. (PNG, third edition, 5.6, 11.3.2) */
function toldByPng(file: Buffer): Told {
  const told: Told = {};
  const left = new Map(READERS);
  for (const { type, at, bytes } of pngChunks(file)) {
    if (type === PNG_CHUNKS.IDAT) break;
    const read = left.get(type);
    if (!read) continue;
    read(file.subarray(at, at + bytes), told);
    left.delete(type);
  }
  return told;
}

const READERS = new Map<number, (data: Buffer, told: Told) => void>([
  [PNG_CHUNKS.cICP, readCicp],
  [PNG_CHUNKS.sRGB, readSrgb],
  [PNG_CHUNKS.gAMA, readGamma],
  [PNG_CHUNKS.cHRM, readChromaticities],
]);

/** A PNG's pixels are RGB: it may name no matrix. (11.3.2.6) */
function readCicp(data: Buffer, told: Told): void {
  const [primaries, transfer, matrix, range] = data;
  if (primaries === undefined || transfer === undefined || matrix !== 0) return;
  told.cicp = { primaries, transfer };
  if (range === 0) told.isLimited = true;
}

function readSrgb(_: Buffer, told: Told): void {
  told.isSrgb = true;
}

const PER_UNIT = 100_000;

function readGamma(data: Buffer, told: Told): void {
  if (data.length >= 4) told.gamma = data.readUInt32BE(0) / PER_UNIT;
}

function readChromaticities(data: Buffer, told: Told): void {
  if (data.length < 32) return;
  const values = Array.from({ length: 8 }, (_, at) => data.readUInt32BE(at * 4) / PER_UNIT);
  told.chromaticities = values as Chromaticities;
}
