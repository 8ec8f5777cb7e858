/**
 * Directories of a TIFF, of a BigTIFF, and of EXIF, which is a TIFF too: read in bounds, whatever the bytes are.
 * (TIFF 6.0, section 2; https://libtiff.gitlab.io/libtiff/specification/bigtiff.html)
 */

export interface TiffReader {
  bytes: Buffer;
  isLittle: boolean;
  isBig: boolean;
  /** Two and four bytes in the file's order; 0 beyond its end. */
  short(at: number): number;
  long(at: number): number;
  /** A count or an offset: eight bytes in a BigTIFF, else four. */
  offset(at: number): number;
}

const BIG = 43;

export function tiffReader(bytes: Buffer): TiffReader {
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const holds = (at: number, count: number) => at >= 0 && at + count <= bytes.length;
  const shortAt = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const longAt = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const short = (at: number) => (holds(at, 2) ? shortAt(at) : 0);
  const long = (at: number) => (holds(at, 4) ? longAt(at) : 0);
  const [low, high] = isLittle ? [0, 4] : [4, 0];
  const isBig = short(2) === BIG;
  const offset = (at: number) => (isBig ? long(at + low) + long(at + high) * 2 ** 32 : long(at));
  return { bytes, isLittle, isBig, short, long, offset };
}

/** Of a directory: its count, an entry, and where in an entry its value is, or where that lies. */
function layoutOf({ isBig }: TiffReader) {
  return isBig
    ? { count: 8, entry: 20, value: 12, room: 8 }
    : { count: 2, entry: 12, value: 8, room: 4 };
}

/** Where the first directory is. */
export function firstDirectory(reader: TiffReader): number {
  return reader.offset(reader.isBig ? 8 : 4);
}

/** Where the directory after this one is; 0 for none. */
export function nextDirectory(reader: TiffReader, at: number): number {
  const { count, entry } = layoutOf(reader);
  const entries = reader.isBig ? reader.offset(at) : reader.short(at);
  return reader.offset(at + count + entries * entry);
}

/** A camera writes some 60; more than these are not read. */
const MOST_ENTRIES = 512;

/** Where the entry of each tag is: tag, type, count, value or where that is. The first of a tag counts. */
export function directoryAt(reader: TiffReader, at: number): Map<number, number> {
  const entries = new Map<number, number>();
  const { count, entry: bytes } = layoutOf(reader);
  const said = reader.isBig ? reader.offset(at) : reader.short(at);
  for (let index = 0; at >= 8 && index < Math.min(said, MOST_ENTRIES); index += 1) {
    const entry = at + count + index * bytes;
    if (entry + bytes > reader.bytes.length) break;
    const tag = reader.short(entry);
    if (!entries.has(tag)) entries.set(tag, entry);
  }
  return entries;
}

const [SHORT, LONG] = [3, 4];

/** The first number of an entry, or of another kind of value where that lies. */
export function numberIn(reader: TiffReader, entry: number): number {
  const { value, room } = layoutOf(reader);
  const kind = reader.short(entry + 2);
  const count = reader.offset(entry + 4);
  // A BigTIFF has room for eight bytes, of which a LONG takes the first four.
  if (kind === LONG && count === 1) return reader.long(entry + value);
  if (kind !== SHORT) return reader.offset(entry + value);
  const isHere = count * 2 <= room;
  return reader.short(isHere ? entry + value : reader.offset(entry + value));
}
