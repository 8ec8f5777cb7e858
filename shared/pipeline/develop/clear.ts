import { parseDerivativeKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';
import { keepPurge } from '../removal/purges.ts';
import { removeSet } from '../stored-set.ts';
import { commit } from './commit.ts';
import type { Observed } from './observe.ts';

/**
 * Removes all that one original has in the derivatives bucket. Listed rather than read from the manifest, since a run
 * that crashed left files that no manifest names. Answers how many objects went.
 */
export async function clearSet(
  { key, manifest }: Pick<Observed, 'key' | 'manifest'>,
  darkroom: Darkroom,
): Promise<number> {
  const isMore = manifest?.unpurged !== undefined;
  const removed = await removeSet(key, darkroom.derivatives, {
    isKept: () => false,
    before: files =>
      keepPurge({ class: 'delete', directory: `${key}/`, files, ...more(isMore) }, darkroom),
  });
  return removed.length;
}

/**
 * Removes what is past its retention, then its mention: if the process dies in between, the next run completes it.
 * Answers the manifest that is left, undefined where what was planned from moved meanwhile.
 */
export async function clearStale(
  keys: string[],
  { seen, manifest }: { seen: Observed; manifest: Manifest },
  darkroom: Darkroom,
): Promise<Manifest | undefined> {
  const gone = new Set(keys);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  const forgotten = replacedAndForgotten({ ...manifest, retired });
  if (keys.length === 0 && forgotten.length === 0) return manifest;
  await purgeReplaced(keys, forgotten, { manifest, darkroom });
  if (keys.length > 0) await darkroom.derivatives.remove(keys);
  const { unpurged = [], ...rest } = manifest;
  const still = unpurged.filter(one => !forgotten.includes(one));
  const left = { ...rest, retired, ...(still.length > 0 ? { unpurged: still } : {}) };
  return (await commit(left, seen, darkroom)) && left;
}

/** Replaced versions that the CDN may have files of, and that no file is left of whose removal would purge them. */
function replacedAndForgotten({ version, unpurged = [], retired }: Manifest): string[] {
  const there = new Set(retired.map(({ key }) => versionOfFile(key)));
  return unpurged.filter(one => one !== version && !there.has(one));
}

/** Files of an original that was overwritten. What an edit replaces shows the same picture: it needs no purge. */
async function purgeReplaced(
  removed: string[],
  forgotten: string[],
  { manifest, darkroom }: { manifest: Manifest; darkroom: Darkroom },
): Promise<void> {
  const { original, version, unpurged = [] } = manifest;
  const files = removed.filter(key => versionOfFile(key) !== version);
  const isMore =
    forgotten.length > 0 || files.some(key => unpurged.includes(versionOfFile(key) ?? ''));
  if (files.length === 0 && !isMore) return;
  const directory = `${original.key}/`;
  await keepPurge({ class: 'replace', directory, files, ...more(isMore) }, darkroom);
}

/** Of the public manifest; beyond them all are purged by directory. */
const MOST_UNPURGED = 20;

/**
 * What an edit removes is not purged, but a later delete or overwrite is to purge it: so it is said before it goes,
 * since nobody may live to say it afterwards.
 */
export function withUnpurged(
  manifest: Manifest,
  toRemove: string[],
  { isBehindCdn }: Pick<Darkroom, 'isBehindCdn'>,
): Manifest {
  const { version, unpurged = [] } = manifest;
  const isEdited = toRemove.some(key => versionOfFile(key) === version);
  if (!isBehindCdn || !isEdited || unpurged.includes(version)) return manifest;
  return { ...manifest, unpurged: [...unpurged, version].slice(-MOST_UNPURGED) };
}

function versionOfFile(key: string): string | undefined {
  return parseDerivativeKey(key)?.version;
}

function more(isMore: boolean): { isMore?: true } {
  return isMore ? { isMore: true } : {};
}
