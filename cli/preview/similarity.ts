import type { Size } from '../../shared/core/picture/picture.ts';

/**
 * SSIM as video encoders compute it (x264, FFmpeg): means over windows of 8 by 8 pixels, four apart, put together from
 * sums over blocks of 4 by 4. Of red, green and blue each, so that colours that ran are seen, too.
 * Wang, Bovik, Sheikh, Simoncelli: Image quality assessment, IEEE TIP 13(4), 2004.
 */

export interface Pixels extends Size {
  /** Three channels of 8 bits. */
  data: Uint8Array;
}

export interface Likeness {
  /** 1 is the same. */
  score: number;
  /** By window, row by row. */
  windows: Float32Array;
  columns: number;
}

/** Pixels from one window to the next. */
export const STEP = 4;
const CHANNELS = 3;
/** Sums of a block: of one, of the other, of both their squares, of their product. */
const SUMS = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Of two pictures of one size. One that is smaller than a window is a window of its own. */
export function likenessOf(one: Pixels, other: Pixels): Likeness {
  if (one.width !== other.width || one.height !== other.height) {
    const sizes = [one, other].map(({ width, height }) => `${width}x${height}`);
    throw new RangeError(`expected pictures of one size, received ${sizes.join(' and ')}`);
  }
  const blocks = { columns: blocksIn(one.width), rows: blocksIn(one.height) };
  const columns = Math.max(1, blocks.columns - 1);
  const windows = new Float32Array(columns * Math.max(1, blocks.rows - 1));
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    addWindows(windows, blockSums(one, other, channel), blocks);
  }
  let sum = 0;
  for (const window of windows) sum += window;
  return { score: sum / windows.length, windows, columns };
}

interface Blocks {
  columns: number;
  rows: number;
}

/** Pixels of a last, narrower block belong to the one before. */
const blocksIn = (side: number) => Math.max(1, Math.floor(side / STEP));

/** The fifth figure of each is how many pixels it has. */
const FIGURES = SUMS + 1;

function blockSums(one: Pixels, other: Pixels, channel: number): Float64Array {
  const { width, height } = one;
  const columns = blocksIn(width);
  const rows = blocksIn(height);
  const sums = new Float64Array(columns * rows * FIGURES);
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(rows - 1, Math.floor(y / STEP)) * columns;
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * CHANNELS + channel;
      const a = one.data[from] ?? 0;
      const b = other.data[from] ?? 0;
      const to = (row + Math.min(columns - 1, Math.floor(x / STEP))) * FIGURES;
      add(sums, to, [a, b, a * a + b * b, a * b, 1]);
    }
  }
  return sums;
}

function add(sums: Float64Array, to: number, figures: ArrayLike<number>): void {
  for (let at = 0; at < FIGURES; at += 1) sums[to + at] = (sums[to + at] ?? 0) + (figures[at] ?? 0);
}

function addWindows(windows: Float32Array, sums: Float64Array, { columns, rows }: Blocks): void {
  const across = Math.max(1, columns - 1);
  const right = columns > 1 ? [0, 1] : [0];
  const down = rows > 1 ? [0, 1] : [0];
  const places = down.flatMap(y => right.map(x => y * columns + x));
  const window = new Float64Array(FIGURES);
  for (let at = 0; at < windows.length; at += 1) {
    const first = Math.floor(at / across) * columns + (at % across);
    window.fill(0);
    for (const place of places) {
      const from = (first + place) * FIGURES;
      add(window, 0, sums.subarray(from, from + FIGURES));
    }
    windows[at] = (windows[at] ?? 0) + ssimOf(window) / CHANNELS;
  }
}

function ssimOf([one = 0, other = 0, squares = 0, products = 0, count = 1]: Float64Array): number {
  const means = (one * other) / count ** 2;
  const meanSquares = (one ** 2 + other ** 2) / count ** 2;
  const covariance = products / count - means;
  const variances = squares / count - meanSquares;
  return ((2 * means + C1) * (2 * covariance + C2)) / ((meanSquares + C1) * (variances + C2));
}
