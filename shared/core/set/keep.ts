import { keepMilliseconds } from '../list/times.ts';
import type { OriginalObject } from './manifest.ts';

/** Whether a file's time by its preset's `keep` is over. Whoever finds such files and whoever drops them asks here. */

interface Times {
  original: Pick<OriginalObject, 'uploadedAt' | 'isArchived'>;
  /** When the file was made, or made again; undefined of one that is not there. ISO-8601, as `now`. */
  madeAt?: string | undefined;
  now: string;
}

/**
 * What a view brought back stays as long again; what is not there is not made of an original that is older. Of what
 * cannot be read at all times no view could make it again.
 */
export function isPastKeep(
  preset: { keep?: string | undefined },
  { original: { uploadedAt, isArchived }, madeAt = uploadedAt, now }: Times,
): boolean {
  const kept = keepMilliseconds(preset);
  if (uploadedAt === undefined || madeAt === undefined || isArchived) return false;
  return [uploadedAt, madeAt].every(at => Date.parse(now) - Date.parse(at) > kept);
}
