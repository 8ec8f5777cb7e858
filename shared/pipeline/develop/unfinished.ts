import type { Manifest } from '../../core/set/manifest.ts';
import { newUnfinished, unfinishedKey, unfinishedSchema } from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';
import type { Observed } from './observe.ts';

/**
 * If a write failed, it may still take effect after the last attempt. If files are left that go later, no event tells
 * when. Either way a record in `unfinished/` is left, and a later sweep hands the key over.
 */
export async function noteUnfinished(
  key: string,
  { config, now }: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  if (config) await writeRecord(config, unfinishedKey(key), newUnfinished(key, now()));
}

/**
 * If a listing found files that no manifest named, and they are retired now, a record is left. If a run that a sweep
 * asked for (`isDoubted`) finds nothing retired any more, it removes the record.
 */
export async function tendUnfinished(
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

/** Whether there is such a record. Only a run that a sweep asked for looks: no other pays a request for it. */
export async function isUnfinished(
  key: string,
  { config, isDoubted }: Pick<Darkroom, 'config' | 'isDoubted'>,
): Promise<boolean> {
  if (!config || !isDoubted) return false;
  return (await findRecord(config, unfinishedKey(key), unfinishedSchema)) !== undefined;
}
