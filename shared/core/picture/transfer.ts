/**
 * From the numbers in a file to light, 1 being the white of a page. (ITU-T H.273, table 3; ICC.1:2022, 10.18)
 */

export type Transfer =
  /** (a x + b)^g + e from d on, c x + f below: ICC's parametric curve of type 4. */
  | { kind: 'curve'; g: number; a: number; b: number; c: number; d: number; e: number; f: number }
  | { kind: 'table'; values: number[] }
  | { kind: 'log'; decades: number }
  | { kind: 'pq' }
  | { kind: 'hlg' };

export function power(g: number, rest: Partial<Extract<Transfer, { kind: 'curve' }>> = {}) {
  return { kind: 'curve' as const, g, a: 1, b: 0, c: 0, d: 0, e: 0, f: 0, ...rest };
}

/** `1 + alpha` times a power less alpha, and a straight line of this slope below `from`. */
function toed(g: number, alpha: number, slope: number, from: number) {
  const a = 1 / (1 + alpha);
  return power(g, { a, b: alpha * a, c: 1 / slope, d: from });
}

export const SRGB_TRANSFER = toed(2.4, 0.055, 12.92, 0.040_45);
/** What a display makes of the video curves, whose own are a camera's. (ITU-R BT.1886; as Chromium shows PNGs of them) */
const BT1886 = power(2.4);
export const LINEAR = power(1);

const TRANSFERS = new Map<number, Transfer>([
  [1, BT1886],
  [4, power(2.2)],
  [5, power(2.8)],
  [6, BT1886],
  [7, toed(1 / 0.45, 0.111_572_2, 4, 0.091_286_3)],
  [8, LINEAR],
  [9, { kind: 'log', decades: 2 }],
  [10, { kind: 'log', decades: 2.5 }],
  [11, BT1886],
  [13, SRGB_TRANSFER],
  [14, BT1886],
  [15, BT1886],
  [16, { kind: 'pq' }],
  [17, power(2.6, { a: (52.37 / 48) ** (1 / 2.6) })],
  [18, { kind: 'hlg' }],
]);

export function transferOf(code: number): Transfer | undefined {
  return TRANSFERS.get(code);
}

export function isHdr({ kind }: Transfer): boolean {
  return kind === 'pq' || kind === 'hlg';
}

/** Light of a number between 0 and 1. */
export function lightOf(transfer: Transfer): (value: number) => number {
  switch (transfer.kind) {
    case 'pq':
      return pqLight;
    case 'hlg':
      return hlgLight;
    case 'log':
      return value => (value <= 0 ? 0 : 10 ** ((value - 1) * transfer.decades));
    case 'table':
      return value => between(transfer.values, value);
    case 'curve': {
      const { g, a, b, c, d, e, f } = transfer;
      return value => (value >= d ? Math.max(0, a * value + b) ** g + e : c * value + f);
    }
  }
}

function between(values: number[], value: number): number {
  const at = Math.min(1, Math.max(0, value)) * (values.length - 1);
  const below = values[Math.floor(at)] ?? 0;
  return below + ((values[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at));
}

/** cd/m² of a page's white in an HDR picture. (ITU-R BT.2408, 5.1) */
const WHITE_NITS = 203;
/** cd/m² of the brightest that a master usually has, and what HLG is displayed at. (BT.2408; BT.2100, table 5) */
const PEAK_NITS = 1000;
export const PEAK = PEAK_NITS / WHITE_NITS;

/** BT.2100, table 4. */
function pqLight(value: number): number {
  const [m1, m2, c1, c2, c3] = [0.159_301_757_8, 78.843_75, 0.835_937_5, 18.851_562_5, 18.6875];
  const root = Math.max(0, value) ** (1 / m2);
  const nits = 10_000 * (Math.max(0, root - c1) / (c2 - c3 * root)) ** (1 / m1);
  return nits / WHITE_NITS;
}

/** Of the scene, 1 being the most; `hlgGain` makes it that of a display. (BT.2100, table 5) */
function hlgLight(value: number): number {
  const [a, b, c] = [0.178_832_77, 0.284_668_92, 0.559_910_73];
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - c) / a) + b) / 12;
}

/** What a scene's light is multiplied with, by its luminance. */
export function hlgGain(luminance: number): number {
  return PEAK * Math.max(0, luminance) ** 0.2;
}

/**
 * What HDR light is multiplied with to be shown without: a half up to white, so that contrasts stay; above Reinhard's
 * extended curve, which brings the peak to 1. By the largest channel, so that no hue moves. docs/rendering.md compares
 * it with Chromium's.
 */
export function toneGain(largest: number): number {
  return Math.min(0.5, (1 + largest / PEAK ** 2) / (1 + largest), 1 / largest);
}
