import type { Photo, PhotoFile } from './wire.ts';

/**
 * The smallest file of the whole picture that fills a screen; what is cropped would lead astray. Of those that are there:
 * to look at a photo has nothing made that nobody asked for.
 */
export function wholeOf({ size, files }: Pick<Photo, 'size' | 'files'>): PhotoFile | undefined {
  if (!size) return undefined;
  const shape = size.width / size.height;
  return files
    .filter(({ state, url, height, width, format }) => {
      const isWhole = height !== undefined && Math.abs(width / height / shape - 1) < 0.02;
      const isThere = state === 'rendered' && url !== undefined;
      return isThere && isWhole && format !== 'avif' && width >= Math.min(480, size.width);
    })
    .sort((a, b) => a.width - b.width)[0];
}
