import { directoryAt, numberIn, type TiffReader, tiffReader } from './tiff-reader.ts';

/**
 * Two texts of a file's EXIF and nothing else: libraries that read all of it follow every array as often as it is
 * named, so that 64 kB can take them gigabytes. (TIFF 6.0, section 2; CIPA DC-008, 4.6)
 */
export interface ExifTexts {
  copyright: string | undefined;
  userComment: string | undefined;
}

const COPYRIGHT = 0x8298;
const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
const BYTE_TYPES = [1, 2, 7, 129];
/** A comment's first eight bytes name its character set. */
const CHARSET_BYTES = 8;

/** Undefined where there is none, and where the EXIF is broken: the picture is none the worse. */
export function exifTexts(exif: Buffer | undefined): ExifTexts {
  const read = readerOf(exif);
  if (!read) return { copyright: undefined, userComment: undefined };
  const image = directoryAt(read, read.long(4));
  const photo = image.get(EXIF_DIRECTORY);
  const comment = photo && directoryAt(read, read.long(photo + 8)).get(USER_COMMENT);
  return {
    copyright: textOf(read, image.get(COPYRIGHT)),
    userComment: commentOf(read, comment),
  };
}

const ORIENTATION = 0x0112;

/** 1 to 8; 1 where nothing is said. */
export function exifOrientation(exif: Buffer | undefined): number {
  const read = readerOf(exif);
  const entry = read && directoryAt(read, read.long(4)).get(ORIENTATION);
  const said = read && entry !== undefined ? numberIn(read, entry) : 1;
  return said >= 1 && said <= 8 ? said : 1;
}

function readerOf(exif: Buffer | undefined): TiffReader | undefined {
  const tiff = exif?.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif;
  const order = tiff?.toString('latin1', 0, 4);
  if (!tiff || tiff.length < 8 || (order !== 'II*\0' && order !== 'MM\0*')) return undefined;
  return tiffReader(tiff);
}

/** An entry's bytes are in it where they fit, elsewhere if they do not. */
function bytesOf(
  { bytes, short, long }: TiffReader,
  entry: number | undefined,
): Buffer | undefined {
  if (entry === undefined || !BYTE_TYPES.includes(short(entry + 2))) return undefined;
  const count = long(entry + 4);
  const at = count <= 4 ? entry + 8 : long(entry + 8);
  return at + count <= bytes.length ? bytes.subarray(at, at + count) : undefined;
}

/** By the standard ASCII, in practice UTF-8. */
function textOf(read: TiffReader, entry: number | undefined): string | undefined {
  return bytesOf(read, entry)?.toString('utf8').replace(/\0.*$/s, '').trim() || undefined;
}

function commentOf(read: TiffReader, entry: number | undefined): string | undefined {
  const bytes = bytesOf(read, entry);
  if (!bytes) return undefined;
  const charset = bytes.toString('latin1', 0, CHARSET_BYTES);
  if (charset === 'UNICODE\0') {
    const utf16 = new TextDecoder(read.isLittle ? 'utf-16le' : 'utf-16be');
    return utf16.decode(bytes.subarray(CHARSET_BYTES));
  }
  const isNamed = /^(ASCII\0{3}|JIS\0{5}|\0{8})$/.test(charset);
  return bytes.subarray(isNamed ? CHARSET_BYTES : 0).toString('utf8');
}
