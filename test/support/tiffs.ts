import { NUMBERS } from './colours.ts';

/** TIFFs that sharp does not write. (TIFF 6.0, section 2; BigTIFF, libtiff.gitlab.io/libtiff/specification/bigtiff.html) */

export interface Drawing {
  /** Samples of each quarter, whatever of them is a colour: top left, top right, bottom left, bottom right. */
  samples?: number[][];
  /** PhotometricInterpretation: 1 is grey, 2 RGB, 5 CMYK, 8 Lab. */
  photometric?: number;
  extra?: number[];
  kind?: keyof typeof KINDS;
  isBig?: boolean;
  isBigEndian?: boolean;
}

/** Bytes of a sample, SampleFormat, and how one is written. */
const KINDS = {
  uint8: [1, 1, (out, value, at) => out.writeUInt8(value & 255, at)],
  uint16: [
    2,
    1,
    (out, value, at, isBig) => out[isBig ? 'writeUInt16BE' : 'writeUInt16LE'](value, at),
  ],
  int16: [2, 2, (out, value, at, isBig) => out[isBig ? 'writeInt16BE' : 'writeInt16LE'](value, at)],
  uint32: [
    4,
    1,
    (out, value, at, isBig) => out[isBig ? 'writeUInt32BE' : 'writeUInt32LE'](value, at),
  ],
  float: [4, 3, (out, value, at, isBig) => out[isBig ? 'writeFloatBE' : 'writeFloatLE'](value, at)],
  double: [
    8,
    3,
    (out, value, at, isBig) => out[isBig ? 'writeDoubleBE' : 'writeDoubleLE'](value, at),
  ],
} as const satisfies Record<string, [number, number, Write]>;

type Write = (out: Buffer, value: number, at: number, isBigEndian: boolean) => void;

const [WIDTH, HEIGHT] = [64, 48];
const SHORT = 3;

export function tiff(drawing: Drawing = {}): Buffer {
  const { samples = NUMBERS, photometric = 2, extra, kind = 'uint8' } = drawing;
  const channels = samples[0]?.length ?? 0;
  const [bytes, format] = KINDS[kind];
  const pixels = pixelsOf(samples, drawing);
  const fields: [tag: number, values: number[]][] = [
    [256, [WIDTH]],
    [257, [HEIGHT]],
    [258, Array(channels).fill(bytes * 8)],
    [259, [1]],
    [262, [photometric]],
    [273, [drawing.isBig ? 16 : 8]],
    [277, [channels]],
    [278, [HEIGHT]],
    [279, [pixels.length]],
    [284, [1]],
    ...(extra ? ([[338, extra]] as [number, number[]][]) : []),
    [339, Array(channels).fill(format)],
  ];
  return fileOf(pixels, fields, drawing);
}

function pixelsOf(samples: number[][], { kind = 'uint8', isBigEndian = false }: Drawing): Buffer {
  const [bytes, , write] = KINDS[kind];
  const values = Array.from({ length: HEIGHT * WIDTH }, (_, at) => {
    const quarter = (at < (HEIGHT * WIDTH) / 2 ? 0 : 2) + (at % WIDTH < WIDTH / 2 ? 0 : 1);
    return samples[quarter] ?? [];
  }).flat();
  const out = Buffer.alloc(values.length * bytes);
  for (const [at, value] of values.entries()) write(out, value, at * bytes, isBigEndian);
  return out;
}

/** Header, pixels, directory, and behind it the values that have no room in it. */
function fileOf(
  pixels: Buffer,
  fields: [tag: number, values: number[]][],
  { isBig = false, isBigEndian = false }: Drawing,
): Buffer {
  const [head, counted, entry, room] = isBig ? [16, 8, 20, 8] : [8, 2, 12, 4];
  const put = (bytes: number, value: number) => {
    const out = Buffer.alloc(bytes);
    if (bytes === 8) out[isBigEndian ? 'writeBigUInt64BE' : 'writeBigUInt64LE'](BigInt(value));
    else out[isBigEndian ? 'writeUIntBE' : 'writeUIntLE'](value, 0, bytes);
    return out;
  };
  const directory = head + pixels.length;
  let elsewhere = directory + counted + fields.length * entry + room;
  const long: Buffer[] = [];
  const entries = fields.map(([tag, values]) => {
    // What is no list is LONG: a size may need it.
    const type = values.length > 1 ? SHORT : 4;
    const data = Buffer.concat(values.map(value => put(type === SHORT ? 2 : 4, value)));
    const start = [put(2, tag), put(2, type), put(room, values.length)];
    if (data.length <= room)
      return Buffer.concat([...start, data, Buffer.alloc(room - data.length)]);
    long.push(data);
    elsewhere += data.length;
    return Buffer.concat([...start, put(room, elsewhere - data.length)]);
  });
  const order = Buffer.from(isBigEndian ? 'MM' : 'II', 'latin1');
  const header = isBig
    ? [put(2, 43), put(2, 8), put(2, 0), put(8, directory)]
    : [put(2, 42), put(4, directory)];
  const parts = [order, ...header, pixels, put(counted, fields.length), ...entries, put(room, 0)];
  return Buffer.concat([...parts, ...long]);
}
