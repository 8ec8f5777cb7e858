import { NUMBERS } from './colours.ts';

/** GIFs that sharp does not write: frames of one colour each, with the ways in which they go. (GIF89a, 23) */
export interface GifFrame {
  /** Of the canvas, 64 x 48. */
  place: [left: number, top: number, width: number, height: number];
  /** Of four. */
  colour?: number;
  disposal?: number;
  transparent?: number;
}

export const GIF_COLOURS = NUMBERS;

/** Of 4 colours, or of 256, the first four of which are those. */
export function gif(frames: GifFrame[], background = 0, colourBits: 2 | 8 = 2): Buffer {
  const palette = Buffer.alloc(3 * 2 ** colourBits, 99);
  palette.set(GIF_COLOURS.flat());
  const screen = Buffer.from([64, 0, 48, 0, 0x80 | (colourBits - 1), background, 0, ...palette]);
  const parts = frames.flatMap(frame => partsOf(frame, colourBits));
  return Buffer.concat([Buffer.from('GIF89a'), screen, ...parts, Buffer.from([0x3b])]);
}

function partsOf(
  { place, colour = 0, disposal = 1, transparent }: GifFrame,
  colourBits: number,
): Buffer[] {
  const [left, top, width, height] = place;
  const flags = (disposal << 2) | (transparent === undefined ? 0 : 1);
  const control = Buffer.from([0x21, 0xf9, 4, flags, 10, 0, transparent ?? 0, 0]);
  const descriptor = Buffer.from([0x2c, left, 0, top, 0, width, 0, height, 0, 0, colourBits]);
  // Each pixel is its own code, a bit longer than a colour, after a code that clears: the table never grows.
  const clear = 2 ** colourBits;
  const codes = Array.from({ length: width * height }, () => [clear, colour]).flat();
  const bits = [...codes, clear + 1].flatMap(code =>
    Array.from({ length: colourBits + 1 }, (_, bit) => (code >> bit) & 1),
  );
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit, power) => sum + bit * 2 ** power, 0),
  );
  const blocks = Array.from({ length: Math.ceil(bytes.length / 255) }, (_, at) => {
    const part = bytes.slice(at * 255, at * 255 + 255);
    return Buffer.from([part.length, ...part]);
  });
  return [control, descriptor, ...blocks, Buffer.from([0])];
}
