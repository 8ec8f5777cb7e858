/**
 * A ThumbHash as a picture: the published decoder (https://evanw.github.io/thumbhash/, MIT) at a dozen pixels
 * a side instead of 32, as a BMP, which needs no checksums: half a kilobyte in a page, smoothed by the browser.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LONGEST_SIDE = 12;
const HEADER = 54;

/** Undefined for a picture with transparent parts: its placeholder would show through it for ever. */
export function thumbHashUrl(base64: string): string | undefined {
  const hash = decoded(base64);
  if (byteAt(hash, 2) & 128) return undefined;
  const shorter = byteAt(hash, 3) & 7;
  const [across, down] = byteAt(hash, 4) & 128 ? [7, shorter] : [shorter, 7];
  const width = Math.round((LONGEST_SIDE * across) / Math.max(across, down));
  const height = Math.round((LONGEST_SIDE * down) / Math.max(across, down));
  const colourAt = decoder(hash, Math.max(3, across), Math.max(3, down));
  return `data:image/bmp;base64,${encoded(bitmap(width, height, colourAt))}`;
}

const byteAt = (bytes: number[], index: number): number => bytes[index] ?? 0;

type ColourAt = (x: number, y: number) => number[];

/** The colour at a place, both from 0 to 1, as blue, green and red from 0 to 1. */
function decoder(hash: number[], across: number, down: number): ColourAt {
  const low = byteAt(hash, 0) | (byteAt(hash, 1) << 8) | (byteAt(hash, 2) << 16);
  const high = byteAt(hash, 3) | (byteAt(hash, 4) << 8);
  const factors: number[] = [];
  for (const byte of hash.slice(5)) factors.push((byte & 15) / 7.5 - 1, (byte >> 4) / 7.5 - 1);
  const wavesOf = (nx: number, ny: number, scale: number) =>
    frequencies(nx, ny).map(([i, j]) => [i, j, 2 * scale * (factors.shift() ?? 0)] as const);
  const lights = wavesOf(across, down, ((low >> 18) & 31) / 31);
  // 1.25 makes up for the colour that quantisation takes.
  const yellows = wavesOf(3, 3, (1.25 * ((high >> 3) & 63)) / 63);
  const reds = wavesOf(3, 3, (1.25 * ((high >> 9) & 63)) / 63);
  return (x, y) => {
    const sum = (waves: typeof lights, constant: number) =>
      waves.reduce((all, [i, j, f]) => all + f * wave(i * x) * wave(j * y), constant);
    const l = sum(lights, (low & 63) / 63);
    const p = sum(yellows, ((low >> 6) & 63) / 31.5 - 1);
    const q = sum(reds, ((low >> 12) & 63) / 31.5 - 1);
    const blue = l - (2 / 3) * p;
    const red = (3 * l - blue + q) / 2;
    return [blue, red - q, red];
  };
}

const wave = (turns: number): number => Math.cos(Math.PI * turns);

/** The lower triangle, but for the constant. */
function frequencies(nx: number, ny: number): [number, number][] {
  const found: [number, number][] = [];
  for (let j = 0; j < ny; j += 1) {
    for (let i = j ? 0 : 1; i * ny < nx * (ny - j); i += 1) found.push([i, j]);
  }
  return found;
}

/** 24 bits a pixel, from the bottom row up, each row of whole four bytes. Sizes below 256. */
function bitmap(width: number, height: number, colourAt: ColourAt): number[] {
  const stride = (width * 3 + 3) & ~3;
  const size = HEADER + stride * height;
  const bytes: number[] = Array(size).fill(0);
  const fields = { 0: 0x42, 1: 0x4d, 2: size & 255, 3: size >> 8, 10: HEADER, 14: 40 };
  Object.assign(bytes, fields, { 18: width, 22: height, 26: 1, 28: 24 });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt((x + 0.5) / width, 1 - (y + 0.5) / height);
      const at = HEADER + y * stride + x * 3;
      for (let i = 0; i < 3; i += 1) {
        bytes[at + i] = Math.max(0, Math.min(255, 255 * byteAt(colour, i))) | 0;
      }
    }
  }
  return bytes;
}

/** Base64, both ways: mini-programs have neither atob nor btoa. */
function decoded(base64: string): number[] {
  const digits = [...base64.replace(/=/g, '')].map(digit => ALPHABET.indexOf(digit));
  const bytes: number[] = [];
  for (let at = 0; at * 8 + 8 <= digits.length * 6; at += 1) {
    const first = Math.floor((at * 4) / 3);
    const twelve = (byteAt(digits, first) << 6) | byteAt(digits, first + 1);
    bytes.push((twelve >> (4 - 2 * (at % 3))) & 255);
  }
  return bytes;
}

function encoded(bytes: number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    for (let i = 0; i < 4; i += 1) {
      text += at + i > bytes.length ? '=' : ALPHABET[(three >> (18 - 6 * i)) & 63];
    }
  }
  return text;
}
