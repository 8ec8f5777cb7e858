import type { Size } from './picture.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/**
 * The blocks of a GIF, without unpacking one: where each begins, and where it ends, beyond the file if that is cut
 * short. (GIF89a, https://www.w3.org/Graphics/GIF/spec-gif89a.txt)
 */
function* blocksIn(file: Buffer): Generator<{ kind: number; at: number; end: number }> {
  for (let at = 13 + paletteBytes(file[10]); at < file.length; ) {
    const kind = file[at];
    if (kind !== EXTENSION && kind !== IMAGE) return;
    const data = kind === EXTENSION ? at + 2 : at + 11 + paletteBytes(file[at + 9]);
    const end = afterBlocks(file, data);
    yield { kind, at, end };
    at = end;
  }
}

/**
 * Counts frames, up to `enough` and one more. A file is cut short where a block reaches beyond the end; a trailer that
 * is missing, as some writers leave it out, is none of its pixels.
 */
export function gifFrames(file: Buffer, enough = Infinity): { frames: number; isCut: boolean } {
  let frames = 0;
  for (const { kind, end } of blocksIn(file)) {
    if (kind === IMAGE) frames += 1;
    if (end > file.length) return { frames, isCut: true };
    if (frames > enough) break;
  }
  return { frames, isCut: file.length < 13 + paletteBytes(file[10]) };
}

/** Whether its first frame leaves something of the canvas, which is transparent then, whatever the file says. */
export function leavesCanvas(file: Buffer, { width, height }: Size): boolean {
  for (const { kind, at } of blocksIn(file)) {
    if (kind !== IMAGE || at + 9 > file.length) continue;
    const [left, top] = [file.readUInt16LE(at + 1), file.readUInt16LE(at + 3)];
    const [right, bottom] = [left + file.readUInt16LE(at + 5), top + file.readUInt16LE(at + 7)];
    return left > 0 || top > 0 || right < width || bottom < height;
  }
  return false;
}

/** 1 x 1 pixel, of a colour that is transparent. */
const TRANSPARENT_FRAME = Buffer.from('21f90401000000002c0000000001000100000202440100', 'hex');

/**
 * The same GIF with one frame more, of one transparent pixel: libvips gives no alpha where no frame says that it has
 * any, and paints black what none has covered.
 */
export function withTransparentFrame(file: Buffer): Buffer {
  let end = file.length;
  for (const block of blocksIn(file)) end = block.end;
  return Buffer.concat([file.subarray(0, end), TRANSPARENT_FRAME, Buffer.from([0x3b])]);
}

/** The flags of a screen or an image say whether a palette follows, and how large. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Behind the empty block that ends a row of them; beyond the end of a file that has none. */
function afterBlocks(file: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const bytes = file[at];
    if (bytes === undefined) return file.length + 1;
    at += 1 + bytes;
    if (bytes === 0) return at;
  }
}
