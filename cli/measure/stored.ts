import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import type { Cells } from '../../shared/core/work/cells.ts';
import { AGES, type Age, ageOf, dayOf } from '../../shared/core/work/heat.ts';

/** What lies in the derivatives bucket, by preset, format, width and age: a few numbers, however much there is. */

export interface StoredFile {
  key: string;
  bytes: number | undefined;
  modifiedAt: Date | undefined;
}

export interface Stored {
  /** By cell. */
  cells: { age: Age; files: number; bytes: number }[][];
  /** Manifests, and what is no file of ours; null where nobody counted it. */
  besides: { files: number; bytes: number } | null;
}

interface Ageing {
  now: Date;
  /** The day, as dayOf tells it, that an original was uploaded on, where that is known better than by its files. */
  uploaded?: ((original: string) => number | undefined) | undefined;
}

export async function countStored(
  files: AsyncIterable<StoredFile>,
  cells: Cells,
  { now, uploaded = () => undefined }: Ageing,
): Promise<Stored> {
  const zeros = () => AGES.map(age => ({ age, files: 0, bytes: 0 }));
  const counts = cells.all.map(zeros);
  const besides = { files: 0, bytes: 0 };
  const today = dayOf(now);
  for await (const { key, bytes = 0, modifiedAt } of files) {
    const name = parseDerivativeKey(key);
    const day = name && (uploaded(name.original) ?? (modifiedAt && dayOf(modifiedAt)));
    const age = ageOf(day === undefined ? undefined : today - day);
    const into = name ? counts[cells.indexOf(name)]?.[age] : besides;
    if (!into) continue;
    into.files += 1;
    into.bytes += bytes;
  }
  return { cells: counts.map(ages => ages.filter(one => one.files > 0)), besides };
}
