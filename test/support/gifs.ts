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

export function gif(frames: GifFrame[], background = 0): Buffer {
  const screen = Buffer.from([64, 0, 48, 0, 0x81, background, 0, ...GIF_COLOURS.flat()]);
  const parts = frames.flatMap(partsOf);
  return Buffer.concat([Buffer.from('GIF89a'), screen, ...parts, Buffer.from([0x3b])]);
}

function partsOf({ place, colour = 0, disposal = 1, transparent }: GifFrame): Buffer[] {
  const [left, top, width, height] = place;
  const flags = (disposal << 2) | (transparent === undefined ? 0 : 1);
  const control = Buffer.from([0x21, 0xf9, 4, flags, 10, 0, transparent ?? 0, 0]);
  const descriptor = Buffer.from([0x2c, left, 0, top, 0, width, 0, height, 0, 0, 2]);
  // Each pixel is its own code of three bits, after a code that clears: the table never grows.
  const codes = Array.from({ length: width * height }, () => [4, colour]).flat();
  const bits = [...codes, 5].flatMap(code => [code & 1, (code >> 1) & 1, (code >> 2) & 1]);
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit, power) => sum + bit * 2 ** power, 0),
  );
  const blocks = Array.from({ length: Math.ceil(bytes.length / 255) }, (_, at) => {
    const part = bytes.slice(at * 255, at * 255 + 255);
    return Buffer.from([part.length, ...part]);
  });
  return [control, descriptor, ...blocks, Buffer.from([0])];
}
