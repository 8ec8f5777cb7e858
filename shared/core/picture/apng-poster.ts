import { PNG_CHUNKS, pngChunks } from './apng.ts';
import type { Size } from './picture.ts';

/** A frame, where it is on the canvas, and as a PNG of its own. */
export interface Poster extends Size {
  left: number;
  top: number;
  png(): Buffer;
}

/** What of a file's chunks a decoder of pixels needs: palette, transparency, profile, EXIF for its orientation. */
const KEPT = ['PLTE', 'tRNS', 'iCCP', 'eXIf'].map(type => Buffer.from(type).readUInt32BE());
/** Of either kind below: no writer makes so many, and each takes more memory than its bytes. */
const MOST_CHUNKS = 100_000;

/**
 * The first frame of an APNG whose default image is none of its frames: that one is for who cannot play it.
 * Undefined where the default image is the first frame, as in most. (PNG, third edition, 4.8)
 */
export function hiddenPoster(file: Buffer): Poster | undefined {
  const { before, behind } = chunksOf(file);
  const [control, ...data] = behind;
  if (control?.type !== PNG_CHUNKS.fcTL || before.some(({ type }) => type === PNG_CHUNKS.fcTL))
    return undefined;
  const end = data.findIndex(({ type }) => type === PNG_CHUNKS.fcTL);
  const pixels = end < 0 ? data : data.slice(0, end);
  const place = placeOf(file, control.data);
  if (!place || pixels.length === 0) return undefined;
  return { ...place, png: () => pngOf(file, place, before, pixels) };
}

interface Chunk {
  type: number;
  data: Buffer;
}

/** Those that matter here, before and behind the default image. */
function chunksOf(file: Buffer): { before: Chunk[]; behind: Chunk[] } {
  const [before, behind]: [Chunk[], Chunk[]] = [[], []];
  const wanted = { before: [...KEPT, PNG_CHUNKS.fcTL], behind: [PNG_CHUNKS.fcTL, PNG_CHUNKS.fdAT] };
  let isBehind = false;
  for (const { type, at, bytes } of pngChunks(file)) {
    const [chunks, types] = isBehind ? [behind, wanted.behind] : [before, wanted.before];
    if (chunks.length >= MOST_CHUNKS) break;
    if (types.includes(type)) chunks.push({ type, data: file.subarray(at, at + bytes) });
    if (type === PNG_CHUNKS.IDAT) isBehind = true;
  }
  return { before, behind };
}

const HEADER_AT = 16;
const HEADER_BYTES = 13;

/** Undefined where it is not on the canvas. */
function placeOf(file: Buffer, control: Buffer): Omit<Poster, 'png'> | undefined {
  if (control.length < 20 || file.length < HEADER_AT + HEADER_BYTES) return undefined;
  const [width = 0, height = 0, left = 0, top = 0] = [4, 8, 12, 16].map(at =>
    control.readUInt32BE(at),
  );
  const isInside =
    left + width <= file.readUInt32BE(HEADER_AT) &&
    top + height <= file.readUInt32BE(HEADER_AT + 4);
  return isInside && width > 0 && height > 0 ? { width, height, left, top } : undefined;
}

function pngOf(file: Buffer, { width, height }: Size, before: Chunk[], pixels: Chunk[]): Buffer {
  const header = Buffer.from(file.subarray(HEADER_AT, HEADER_AT + HEADER_BYTES));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // The first four bytes of each are its number.
  const data = Buffer.concat(pixels.map(chunk => chunk.data.subarray(4)));
  return Buffer.concat([
    file.subarray(0, 8),
    chunkOf(PNG_CHUNKS.IHDR, header),
    ...before.map(chunk => chunkOf(chunk.type, chunk.data)),
    chunkOf(PNG_CHUNKS.IDAT, data),
    chunkOf(PNG_CHUNKS.IEND, Buffer.alloc(0)),
  ]);
}

function chunkOf(type: number, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.writeUInt32BE(type, 4);
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
}

/** For each byte, so that pixels take milliseconds; the zlib of Function Compute's Node.js has none. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of PNG. (PNG, third edition, annex D) */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
