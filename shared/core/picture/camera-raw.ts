import { directoryAt, firstDirectory, tiffReader, numberIn } from './tiff-reader.ts';

/**
 * Camera RAW in a TIFF's clothes. Its first directory holds a small preview, which a TIFF decoder would take for
 * the picture. One directory, every offset held against the file's length. (TIFF 6.0, section
 * 2; DNG 1.7.1, chapter 4; TIFF/EP, ISO 12234-2.)
 */

const NEW_SUBFILE_TYPE = 254;
const PHOTOMETRIC = 262;
const MAKE = 271;
const SUB_IFDS = 330;
const DNG_VERSION = 50_706;

/** PhotometricInterpretation: values as the sensor gave them. */
const SENSOR_VALUES = [32_803 /* CFA */, 34_892 /* LinearRaw */];

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
  const reader = tiffReader(file);
  const entries = directoryAt(reader, firstDirectory(reader));
  if (entries.has(DNG_VERSION)) return 'DNG';
  const fieldOf = (tag: number) => {
    const entry = entries.get(tag);
    return entry === undefined ? undefined : numberIn(reader, entry);
  };
  const isPreview = ((fieldOf(NEW_SUBFILE_TYPE) ?? 0) & 1) === 1 && entries.has(SUB_IFDS);
  const isSensor = SENSOR_VALUES.includes(fieldOf(PHOTOMETRIC) ?? 0);
  if (!isPreview && !isSensor) return undefined;
  const makeAt = fieldOf(MAKE) ?? file.length;
  const make = file.subarray(makeAt, makeAt + LONGEST_MAKE).toString('latin1');
  return KINDS.find(([name]) => name.test(make))?.[1] ?? 'in a TIFF, as NEF and ARW are';
}
