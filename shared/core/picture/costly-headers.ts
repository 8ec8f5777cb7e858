import { inflateSync } from 'node:zlib';
import { PNG_CHUNKS, pngChunks } from './apng.ts';
import { gifFrames } from './gif.ts';
import type { Picture } from './picture.ts';
import { type Limits, refuse } from './limits.ts';
import { firstDirectory, nextDirectory, tiffReader } from './tiff-reader.ts';

/** All of a PNG's texts, unpacked: libpng unpacks each before it is asked what for. */
const TEXT_MEGABYTES = 8;
/** What each counts for beside its bytes: two million empty ones take libpng 99 s. */
const TEXT_BYTES = 4000;
/** Ten times as many as a writer makes of 64 MB. Whoever looks through them does so several times. */
const PNG_CHUNKS_AT_MOST = 100_000;
/** libvips reads the directory of each page to tell their number. */
const TIFF_PAGES = 10_000;

/** Throws ORIGINAL_TOO_LARGE where reading the header alone would take seconds, or more memory than the picture. */
export function refuseHeaderOf(file: Buffer, kind: Picture['format'], limits: Limits): void {
  if (kind === 'png') refuseChunksOf(file);
  const frames =
    kind === 'webp'
      ? webpFrames(file, limits.frames)
      : kind === 'gif'
        ? gifFrames(file, limits.frames).frames
        : 1;
  if (frames > limits.frames) refuse(`at most ${limits.frames} frames (limits.frames)`, 'more');
  if (kind === 'tiff' && tiffPages(file, TIFF_PAGES) > TIFF_PAGES) {
    refuse(`at most ${TIFF_PAGES} pages in a TIFF`, 'more');
  }
}

function refuseChunksOf(file: Buffer): void {
  let chunks = 0;
  let left = TEXT_MEGABYTES * 1e6;
  for (const { type, at, bytes } of pngChunks(file)) {
    chunks += 1;
    if (chunks > PNG_CHUNKS_AT_MOST) {
      refuse(`at most ${PNG_CHUNKS_AT_MOST} chunks in a PNG`, 'more');
    }
    const textIn = TEXTS.get(type);
    if (!textIn) continue;
    left -= TEXT_BYTES + textIn(file.subarray(at, at + bytes), left);
    if (left <= 0) {
      const counted = `each counted as ${TEXT_BYTES} bytes and its own`;
      refuse(`at most ${TEXT_MEGABYTES} MB of texts in a PNG, ${counted}`, 'more');
    }
  }
}

/** Keyword, 0, method, text. (PNG, third edition, 11.3.3.3) */
function packedText(data: Buffer): Buffer | undefined {
  const end = data.indexOf(0);
  return end < 0 ? undefined : data.subarray(end + 2);
}

/** Keyword, 0, whether it is compressed, method, language, 0, translated keyword, 0, text. (11.3.3.4) */
function packedInternational(data: Buffer): Buffer | undefined {
  const keyword = data.indexOf(0);
  if (keyword < 0 || data[keyword + 1] !== 1) return undefined;
  const language = data.indexOf(0, keyword + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  return translated < 0 ? undefined : data.subarray(translated + 1);
}

/** Bytes of the text in a chunk of each type, `most` where there are more. */
const TEXTS = new Map<number, (data: Buffer, most: number) => number>([
  [PNG_CHUNKS.tEXt, ({ length }) => length],
  [PNG_CHUNKS.zTXt, (data, most) => unpackedLength(packedText(data), most)],
  [PNG_CHUNKS.iTXt, (data, most) => data.length + unpackedLength(packedInternational(data), most)],
]);

/** What a text counts for that cannot be unpacked, so that a row of such is not unpacked for ever. */
const BROKEN_TEXT_BYTES = 1e6;

function unpackedLength(packed: Buffer | undefined, most: number): number {
  if (!packed) return 0;
  try {
    return inflateSync(packed, { maxOutputLength: most }).length;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? most
      : Math.min(most, BROKEN_TEXT_BYTES);
  }
}

/** Counts on only as far as it matters. (WebP container specification, extended file format) */
function webpFrames(file: Buffer, enough: number): number {
  let frames = 0;
  for (let at = 12; at + 8 <= file.length && frames <= enough; ) {
    if (file.toString('latin1', at, at + 4) === 'ANMF') frames += 1;
    const bytes = file.readUInt32LE(at + 4);
    at += 8 + bytes + (bytes % 2);
  }
  return frames;
}

/** Follows the chain of directories, which may run in a circle. (TIFF 6.0, section 2) */
function tiffPages(file: Buffer, enough: number): number {
  const reader = tiffReader(file);
  let pages = 0;
  for (let at = firstDirectory(reader); at > 0 && at < file.length && pages <= enough; pages += 1) {
    at = nextDirectory(reader, at);
  }
  return pages;
}
