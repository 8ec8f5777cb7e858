import type { Size } from './picture.ts';

/**
 * Pixels, their ICC profile and orientation in one uncompressed TIFF: sharp takes those with an encoded file only, never
 * with raw pixels. Little-endian, one strip, 8 bits a channel. (TIFF 6.0, section 2.)
 */

interface Pixels extends Size {
  data: Buffer;
  channels: 3 | 4;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const HEADER_BYTES = 8;

interface Entry {
  tag: number;
  type: number;
  count: number;
  /** What fits four bytes, or where the rest lies. */
  value: number;
}

export function tiffOf(
  { data, width, height, channels }: Pixels,
  { icc = Buffer.alloc(0), orientation = 1 }: { icc?: Buffer; orientation?: number },
): Buffer {
  const iccAt = HEADER_BYTES + data.length + (data.length % 2);
  const bitsAt = iccAt + icc.length + (icc.length % 2);
  const directoryAt = bitsAt + channels * 2;
  const entry = (tag: number, type: number, value: number, count = 1): Entry => ({
    tag,
    type,
    count,
    value,
  });
  const entries = [
    entry(256, LONG, width),
    entry(257, LONG, height),
    entry(258, SHORT, bitsAt, channels),
    entry(259, SHORT, 1),
    entry(262, SHORT, 2),
    entry(273, LONG, HEADER_BYTES),
    entry(274, SHORT, orientation),
    entry(277, SHORT, channels),
    entry(278, LONG, height),
    entry(279, LONG, data.length),
    entry(284, SHORT, 1),
    ...(channels === 4 ? [entry(338, SHORT, 2)] : []),
    ...(icc.length > 0 ? [entry(34_675, UNDEFINED, iccAt, icc.length)] : []),
  ];
  const file = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  data.copy(file, HEADER_BYTES);
  icc.copy(file, iccAt);
  for (let channel = 0; channel < channels; channel += 1)
    file.writeUInt16LE(8, bitsAt + channel * 2);
  file.writeUInt16LE(entries.length, directoryAt);
  for (const [index, one] of entries.entries()) writeEntry(file, directoryAt + 2 + index * 12, one);
  return file;
}

function writeEntry(file: Buffer, at: number, { tag, type, count, value }: Entry): void {
  file.writeUInt16LE(tag, at);
  file.writeUInt16LE(type, at + 2);
  file.writeUInt32LE(count, at + 4);
  if (type === SHORT && count === 1) file.writeUInt16LE(value, at + 8);
  else file.writeUInt32LE(value, at + 8);
}
