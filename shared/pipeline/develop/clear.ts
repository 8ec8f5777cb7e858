import { parseDerivativeKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';
import { keepPurge } from '../removal/purges.ts';
import { filesOfSet } from '../stored-set.ts';
import { commit } from './commit.ts';

/**
 * Removes all that one original has in the derivatives bucket. Listed rather than read from the manifest, since a run
 * that died left files that no manifest names. Answers how many objects went.
 */
export async function clearSet(original: string, darkroom: Darkroom): Promise<number> {
  const { derivatives } = darkroom;
  const keys = (await filesOfSet(original, derivatives)).map(({ key }) => key);
  if (keys.length === 0) return 0;
  await keepPurge({ class: 'delete', directory: `${original}/`, files: keys }, darkroom);
  await derivatives.remove(keys);
  return keys.length;
}

/**
 * Removes what is past its retention, then its mention: a run that dies in between is completed by the next. False
 * where the original moved meanwhile.
 */
export async function clearStale(
  keys: string[],
  manifest: Manifest,
  darkroom: Darkroom,
): Promise<boolean> {
  if (keys.length === 0) return true;
  await purgeReplaced(keys, manifest, darkroom);
  await darkroom.derivatives.remove(keys);
  const gone = new Set(keys);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  return await commit({ ...manifest, retired }, darkroom);
}

/** Files of an original that was overwritten. What an edit replaces shows the same picture: it needs no purge. */
async function purgeReplaced(
  removed: string[],
  { original, version }: Manifest,
  darkroom: Darkroom,
): Promise<void> {
  const files = removed.filter(key => parseDerivativeKey(key)?.version !== version);
  if (files.length === 0) return;
  await keepPurge({ class: 'replace', directory: `${original.key}/`, files }, darkroom);
}
