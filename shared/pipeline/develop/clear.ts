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
  if (keys.length === 0) return manifest;
  await purgeReplaced(keys, manifest, darkroom);
  await darkroom.derivatives.remove(keys);
  const gone = new Set(keys);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  const unpurged = unpurgedAfter(keys, { ...manifest, retired }, darkroom);
  const { unpurged: _, ...rest } = manifest;
  const left = { ...rest, retired, ...unpurged };
  return (await commit(left, seen, darkroom)) && left;
}

/** Files of an original that was overwritten. What an edit replaces shows the same picture: it needs no purge. */
async function purgeReplaced(
  removed: string[],
  { original, version, unpurged = [] }: Manifest,
  darkroom: Darkroom,
): Promise<void> {
  const files = removed.filter(key => versionOfFile(key) !== version);
  if (files.length === 0) return;
  const isMore = files.some(key => unpurged.includes(versionOfFile(key) ?? ''));
  const directory = `${original.key}/`;
  await keepPurge({ class: 'replace', directory, files, ...more(isMore) }, darkroom);
}

/** Of the public manifest; beyond them all are purged by directory. */
const MOST_UNPURGED = 20;

/** The version in force, where files of it went by an edit; one that was replaced as long as files of it are there. */
function unpurgedAfter(
  removed: string[],
  { version, unpurged = [], retired }: Manifest,
  { isBehindCdn }: Darkroom,
): Pick<Manifest, 'unpurged'> {
  if (!isBehindCdn) return {};
  const there = new Set(retired.map(({ key }) => versionOfFile(key)));
  const edited = removed.some(key => versionOfFile(key) === version) ? [version] : [];
  const left = unpurged.filter(one => one === version || there.has(one));
  const all = [...new Set([...left, ...edited])].slice(-MOST_UNPURGED);
  return all.length > 0 ? { unpurged: all } : {};
}

function versionOfFile(key: string): string | undefined {
  return parseDerivativeKey(key)?.version;
}

function more(isMore: boolean): { isMore?: true } {
  return isMore ? { isMore: true } : {};
}
