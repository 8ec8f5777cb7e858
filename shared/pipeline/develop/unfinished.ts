import type { Manifest } from '../../core/set/manifest.ts';
import { newUnfinished, unfinishedKey } from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import type { Observed } from './observe.ts';

/**
 * Leaves word that nobody knows what became of a write of the key, which may take effect when all attempts are over, or
 * that something of it is still to go: a sweep hands the key over.
 */
export async function noteUnfinished(
  key: string,
  { config, now }: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  if (config) await writeRecord(config, unfinishedKey(key), newUnfinished(key, now()));
}

/**
 * Files that a listing found, and no manifest named, are past their time some day, and no event tells of that: word is
 * left. It is taken back by whoever comes for its sake and finds that nothing is to go any more.
 */
export async function keepWord(
  { key, leftovers = [] }: Observed,
  retired: Manifest['retired'],
  darkroom: Pick<Darkroom, 'config' | 'now' | 'isDoubted'>,
): Promise<void> {
  const found = new Set(leftovers);
  if (retired.some(file => found.has(file.key))) await noteUnfinished(key, darkroom);
  else if (darkroom.isDoubted && retired.length === 0) {
    await darkroom.config?.remove([unfinishedKey(key)]);
  }
}
