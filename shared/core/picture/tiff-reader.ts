/** Directories of a TIFF, which EXIF is too: read in bounds, whatever the bytes are. (TIFF 6.0, section 2) */

export interface TiffReader {
  bytes: Buffer;
  isLittle: boolean;
  /** Two and four bytes in the file's order; 0 beyond its end. */
  short(at: number): number;
  long(at: number): number;
}

export function tiffReader(bytes: Buffer): TiffReader {
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const holds = (at: number, count: number) => at >= 0 && at + count <= bytes.length;
  const shortAt = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const longAt = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    bytes,
    isLittle,
    short: at => (holds(at, 2) ? shortAt(at) : 0),
    long: at => (holds(at, 4) ? longAt(at) : 0),
  };
}

export const ENTRY_BYTES = 12;
/** A camera writes some 60; more than these are not read. */
const MOST_ENTRIES = 512;

/** Where the entry of each tag is: tag, type, count, value or where that is. The first of a tag counts. */
export function directoryAt({ bytes, short }: TiffReader, at: number): Map<number, number> {
  const entries = new Map<number, number>();
  const count = at >= 8 ? Math.min(short(at), MOST_ENTRIES) : 0;
  for (let index = 0; index < count; index += 1) {
    const entry = at + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > bytes.length) break;
    if (!entries.has(short(entry))) entries.set(short(entry), entry);
  }
  return entries;
}
