/**
 * 64 bits that stay nearly the same when a picture is scaled, recompressed or slightly cropped: whether each of the 63
 * lowest waves of its 32 x 32 grey pixels is above their median (pHash, https://www.phash.org, after Zauner 2010). The
 * first bit is of the wave that is the mean, and always set in what is not black.
 */

export const HASH_SIDE = 32;
const WAVES = 8;

/** Of 32 x 32 bytes, row by row; 16 hex digits. */
export function perceptualHash(grey: Uint8Array): string {
  if (grey.length !== HASH_SIDE ** 2) {
    throw new RangeError(`expected ${HASH_SIDE ** 2} grey pixels, received ${grey.length}`);
  }
  const waves = wavesOf(grey);
  const median = [...waves.slice(1)].sort((a, b) => a - b)[Math.floor((waves.length - 1) / 2)] ?? 0;
  const bits = waves.map(wave => (wave > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** Of the two-dimensional cosine transform (DCT-II) the lowest, row by row. */
function wavesOf(grey: Uint8Array): number[] {
  const rows = Array.from({ length: HASH_SIDE }, (_, y) =>
    waves1d(Array.from(grey.subarray(y * HASH_SIDE, (y + 1) * HASH_SIDE))),
  );
  const columns = Array.from({ length: WAVES }, (_, u) => waves1d(rows.map(row => row[u] ?? 0)));
  return Array.from({ length: WAVES ** 2 }, (_, index) => {
    const [v, u] = [Math.floor(index / WAVES), index % WAVES];
    // Rounded, so that noise of the arithmetic decides nothing where a picture is flat.
    return Math.round(columns[u]?.[v] ?? 0);
  });
}

function waves1d(values: number[]): number[] {
  return Array.from({ length: WAVES }, (_, wave) =>
    values.reduce(
      (sum, value, at) => sum + value * Math.cos(((2 * at + 1) * wave * Math.PI) / (2 * HASH_SIDE)),
      0,
    ),
  );
}

/** In how many of 64 bits they differ. */
export function hashDistance(a: string, b: string): number {
  let differing = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; differing > 0n; differing >>= 1n) if (differing & 1n) count += 1;
  return count;
}

/** Of 63 waves. What is all of one colour has none above the median, a photo about half of them. */
const LEAST_WAVES = 8;

/** Whether what looks like it can be told by its hash: not of what shows next to nothing. */
export function isTelling(phash: string): boolean {
  return hashDistance(phash, '8000000000000000') >= LEAST_WAVES;
}
