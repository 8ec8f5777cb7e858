import type { OutputFormat } from '../list/preset-list.ts';

/** A newer format is worth a file only where it is smaller than what every client can show. */

/** Not every client shows it, so it stands beside a file that every one does. */
const IS_NEWER = {
  jpeg: false,
  webp: true,
  avif: true,
  png: false,
} satisfies Record<OutputFormat, boolean>;

interface Named {
  preset: string;
  width: number;
  height: number;
  format: OutputFormat;
}

/**
 * The file of the same picture at the same size that a newer format is measured against. With transparent
 * parts a JPEG shows something else, so then it is no measure.
 */
export function fallbackOf<T extends Named>(
  variant: Named & { fromFile?: string },
  all: T[],
  picture: { alpha: boolean },
): T | undefined {
  if (!IS_NEWER[variant.format] || variant.fromFile) return undefined;
  const measures: OutputFormat[] = picture.alpha ? ['png'] : ['jpeg', 'png'];
  return measures
    .map(format => all.find(one => one.format === format && isSameSize(one, variant)))
    .find(one => one !== undefined);
}

export function isWorthIt(bytes: number, fallback: number, keepIfSmallerBy: unknown): boolean {
  return bytes < fallback * (1 - Number(keepIfSmallerBy ?? 0));
}

function isSameSize(a: Named, b: Named): boolean {
  return a.preset === b.preset && a.width === b.width && a.height === b.height;
}
