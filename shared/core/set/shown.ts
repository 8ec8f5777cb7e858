import { viewOf } from '../moderation/view.ts';
import {
  decoderMegabytes,
  decodingMegabytes,
  IDLE_MEGABYTES,
  MOST_MEGABYTES,
  rasterMegabytes,
} from '../picture/memory.ts';
import type { Picture, Size } from '../picture/picture.ts';
import { canvasMegabytes } from './memory.ts';

/** What whoever judges a picture is shown, where the pixels that its files are made of are not it. */

/** Beside each other in one picture, three in a row. */
const MOST_FRAMES = 9;
/** Of one of them: nine are some two megapixels, and no row is longer than services take. */
const FRAME_PIXELS = 250_000;
const FRAME_SIDE = 5000;

/** Frames of an animation, and how large each; undefined of what is still, for whoever sees the files. */
export function framesShown(
  file: Buffer,
  picture: Picture,
): { at: number[]; size: Size } | undefined {
  if (picture.frames === 1 || !holdsFrames(file, picture)) return undefined;
  return { at: spread(picture.frames), size: frameSize(picture) };
}

/** What a decode for that alone comes to; undefined where one for files, of `size`, is enough. */
export function sizeShown(file: Buffer, picture: Picture, size: Size): Size | undefined {
  const view = withinMemory(file, picture);
  return size.width >= view.width && size.height >= view.height ? undefined : view;
}

/** The first, the last, and as many between them as there is room for. */
function spread(frames: number): number[] {
  const count = Math.min(frames, MOST_FRAMES);
  return Array.from({ length: count }, (_, index) =>
    Math.round((index * (frames - 1)) / (count - 1)),
  );
}

function frameSize({ width, height }: Size): Size {
  const bySide = FRAME_SIDE / Math.max(width, height);
  return scaledBy({ width, height }, Math.min(bySide, Math.sqrt(FRAME_PIXELS / (width * height))));
}

/** Where it does not, no animated file can be made either, and people see the first frame alone. */
function holdsFrames(file: Buffer, picture: Picture): boolean {
  return IDLE_MEGABYTES + file.length / 1e6 + canvasMegabytes(picture) <= MOST_MEGABYTES;
}

/** A decode of its own takes more than that for files where it is larger. */
function withinMemory(file: Buffer, picture: Picture): Size {
  const view = viewOf(picture);
  const decoder = decoderMegabytes(file, picture);
  const left = MOST_MEGABYTES - IDLE_MEGABYTES - file.length / 1e6 - decoder;
  const needed = decodingMegabytes(file, picture, view) - decoder + rasterMegabytes(view, picture);
  return scaledBy(view, Math.sqrt(Math.max(0, left) / needed));
}

/** Never enlarged. */
function scaledBy({ width, height }: Size, scale: number): Size {
  const to = (side: number) => Math.max(1, Math.round(side * Math.min(1, scale)));
  return { width: to(width), height: to(height) };
}
