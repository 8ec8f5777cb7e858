import { isSameFocus, type Manifest } from '../../core/set/manifest.ts';
import { isCurrent } from '../../core/set/seen.ts';
import { newUnfinished, unfinishedKey } from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import type { Observed, ObservedOriginal } from './observe.ts';

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
 * Before the commit: since the uploader says another focus, files of the same version retire. No rollout comes back for
 * them, and a listing cannot tell them from the others.
 */
export async function noteReplaced(
  seen: ObservedOriginal,
  retired: Manifest['retired'],
  darkroom: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  const { key, original, manifest } = seen;
  if (!manifest || retired.length === 0 || !isCurrent(seen)) return;
  if (!isSameFocus(original, manifest.original)) await noteUnfinished(key, darkroom);
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
