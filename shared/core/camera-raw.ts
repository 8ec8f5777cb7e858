/**
 * Camera RAW in a TIFF's clothes. Its first directory holds a small preview, which a TIFF decoder would take for
 * the picture. Classic TIFF only, one directory, every offset held against the file's length. (TIFF 6.0, section
 * 2; DNG 1.7.1, chapter 4; TIFF/EP, ISO 12234-2.)
 */

const NEW_SUBFILE_TYPE = 254;
const PHOTOMETRIC = 262;
const MAKE = 271;
const SUB_IFDS = 330;
const DNG_VERSION = 50_706;

/** PhotometricInterpretation: values as the sensor gave them. */
const SENSOR_VALUES = [32_803 /* CFA */, 34_892 /* LinearRaw */];

const SHORT = 3;
const ENTRY_BYTES = 12;
/** A camera writes some 50; more than these are not read. */
const MOST_ENTRIES = 512;
const LONGEST_MAKE = 32;

const KINDS: [RegExp, string][] = [
  [/^nikon/i, 'Nikon NEF'],
  [/^sony/i, 'Sony ARW'],
  [/^(asahi|pentax|ricoh)/i, 'Pentax PEF'],
  [/^samsung/i, 'Samsung SRW'],
  [/^hasselblad/i, 'Hasselblad 3FR'],
];

/** What kind of RAW a TIFF is, or undefined: a picture, or too broken to say. */
export function rawInTiff(file: Buffer): string | undefined {
  const fields = firstDirectory(file);
  if (fields.has(DNG_VERSION)) return 'DNG';
  const isPreview = ((fields.get(NEW_SUBFILE_TYPE) ?? 0) & 1) === 1 && fields.has(SUB_IFDS);
  const isSensor = SENSOR_VALUES.includes(fields.get(PHOTOMETRIC) ?? 0);
  if (!isPreview && !isSensor) return undefined;
  const makeAt = fields.get(MAKE) ?? file.length;
  const make = file.subarray(makeAt, makeAt + LONGEST_MAKE).toString('latin1');
  return KINDS.find(([name]) => name.test(make))?.[1] ?? 'in a TIFF, as NEF and ARW are';
}

/** Each tag with its value, or with where its values lie; the first of a tag counts. */
function firstDirectory(file: Buffer): Map<number, number> {
  const isLittle = file.toString('latin1', 0, 2) === 'II';
  const holds = (at: number, bytes: number) => at + bytes <= file.length;
  const short = (at: number) => (isLittle ? file.readUInt16LE(at) : file.readUInt16BE(at));
  const long = (at: number) => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const fields = new Map<number, number>();
  if (!holds(4, 4) || !holds(long(4), 2)) return fields;
  const first = long(4) + 2;
  const count = Math.min(short(first - 2), MOST_ENTRIES);
  for (let at = first; at < first + count * ENTRY_BYTES; at += ENTRY_BYTES) {
    if (!holds(at, ENTRY_BYTES)) break;
    const tag = short(at);
    if (!fields.has(tag)) fields.set(tag, short(at + 2) === SHORT ? short(at + 8) : long(at + 8));
  }
  return fields;
}
