import { type ApngFrame, PNG_CHUNKS, pngChunks } from './apng.ts';
import type { Size } from './picture.ts';
import { pngOf, type PngChunk } from './png-writer.ts';

/** A frame as a PNG of its own, put together when it is asked for: all of them at once could be gigabytes. */
/** A frame as it is stored: where it is on the canvas, and as a picture of its own. */
export interface PlacedFrame extends Omit<ApngFrame, 'rgba'> {
  file(): Buffer;
}

interface StoredFrame extends PlacedFrame {
  /** Milliseconds. */
  delay: number;
}

/** An animated PNG. (PNG, third edition, 4.8, 11.3.6) */
export interface StoredAnimation extends Size {
  /** 0 is for ever. */
  loop: number;
  frames: StoredFrame[];
}

/**
 * What of a file's chunks a decoder of pixels needs: palette, transparency, profile, EXIF for its orientation. The
 * others are in no frame: one of 8 MB in 300 frames would be 2.4 GB.
 */
const KEPT = ['PLTE', 'tRNS', 'iCCP', 'eXIf'].map(type => Buffer.from(type).readUInt32BE());
/** No writer makes so many, and each takes more memory than its bytes. */
const MOST_CHUNKS = 100_000;

/** Undefined where its chunks reach beyond the file, it ends before it says so, or a frame is not on the canvas. */
export function storedAnimation(file: Buffer): StoredAnimation | undefined {
  const read = parsed(file);
  if (!read?.isWhole) return undefined;
  const canvas = canvasOf(file);
  const frames = read.frames.map(frame => frameOf(frame, read.kept, file));
  const areAllThere = frames.every((frame, at) => {
    const isInside =
      frame.left + frame.width <= canvas.width && frame.top + frame.height <= canvas.height;
    return isInside && (read.frames[at]?.data.length ?? 0) > 0;
  });
  if (!areAllThere || frames.length === 0) return undefined;
  // Before the first frame there is nothing to go back to. (11.3.6.2)
  const [first] = frames;
  if (first?.dispose === 'previous') first.dispose = 'background';
  return { ...canvas, loop: read.loop, frames };
}

/** A frame, where it is on the canvas, and as a PNG of its own. */
export type Poster = Pick<PlacedFrame, 'left' | 'top' | 'width' | 'height' | 'file'>;

/**
 * The first frame of an APNG whose default image is none of its frames: that one is for who cannot play it.
 * Undefined where the default image is the first frame, as in most. (PNG, third edition, 4.8)
 */
export function hiddenPoster(file: Buffer): Poster | undefined {
  const read = parsed(file, 1);
  const [first] = read?.frames ?? [];
  if (!read || !first || first.isDefault || first.data.length === 0) return undefined;
  const canvas = canvasOf(file);
  const poster = frameOf(first, read.kept, file);
  const { left, top, width, height } = poster;
  const isInside = left + width <= canvas.width && top + height <= canvas.height;
  return isInside && width > 0 && height > 0 ? poster : undefined;
}

interface Parsed {
  loop: number;
  kept: PngChunk[];
  frames: { control: Buffer; data: Buffer[]; isDefault: boolean }[];
  isWhole: boolean;
}

const CONTROL_BYTES = 26;
const CRC_BYTES = 4;

/** Undefined where there is no header, or a frame without its measures. Reads on behind `most` frames for none. */
function parsed(file: Buffer, most = Number.POSITIVE_INFINITY): Parsed | undefined {
  if (file.length < HEADER_AT + HEADER_BYTES) return undefined;
  const read: Parsed = { loop: 0, kept: [], frames: [], isWhole: false };
  let left = MOST_CHUNKS;
  for (const { type, at, bytes } of pngChunks(file)) {
    const end = at + bytes + CRC_BYTES;
    if (type === PNG_CHUNKS.fcTL && read.frames.length === most) break;
    if (take(read, type, file.subarray(at, at + bytes))) left -= 1;
    read.isWhole = type === PNG_CHUNKS.IEND && end <= file.length;
    if (read.isWhole || end > file.length || left === 0) break;
  }
  return read.frames.some(({ control }) => control.length < CONTROL_BYTES) ? undefined : read;
}

/** Whether it is one that counts. The first four bytes of a frame's data are its number. */
function take(read: Parsed, type: number, data: Buffer): boolean {
  const frame = read.frames.at(-1);
  if (type === PNG_CHUNKS.acTL && data.length >= 8) read.loop = data.readUInt32BE(4);
  else if (type === PNG_CHUNKS.fcTL)
    read.frames.push({ control: data, data: [], isDefault: false });
  else if (type === PNG_CHUNKS.fdAT) frame?.data.push(data.subarray(4));
  else if (type === PNG_CHUNKS.IDAT && frame) {
    frame.isDefault = true;
    frame.data.push(data);
  } else if (KEPT.includes(type)) read.kept.push({ type, data });
  else return false;
  return true;
}

const HEADER_AT = 16;
const HEADER_BYTES = 13;

function canvasOf(file: Buffer): Size {
  return { width: file.readUInt32BE(HEADER_AT), height: file.readUInt32BE(HEADER_AT + 4) };
}

const DISPOSE = ['none', 'background', 'previous'] as const;
const BLEND = ['source', 'over'] as const;
/** Browsers show what says so, or less, for 100 milliseconds. */
const TOO_SHORT_MS = 10;

/** Number, width, height, left, top, delay as a fraction, dispose and blend. (11.3.6.2) */
function frameOf(
  { control, data }: Parsed['frames'][number],
  kept: PngChunk[],
  file: Buffer,
): StoredFrame {
  const [width = 0, height = 0, left = 0, top = 0] = [4, 8, 12, 16].map(at =>
    control.readUInt32BE(at),
  );
  const delay = (control.readUInt16BE(20) / (control.readUInt16BE(22) || 100)) * 1000;
  return {
    left,
    top,
    width,
    height,
    delay: delay <= TOO_SHORT_MS ? 100 : Math.round(delay),
    dispose: DISPOSE[control[24] ?? 0] ?? 'none',
    blend: BLEND[control[25] ?? 0] ?? 'source',
    file() {
      const header = Buffer.from(file.subarray(HEADER_AT, HEADER_AT + HEADER_BYTES));
      header.writeUInt32BE(width, 0);
      header.writeUInt32BE(height, 4);
      return pngOf(header, kept, data);
    },
  };
}
