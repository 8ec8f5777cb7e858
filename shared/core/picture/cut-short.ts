import { PNG_CHUNKS, pngChunks } from './apng.ts';
import { gifFrames } from './gif.ts';
import type { Picture } from './picture.ts';

/** Whether a file ends too soon, where its decoder would not say so: it paints what is missing, or stops at a frame. */
export function isCutShort(file: Buffer, { format, frames }: Picture): boolean {
  if (format === 'gif') return gifFrames(file).isCut;
  if (format === 'heic') return boxesReachBeyond(file);
  return format === 'png' && frames > 1 && !hasEnd(file);
}

function hasEnd(file: Buffer): boolean {
  for (const { type } of pngChunks(file)) if (type === PNG_CHUNKS.IEND) return true;
  return false;
}

/** A size of 0 is to the end of the file, one of 1 stands in the eight bytes behind the type. (ISO 14496-12, 4.2) */
function boxesReachBeyond(file: Buffer): boolean {
  let at = 0;
  while (at + 8 <= file.length) {
    const size = file.readUInt32BE(at);
    if (size === 0) return false;
    if (size === 1 && at + 16 > file.length) return true;
    const bytes = size === 1 ? Number(file.readBigUInt64BE(at + 8)) : size;
    if (bytes < 8) return false;
    at += bytes;
  }
  return at > file.length;
}
