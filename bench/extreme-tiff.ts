import { deflateSync } from 'node:zlib';

interface Drawing {
  width: number;
  height: number;
  samples: number;
  /** 32 are floats. */
  bits: 8 | 16 | 32;
  isPlanar?: true;
  /** Of a strip. */
  rows?: number;
  tile?: number;
  orientation?: number;
}

const [SHORT, LONG] = [3, 4];
const DEFLATE = 8;

/** One colour, of which each strip or tile is the same bytes, named again and again. (TIFF 6.0, sections 2, 8, 15) */
export function deflatedTiff(drawing: Drawing): Buffer {
  const { width, height, samples, bits, isPlanar, tile, orientation = 1, rows = 128 } = drawing;
  const across = tile ? Math.ceil(width / tile) : 1;
  const down = Math.ceil(height / (tile ?? rows));
  const bytes = (tile ? tile * tile : width * rows) * (isPlanar ? 1 : samples) * (bits / 8);
  const data = deflateSync(Buffer.alloc(bytes, 77), { level: 1 });
  const count = across * down * (isPlanar ? samples : 1);
  const all = (value: number) => Array.from({ length: count }, () => value);
  const places: [number, number, number[]][] = tile
    ? [
        [322, LONG, [tile]],
        [323, LONG, [tile]],
        [324, LONG, all(8)],
        [325, LONG, all(data.length)],
      ]
    : [
        [273, LONG, all(8)],
        [278, LONG, [rows]],
        [279, LONG, all(data.length)],
      ];
  const fields: [tag: number, type: number, values: number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array.from({ length: samples }, () => bits)],
    [259, SHORT, [DEFLATE]],
    [262, SHORT, [2]],
    [274, SHORT, [orientation]],
    [277, SHORT, [samples]],
    [284, SHORT, [isPlanar ? 2 : 1]],
    ...(samples > 3
      ? ([[338, SHORT, [2, 0].slice(0, samples - 3)]] as [number, number, number[]][])
      : []),
    [339, SHORT, Array.from({ length: samples }, () => (bits === 32 ? 3 : 1))],
    ...places,
  ];
  return fileOf(
    data,
    fields.sort(([a], [b]) => a - b),
  );
}

function fileOf(data: Buffer, fields: [tag: number, type: number, values: number[]][]): Buffer {
  const even = Buffer.alloc(data.length % 2);
  const directory = 8 + data.length + even.length;
  const head = Buffer.alloc(8);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(directory, 4);
  const entries = Buffer.alloc(2 + fields.length * 12 + 4);
  entries.writeUInt16LE(fields.length, 0);
  const elsewhere: Buffer[] = [];
  let end = directory + entries.length;
  for (const [index, [tag, type, values]] of fields.entries()) {
    const at = 2 + index * 12;
    const size = type === LONG ? 4 : 2;
    const bytes = Buffer.alloc(Math.max(4, values.length * size));
    for (const [place, value] of values.entries()) bytes.writeUIntLE(value, place * size, size);
    entries.writeUInt16LE(tag, at);
    entries.writeUInt16LE(type, at + 2);
    entries.writeUInt32LE(values.length, at + 4);
    if (bytes.length === 4) bytes.copy(entries, at + 8);
    else {
      entries.writeUInt32LE(end, at + 8);
      elsewhere.push(bytes);
      end += bytes.length;
    }
  }
  return Buffer.concat([head, data, even, entries, ...elsewhere]);
}
