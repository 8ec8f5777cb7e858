import { filesOf } from './files.ts';
import type { Client, File, Format, Photo } from './photo.ts';

/** Which of the files that there are a client should see. */

/** Best first. Of JPEG and PNG one is the fallback: every client shows both. */
const OPAQUE: Format[] = ['avif', 'webp', 'jpeg', 'png'];
const TRANSPARENT: Format[] = ['avif', 'webp', 'png', 'jpeg'];

/** Ascending by width, and in each width the best format first. */
export function choices(photo: Photo, preset: string, client?: Client): File[] {
  const order = isTransparent(photo) ? TRANSPARENT : OPAQUE;
  const files = filesOf(photo, preset).filter(
    ({ format }) => !client || client.formats.includes(format),
  );
  const fallback = order.slice(2).find(format => files.some(one => one.format === format));
  const rank = ({ format }: File): number => order.indexOf(format);
  return files
    .filter(one => rank(one) < 2 || one.format === fallback)
    .sort((a, b) => a.width - b.width || rank(a) - rank(b));
}

export function isTransparent(photo: Photo): boolean {
  return ('variants' in photo ? photo.original.alpha : photo.size?.alpha) ?? false;
}

/** The formats of some choices, best first; the last of them is the fallback. */
export function formatsOf(files: File[]): Format[] {
  return TRANSPARENT.filter(format => files.some(one => one.format === format));
}

/**
 * One file of each width, for those who show `best` and what comes after it. Where a width is not there in that
 * format, since it would not have been smaller, the next best stands in: browsers go by a file's own type, and
 * would else show the small ones enlarged.
 */
export function oneOfEachWidth(files: File[], best: Format): File[] {
  const formats = formatsOf(files);
  const shown = formats.slice(formats.indexOf(best));
  const widths = new Set<number>();
  return files.filter(({ format, width }) => {
    if (!shown.includes(format) || widths.has(width)) return false;
    return widths.add(width);
  });
}

/** The smallest that is enough, or else the widest, in its best format. */
export function enough(files: File[], pixels: number): File | undefined {
  const widest = files[files.length - 1]?.width;
  return files.find(({ width }) => width >= pixels) ?? files.find(({ width }) => width === widest);
}
