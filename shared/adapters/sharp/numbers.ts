import { type Colour, isHdrColour, SRGB_COLOUR, SRGB_NUMBERS } from '../../core/picture/colour.ts';
import type { Size } from '../../core/picture/picture.ts';
import {
  between,
  BT2020_XYZ,
  DISPLAY_P3_XYZ,
  type Matrix,
  type Row,
  SRGB_XYZ,
} from '../../core/picture/primaries.ts';
import { hlgGain, lightOf, toneGain, type Transfer } from '../../core/picture/transfer.ts';
import type { Raster } from '../../ports.ts';

/** Turns a file's own numbers into sRGB's or Display P3's, in linear light. */

export interface RawPixels extends Size {
  data: Buffer;
  channels: 1 | 2 | 3 | 4;
  depth: 'uchar' | 'ushort' | 'float';
}

type Samples = Uint8Array | Uint16Array;

const TARGETS = { srgb: SRGB_XYZ, p3: DISPLAY_P3_XYZ };

export function toTarget(raw: RawPixels, colour: Colour, target: 'srgb' | 'p3'): Raster {
  const samples = samplesOf(raw);
  const most = samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  const { toXyz, curves } = colour.numbers ?? SRGB_NUMBERS;
  const tables = curves.map(curve => tableOf(curve, most, colour.isLimited));
  const [red = new Float32Array(), green = red, blue = red] = tables;
  const matrix = between(toXyz, TARGETS[target]);
  const { width, height, channels } = raw;
  const outChannels = channels % 2 === 0 ? 4 : 3;
  const data = Buffer.alloc(width * height * outChannels);
  const pixels = { samples, channels, data, outChannels, most } as const;
  convert(pixels, [red, green, blue], matrix, gainOf(colour));
  if (outChannels === 4) copyAlpha(pixels);
  return { data, width, height, channels: outChannels };
}

/** A list writes colours in sRGB; of pixels in Display P3 the same colour has other numbers. */
export function inDisplayP3(colour: string): string {
  const data = Buffer.from(colour.slice(1), 'hex');
  const pixel = { data, width: 1, height: 1, channels: 3, depth: 'uchar' } as const;
  return `#${toTarget(pixel, SRGB_COLOUR, 'p3').data.toString('hex')}`;
}

interface Pixels {
  samples: Samples;
  channels: number;
  data: Buffer;
  outChannels: 3 | 4;
  most: number;
}

type Channels = [red: Float32Array, green: Float32Array, blue: Float32Array];

type Gain = (red: number, green: number, blue: number) => number;

function convert(
  { samples, channels, data, outChannels }: Pixels,
  [ofRed, ofGreen, ofBlue]: Channels,
  [toRed, toGreen, toBlue]: Matrix,
  gain: Gain,
): void {
  const next = channels < 3 ? 0 : 1;
  const encoded = encodedTable();
  for (let from = 0, to = 0; from < samples.length; from += channels, to += outChannels) {
    const r = lightIn(ofRed, samples[from]);
    const g = lightIn(ofGreen, samples[from + next]);
    const b = lightIn(ofBlue, samples[from + 2 * next]);
    const times = gain(r, g, b) * STEPS;
    data[to] = numberIn(encoded, times * weighted(toRed, r, g, b));
    data[to + 1] = numberIn(encoded, times * weighted(toGreen, r, g, b));
    data[to + 2] = numberIn(encoded, times * weighted(toBlue, r, g, b));
  }
}

function copyAlpha({ samples, channels, data, outChannels, most }: Pixels): void {
  for (
    let from = channels - 1, to = 3;
    from < samples.length;
    from += channels, to += outChannels
  ) {
    data[to] = Math.round(((samples[from] ?? 0) * 255) / most);
  }
}

function lightIn(table: Float32Array, sample = 0): number {
  return table[sample] ?? 0;
}

function weighted(row: Row, r: number, g: number, b: number): number {
  return row[0] * r + row[1] * g + row[2] * b;
}

const STEPS = 65_535;

/** Tables know no number beyond black and white. */
function numberIn(encoded: Uint8Array, step: number): number {
  return encoded[step >= STEPS ? STEPS : step > 0 ? (step + 0.5) | 0 : 0] ?? 0;
}

/** A power for each pixel would take three times as long. */
const GAINS = 4096;

/**
 * HDR is brought down by one curve, in BT.2020 whatever the file's primaries, so that the same light looks the same;
 * HLG becomes a display's light before.
 */
function gainOf(colour: Colour): Gain {
  if (!isHdrColour(colour)) return () => 1;
  const { toXyz, curves } = colour.numbers ?? SRGB_NUMBERS;
  const [red, green, blue] = between(toXyz, BT2020_XYZ);
  const luminance = toXyz[1];
  const isScene = curves[0].kind === 'hlg';
  const gains = Float32Array.from({ length: GAINS + 1 }, (_, at) => hlgGain((at / GAINS) ** 2));
  return (r, g, b) => {
    const shown = isScene
      ? lightIn(gains, (Math.sqrt(weighted(luminance, r, g, b)) * GAINS) | 0)
      : 1;
    const most = Math.max(
      weighted(red, r, g, b),
      weighted(green, r, g, b),
      weighted(blue, r, g, b),
    );
    return shown * toneGain(shown * most);
  };
}

/** The light of each number that a sample can be. */
function tableOf(curve: Transfer, most: number, isLimited: boolean): Float32Array {
  const light = lightOf(curve);
  const table = new Float32Array(most + 1);
  // 16 and 235 of 255; of more bits as many more, shifted. (ITU-T H.273, 8.3)
  const unit = (most + 1) / 256;
  for (const at of table.keys()) {
    const value = isLimited ? (at - 16 * unit) / (219 * unit) : at / most;
    table[at] = light(Math.min(1, Math.max(0, value)));
  }
  return table;
}

let encoded: Uint8Array | undefined;

/** sRGB's and Display P3's number for each step of light. (IEC 61966-2-1) */
function encodedTable(): Uint8Array {
  encoded ??= Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
    const light = step / STEPS;
    return Math.round(
      255 * (light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055),
    );
  });
  return encoded;
}

/** Floats become 16 bits: nothing beyond black and white is shown. */
function samplesOf({ data, depth }: RawPixels): Samples {
  if (depth === 'uchar') return data;
  if (depth === 'ushort') return new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const floats = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const most = 65_535;
  // A loop: `Uint16Array.from` with a function takes over a second for a megapixel.
  const whole = new Uint16Array(floats.length);
  for (let at = 0; at < floats.length; at += 1) {
    whole[at] = Math.round(Math.min(1, Math.max(0, floats[at] ?? 0)) * most);
  }
  return whole;
}
