import type { Matrix, Row } from './primaries.ts';
import { SRGB_XYZ, transposed } from './primaries.ts';
import { lightOf, power, SRGB_TRANSFER, type Transfer } from './transfer.ts';

/** Reads what tells one profile from another: whose pixels it is for, its primaries and curves. (ICC.1:2022, 7 to 10) */

const TAG_TABLE = 128;
const TAG_BYTES = 12;
const MOST_TAGS = 200;
const MOST_CURVE_ENTRIES = 65_536;

/** X, Y, Z of red, green and blue, adapted to D50, as Apple's and Google's Display P3 profiles have them. */
const DISPLAY_P3: Matrix = [
  [0.5151, 0.2412, -0.0011],
  [0.292, 0.6922, 0.0419],
  [0.1571, 0.0666, 0.7841],
];
const TOLERANCE = 0.004;

/** Classes of profiles that say what pixels look like: of an input, a display, an output, a colour space. */
const PICTURE_CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];

/** The space of the pixels that a profile is for, as `RGB ` or `GRAY`; undefined where it is for none. */
export function profileSpace(icc: Buffer): string | undefined {
  if (icc.length < TAG_TABLE + 4) return undefined;
  const isForPictures = PICTURE_CLASSES.includes(icc.toString('latin1', 12, 16));
  return isForPictures ? icc.toString('latin1', 16, 20) : undefined;
}

/** By its primaries, since the name is free text in any language. */
export function isDisplayP3(icc: Buffer | undefined): boolean {
  const primaries = icc && primariesIn(icc);
  return primaries !== undefined && isNear(primaries, DISPLAY_P3);
}

/** Of a profile by a matrix and curves, to XYZ under D50; undefined for one of tables. */
export function profileMatrix(icc: Buffer): Matrix | undefined {
  const primaries = primariesIn(icc);
  return primaries && transposed(primaries);
}

/** One curve for grey, three for red, green and blue; undefined where one is missing. */
export function profileCurves(icc: Buffer): [Transfer, ...Transfer[]] | undefined {
  const tags = profileSpace(icc) === 'GRAY' ? ['kTRC'] : ['rTRC', 'gTRC', 'bTRC'];
  const [first, ...others] = tags
    .map(tag => curveIn(icc, tag))
    .filter(curve => curve !== undefined);
  return first && others.length === tags.length - 1 ? [first, ...others] : undefined;
}

/**
 * Whether it is sRGB, by its numbers, within a step of 8 bits: most cameras put such a profile into each JPEG, and a
 * conversion that changes nothing takes twice as long as the decode. One of tables may be anything.
 */
export function isSrgbProfile(icc: Buffer): boolean {
  const primaries = primariesIn(icc);
  const curves = profileCurves(icc);
  if (!primaries || !curves || dataOf(icc, 'A2B0')) return false;
  return isNear(primaries, transposed(SRGB_XYZ)) && curves.every(isSrgbCurve);
}

function isSrgbCurve(curve: Transfer): boolean {
  const [light, srgb] = [lightOf(curve), lightOf(SRGB_TRANSFER)];
  const step = 1 / 255;
  return Array.from({ length: 255 }, (_, at) => at * step).every(
    value => Math.abs(light(value) - srgb(value)) < srgb(value + step) - srgb(value),
  );
}

function isNear(one: Matrix, other: Matrix): boolean {
  return one.every((row, at) =>
    row.every((value, axis) => Math.abs(value - (other[at]?.[axis] ?? 0)) < TOLERANCE),
  );
}

/** A row for each of red, green and blue. */
function primariesIn(icc: Buffer): Matrix | undefined {
  const rows = ['rXYZ', 'gXYZ', 'bXYZ'].map(tag => {
    const data = dataOf(icc, tag);
    if (!data || data.length < 20) return undefined;
    return [8, 12, 16].map(at => fixed(data, at)) as Row;
  });
  return rows.every(row => row !== undefined) ? (rows as Matrix) : undefined;
}

function curveIn(icc: Buffer, tag: string): Transfer | undefined {
  const data = dataOf(icc, tag);
  if (!data || data.length < 12) return undefined;
  const type = data.toString('latin1', 0, 4);
  if (type === 'curv') return tableIn(data);
  return type === 'para' ? parametricIn(data) : undefined;
}

/** Nothing is a straight line, one number a power, more are a table. (10.6) */
function tableIn(data: Buffer): Transfer | undefined {
  const count = data.readUInt32BE(8);
  if (count === 0) return power(1);
  if (count > MOST_CURVE_ENTRIES || data.length < 12 + count * 2) return undefined;
  if (count === 1) return power(data.readUInt16BE(12) / 256);
  const values = Array.from({ length: count }, (_, at) => data.readUInt16BE(12 + at * 2) / 65_535);
  return { kind: 'table', values };
}

/** Types 0 to 4 of table 68. */
function parametricIn(data: Buffer): Transfer | undefined {
  const type = data.readUInt16BE(8);
  const count = [1, 3, 4, 5, 7][type];
  if (count === undefined || data.length < 12 + count * 4) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, at) =>
    fixed(data, 12 + at * 4),
  );
  if (type === 0) return power(g);
  const from = a === 0 ? 0 : -b / a;
  if (type === 1) return power(g, { a, b, d: from });
  if (type === 2) return power(g, { a, b, d: from, e: c, f: c });
  return power(g, { a, b, c, d, e, f });
}

function fixed(data: Buffer, at: number): number {
  return data.readInt32BE(at) / 65_536;
}

/** A tag's element, its type before its data; undefined where it is not within the profile. */
function dataOf(icc: Buffer, wanted: string): Buffer | undefined {
  if (icc.length < TAG_TABLE + 4) return undefined;
  const count = Math.min(icc.readUInt32BE(TAG_TABLE), MOST_TAGS);
  for (let index = 0; index < count; index += 1) {
    const at = TAG_TABLE + 4 + index * TAG_BYTES;
    if (at + TAG_BYTES > icc.length) return undefined;
    if (icc.toString('latin1', at, at + 4) !== wanted) continue;
    const from = icc.readUInt32BE(at + 4);
    const to = from + icc.readUInt32BE(at + 8);
    return to <= icc.length ? icc.subarray(from, to) : undefined;
  }
  return undefined;
}
