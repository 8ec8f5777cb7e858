import { PNG_CHUNKS } from './apng.ts';

export interface PngChunk {
  type: number;
  data: Buffer;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** In one buffer from the start: its parts lie in the file. (PNG, third edition, 5.2 and 5.3) */
export function pngOf(header: Buffer, before: PngChunk[], pixels: Buffer[]): Buffer {
  const chunks: { type: number; parts: Buffer[] }[] = [
    { type: PNG_CHUNKS.IHDR, parts: [header] },
    ...before.map(({ type, data }) => ({ type, parts: [data] })),
    { type: PNG_CHUNKS.IDAT, parts: pixels },
    { type: PNG_CHUNKS.IEND, parts: [] },
  ];
  const out = Buffer.allocUnsafe(
    chunks.reduce((sum, { parts }) => sum + 12 + bytesOf(parts), SIGNATURE.length),
  );
  let at = SIGNATURE.copy(out);
  for (const { type, parts } of chunks) {
    const from = at + 4;
    out.writeUInt32BE(bytesOf(parts), at);
    out.writeUInt32BE(type, from);
    at = from + 4;
    for (const part of parts) at += part.copy(out, at);
    at = out.writeUInt32BE(crc32(out.subarray(from, at)), at);
  }
  return out;
}

function bytesOf(parts: Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
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
