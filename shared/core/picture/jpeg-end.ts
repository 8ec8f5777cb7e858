const END = Buffer.from([0xff, 0xd9]);
const BASELINE_AND_ALIKE = [0xc0, 0xc1];
const PROGRESSIVE = 0xc2;
const START_OF_SCAN = 0xda;
/** Coefficients of a block. */
const COEFFICIENTS = 64;

/**
 * The file with the end marker that it lacks, for a decoder to say whether all of the rows are there: with the marker
 * it warns where they are not. Undefined where the marker is there, or scans of it are missing that no decoder misses.
 */
export function withEnd(file: Buffer): Buffer | undefined {
  if (file.subarray(-END.length).equals(END) || !hasAllScans(file)) return undefined;
  return Buffer.concat([file, END]);
}

/** Every coefficient of every component to its last bit. (ITU-T T.81, B.2.3, G.1.1.1) */
function hasAllScans(file: Buffer): boolean {
  let missing = new Map<number, Set<number>>();
  for (const { marker, data } of segmentsThroughout(file)) {
    if (BASELINE_AND_ALIKE.includes(marker)) missing = componentsOf(data, 1);
    if (marker === PROGRESSIVE) missing = componentsOf(data, COEFFICIENTS);
    if (marker === START_OF_SCAN) countScan(data, missing);
  }
  return missing.size > 0 && [...missing.values()].every(({ size }) => size === 0);
}

function componentsOf(frame: Buffer, coefficients: number): Map<number, Set<number>> {
  const components = new Map<number, Set<number>>();
  for (let at = 6; at + 3 <= frame.length; at += 3) {
    components.set(frame[at] ?? 0, new Set(Array.from({ length: coefficients }).keys()));
  }
  return components;
}

/** Components, then the first and the last coefficient, and down to which bit they are. */
function countScan(data: Buffer, missing: Map<number, Set<number>>): void {
  const parts = data[0] ?? 0;
  const [first = 0, last = 0, bits = 0] = data.subarray(1 + parts * 2);
  if ((bits & 15) > 0) return;
  for (let part = 0; part < parts; part += 1) {
    const left = missing.get(data[1 + part * 2] ?? -1);
    for (let at = first; at <= last; at += 1) left?.delete(at);
  }
}

/** Those between the scans too: in a scan's data 0 comes behind each FF, or the number of a restart. */
function* segmentsThroughout(file: Buffer): Generator<{ marker: number; data: Buffer }> {
  for (let at = file.indexOf(0xff, 2); at >= 0 && at + 4 <= file.length; ) {
    const marker = file[at + 1] ?? 0;
    const isData = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9);
    const end = isData ? at + (marker === 0xff ? 1 : 2) : at + 2 + file.readUInt16BE(at + 2);
    if (!isData) yield { marker, data: file.subarray(at + 4, end) };
    at = file.indexOf(0xff, end);
  }
}
