/** Reads what tells one RGB profile from another: its primaries. (ICC.1:2022, 7.3 and 10.31) */

const TAG_TABLE = 128;
const TAG_BYTES = 12;

/** X, Y, Z of red, green and blue, adapted to D50, as Apple's and Google's Display P3 profiles have them. */
const DISPLAY_P3: [string, number[]][] = [
  ['rXYZ', [0.5151, 0.2412, -0.0011]],
  ['gXYZ', [0.292, 0.6922, 0.0419]],
  ['bXYZ', [0.1571, 0.0666, 0.7841]],
];
const TOLERANCE = 0.004;

/** By its primaries, since the name is free text in any language. */
export function isDisplayP3(icc: Buffer | undefined): boolean {
  if (!icc || icc.length < TAG_TABLE + 4) return false;
  return DISPLAY_P3.every(([tag, primary]) => {
    const found = xyzOf(icc, tag);
    return found?.every((value, axis) => Math.abs(value - (primary[axis] ?? 0)) < TOLERANCE);
  });
}

function xyzOf(icc: Buffer, wanted: string): number[] | undefined {
  const count = Math.min(icc.readUInt32BE(TAG_TABLE), 200);
  for (let index = 0; index < count; index += 1) {
    const at = TAG_TABLE + 4 + index * TAG_BYTES;
    if (at + TAG_BYTES > icc.length) return undefined;
    if (icc.toString('latin1', at, at + 4) !== wanted) continue;
    const data = icc.readUInt32BE(at + 4) + 8;
    if (data + 12 > icc.length) return undefined;
    return [0, 4, 8].map(offset => icc.readInt32BE(data + offset) / 65_536);
  }
  return undefined;
}
