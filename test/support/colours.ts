import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { chunk } from './apng.ts';

/** Four quarters of one set of numbers; what they look like depends on what the file says of them. */

export type Colours = [number[], number[], number[], number[]];

/** Top left, top right, bottom left, bottom right. */
export const NUMBERS: Colours = [
  [200, 60, 40],
  [60, 160, 80],
  [50, 80, 190],
  [220, 200, 90],
];

const [WIDTH, HEIGHT] = [64, 48];
const PLACES = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

interface Drawing {
  numbers?: Colours;
  channels?: 1 | 3;
  deep?: boolean;
}

/** A PNG of them with these chunks before its pixels. */
export function pngOf(chunks: Buffer[], drawing: Drawing = {}): Buffer {
  const { channels = 3, deep = false } = drawing;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([deep ? 16 : 8, channels === 1 ? 0 : 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...chunks,
    chunk('IDAT', deflateSync(rowsOf(drawing))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Each with its filter, none. */
export function rowsOf({ numbers = NUMBERS, channels = 3, deep = false }: Drawing): Buffer {
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const samples = Array.from({ length: WIDTH }, (__, x) => {
      const quarter = (y < HEIGHT / 2 ? 0 : 2) + (x < WIDTH / 2 ? 0 : 1);
      return (numbers[quarter] ?? []).slice(0, channels);
    }).flat();
    return [0, ...(deep ? samples.flatMap(sample => [sample, sample]) : samples)];
  });
  return Buffer.from(rows.flat());
}

export function cicp(primaries: number, transfer: number, range = 1): Buffer {
  return chunk('cICP', Buffer.from([primaries, transfer, 0, range]));
}

export const srgb = () => chunk('sRGB', Buffer.from([0]));
export const gamma = (value: number) => chunk('gAMA', per100000(value));
export const chromaticities = (...values: number[]) => chunk('cHRM', per100000(...values));

export function profile(icc: Buffer): Buffer {
  return chunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(icc)]));
}

function per100000(...values: number[]): Buffer {
  const data = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) data.writeUInt32BE(Math.round(value * 1e5), at * 4);
  return data;
}

/** The profile that sharp has of this name. */
export async function profileNamed(name: 'srgb' | 'p3'): Promise<Buffer> {
  const { icc } = await sharp(
    await sharp(pngOf([])).withIccProfile(name).png().toBuffer(),
  ).metadata();
  if (!icc) throw new Error(`no profile ${name}`);
  return icc;
}

/**
 * An AVIF as sharp writes it, or a HEIC of that kind, which says nothing of its colour, with a box that does: added to the properties, to
 * those of the one item, and to the sizes of what lies around. (ISO/IEC 23008-12, 9.3)
 */
export function withNclx(avif: Buffer, primaries: number, transfer: number): Buffer {
  const box = Buffer.alloc(19);
  box.writeUInt32BE(19, 0);
  box.write('colrnclx', 4, 'latin1');
  for (const [at, value] of [primaries, transfer, 6].entries())
    box.writeUInt16BE(value, 12 + at * 2);
  box[18] = 0x80;
  const startOf = (type: string) => avif.indexOf(type) - 4;
  const endOf = (type: string) => startOf(type) + avif.readUInt32BE(startOf(type));
  const [properties, ofItem] = [endOf('ipco'), endOf('ipma')];
  const counted = Buffer.from(avif);
  const grow = (type: string, bytes: number) =>
    counted.writeUInt32BE(avif.readUInt32BE(startOf(type)) + bytes, startOf(type));
  grow('ipco', 19);
  grow('ipma', 1);
  grow('iprp', 20);
  grow('meta', 20);
  // What the offset of each item's one extent is counted from, and the count of the item's properties.
  const [items, itemBytes] = [startOf('iloc') + 16, 18];
  for (let item = 0; item < avif.readUInt16BE(items - 2); item += 1) {
    const base = items + item * itemBytes + 4;
    counted.writeUInt32BE(avif.readUInt32BE(base) + 20, base);
  }
  const count = startOf('ipma') + 18;
  counted[count] = (avif[count] ?? 0) + 1;
  const index = Buffer.from([(avif[count] ?? 0) + 1]);
  const parts = [counted.subarray(0, properties), box, counted.subarray(properties, ofItem), index];
  return Buffer.concat([...parts, counted.subarray(ofItem)]);
}

/** The numbers in the middle of each quarter, as they are stored. */
export async function quartersOf(file: Buffer): Promise<number[][]> {
  const { data, info } = await sharp(file, { ignoreIcc: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return PLACES.map(([x, y]) => {
    const row = Math.floor(info.height * y);
    const at = (row * info.width + Math.floor(info.width * x)) * info.channels;
    return [...data.subarray(at, at + 3)];
  });
}

const BESIDE = resolve(import.meta.dirname, '../../../shared/cases/rendering');

/** Pictures that others drew for what is hard to draw here, with what is right in their README, where there are any. */
export const casesFolder = process.env.DARKROOM_CASES ?? (existsSync(BESIDE) ? BESIDE : undefined);

export function caseOf(name: string): Buffer {
  return readFileSync(join(casesFolder ?? '', name));
}

/** A TIFF of 32-bit floats between 0 and 1, which libvips takes for linear light. (TIFF 6.0, section 2; tech note 3) */
export function floatTiff(channels: 1 | 3, icc?: Buffer): Buffer {
  const samples = Array.from({ length: HEIGHT * WIDTH }, (_, at) => {
    const quarter = (at < (HEIGHT * WIDTH) / 2 ? 0 : 2) + (at % WIDTH < WIDTH / 2 ? 0 : 1);
    return (NUMBERS[quarter] ?? []).slice(0, channels).map(value => value / 255);
  }).flat();
  const pixels = Buffer.from(new Float32Array(samples).buffer);
  const shorts = Buffer.alloc(channels * 4);
  for (let channel = 0; channel < channels; channel += 1) {
    shorts.writeUInt16LE(32, channel * 2);
    shorts.writeUInt16LE(3, (channels + channel) * 2);
  }
  const bitsAt = 8 + pixels.length;
  const formatsAt = bitsAt + channels * 2;
  const iccAt = bitsAt + shorts.length;
  const inline = (at: number, value: number) => (channels === 1 ? value : at);
  const entries = [
    [256, 3, 1, WIDTH],
    [257, 3, 1, HEIGHT],
    [258, 3, channels, inline(bitsAt, 32)],
    [259, 3, 1, 1],
    [262, 3, 1, channels === 1 ? 1 : 2],
    [273, 4, 1, 8],
    [277, 3, 1, channels],
    [278, 3, 1, HEIGHT],
    [279, 4, 1, pixels.length],
    [339, 3, channels, inline(formatsAt, 3)],
    ...(icc ? [[34_675, 7, icc.length, iccAt]] : []),
  ];
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length, 0);
  for (const [index, [tag = 0, type = 0, count = 0, value = 0]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12);
    directory.writeUInt16LE(type, 4 + index * 12);
    directory.writeUInt32LE(count, 6 + index * 12);
    directory.writeUInt32LE(value, 10 + index * 12);
  }
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  const parts = [head, pixels, shorts, icc ?? Buffer.alloc(0)];
  head.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    4,
  );
  return Buffer.concat([...parts, directory]);
}
