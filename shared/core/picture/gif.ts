import type { ApngFrame } from './apng.ts';
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

export interface GifFrame {
  /** Of its descriptor, and of its control extension if it has one. */
  at: number;
  control: number | undefined;
  end: number;
  /** What becomes of it before the next one; of the first there is nothing to go back to. */
  dispose: ApngFrame['dispose'];
}

const CONTROL = 0xf9;
const [CLEAR, GO_BACK] = [2, 3];

function disposeOf(
  file: Buffer,
  control: number | undefined,
  isFirst: boolean,
): GifFrame['dispose'] {
  const disposal = control === undefined ? 0 : ((file[control + 3] ?? 0) >> 2) & 7;
  if (disposal === CLEAR || (isFirst && disposal === GO_BACK)) return 'background';
  return disposal === GO_BACK ? 'previous' : 'none';
}

export function* gifFramesIn(file: Buffer): Generator<GifFrame> {
  let control: number | undefined;
  let isFirst = true;
  for (const { kind, at, end } of blocksIn(file)) {
    if (kind === EXTENSION) {
      if (file[at + 1] === CONTROL && end <= file.length) control = at;
      continue;
    }
    if (at + 10 > file.length) return;
    yield { at, control, end, dispose: disposeOf(file, control, isFirst) };
    control = undefined;
    isFirst = false;
  }
}

/**
 * Whether something of the canvas is left by its first frame, or by one for which another was cleared. It is transparent then,
 * whatever the file says: browsers know no colour of the background.
 */
export function showsCanvas(file: Buffer, size: Size): boolean {
  let isBare = true;
  for (const frame of gifFramesIn(file)) {
    if (isBare && leavesCanvas(file, frame, size)) return true;
    isBare = frame.dispose === 'background';
  }
  return false;
}

function leavesCanvas(file: Buffer, { at }: GifFrame, { width, height }: Size): boolean {
  const [left, top] = [file.readUInt16LE(at + 1), file.readUInt16LE(at + 3)];
  const [right, bottom] = [left + file.readUInt16LE(at + 5), top + file.readUInt16LE(at + 7)];
  return left > 0 || top > 0 || right < width || bottom < height;
}

/** 1 x 1 pixel, of a colour that is transparent. */
const TRANSPARENT_FRAME = Buffer.from('21f90401000000002c0000000001000100000202440100', 'hex');

/**
 * The same GIF with one frame more, of one transparent pixel: libvips gives no alpha where no frame says that it has
 * any, and paints black what none has covered.
 */
export function withTransparentCanvas(file: Buffer): Buffer {
  let end = file.length;
  for (const block of blocksIn(file)) end = block.end;
  const cleared = withTransparentClears(file.subarray(0, end));
  return Buffer.concat([cleared, TRANSPARENT_FRAME, Buffer.from([0x3b])]);
}

/** A colour that no pixel has: beyond what pixels of less than 8 bits can name. */
const NO_PIXEL = 255;

/** A frame that may use all of 256 colours has none that could be a transparent one, unless it is one already. */
export function hasColourToSpare(file: Buffer, { at, control }: GifFrame): boolean {
  const codeBits = file[at + 10 + paletteBytes(file[at + 9])] ?? 8;
  return codeBits < 8 || (control !== undefined && ((file[control + 3] ?? 0) & 1) === 1);
}

/**
 * libnsgif clears to the colour of the background where a frame has no transparent colour; so it is given one. Where
 * none is to spare, see gif-frames.ts.
 */
function withTransparentClears(file: Buffer): Buffer {
  const out = Buffer.from(file);
  for (const frame of gifFramesIn(file)) {
    const { control, dispose } = frame;
    if (dispose !== 'background' || control === undefined) continue;
    const flags = (file[control + 3] ?? 0) & 0xe3;
    const needsOne = (flags & 1) === 0 && hasColourToSpare(file, frame);
    out[control + 3] = flags | (CLEAR << 2) | (needsOne ? 1 : 0);
    if (needsOne) out[control + 6] = NO_PIXEL;
  }
  return out;
}

export function globalPaletteOf(file: Buffer): Buffer {
  return file.subarray(13, 13 + paletteBytes(file[10]));
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
