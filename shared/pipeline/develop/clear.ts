import { manifestKey } from '../../core/set/keys.ts';
import { isMadeAgain, type Manifest } from '../../core/set/manifest.ts';
import { agedIn, duePurges, versionOfFile } from '../../core/set/unpurged.ts';
import type { PurgeSubject } from '../../core/work/purge.ts';
import type { ListedObject } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { removePurged } from '../removal/purges.ts';
import { findManifest, removeSet } from '../stored-set.ts';
import { commit, isAsSeen } from './commit.ts';
import { filesThere, type Observed } from './observe.ts';

/**
 * Removes all that one original has in the derivatives bucket. Listed rather than read from the manifest, since a run
 * that crashed left files that no manifest names. Answers how many objects went.
 */
export async function clearSet(seen: Cleared, darkroom: Darkroom): Promise<number> {
  const { key, original } = seen;
  const about = original?.link?.isDown ? ('takedown' as const) : ('delete' as const);
  const removed = await removeSet(key, darkroom.derivatives, {
    isKept: () => false,
    around: async (there, remove) => {
      const going = await manifestAmong(there, seen, darkroom);
      const files = [...new Set([...there.map(file => file.key), ...agedIn(going)])];
      const isMore = going?.unpurged !== undefined;
      const purge = { class: about, directory: `${key}/`, files, ...more(isMore) };
      return await removePurged(purge, darkroom, remove);
    },
  });
  return removed.length;
}

type Cleared = Pick<Observed, 'key' | 'original' | 'manifest' | 'manifestEtag'>;

/** What it says of the CDN goes with it. Another run may have written it since it was looked at: then it is read. */
async function manifestAmong(
  there: ListedObject[],
  { key, manifest, manifestEtag }: Cleared,
  { derivatives }: Pick<Darkroom, 'derivatives'>,
): Promise<Manifest | undefined> {
  const listed = there.find(file => file.key === manifestKey(key));
  if (!listed || listed.etag === manifestEtag) return manifest;
  const found = await findManifest(key, derivatives);
  return found === 'unreadable' ? manifest : found;
}

/**
 * A manifest that took long to write may have replaced one of a run that made a file again which ours says is over: then
 * it goes later.
 */
export async function isAnyMadeAgain(
  keys: string[],
  { original, retired }: Manifest,
  { derivatives }: Pick<Darkroom, 'derivatives'>,
): Promise<boolean> {
  if (keys.length === 0) return false;
  const going = new Set(keys);
  const there = await filesThere(original.key, derivatives);
  return retired.some(file => going.has(file.key) && isMadeAgain(file, there));
}

/**
 * Removes what is past its retention, then its mention: if the process dies in between, the next run completes it. What a
 * manifest names all the same, since a view makes it again, goes alike. Answers the manifest that is left, undefined where
 * what was planned from moved meanwhile.
 */
export async function clearStale(
  keys: string[],
  { seen, manifest }: { seen: Observed; manifest: Manifest },
  darkroom: Darkroom,
): Promise<Manifest | undefined> {
  const gone = new Set(keys);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  const due = duePurges({ ...manifest, retired });
  if (keys.length === 0 && due.length === 0) return manifest;
  if (!(await removeStale(keys, due, { seen, manifest, darkroom }))) return undefined;
  // Nothing is to be taken back but somebody's word that a file is there, which a view may have made meanwhile.
  if (retired.length === manifest.retired.length && due.length === 0) {
    return (await isAsSeen(seen, darkroom)) ? manifest : undefined;
  }
  const { unpurged = [], ...rest } = manifest;
  const still = unpurged.filter(one => !due.includes(one));
  const left = { ...rest, retired, ...(still.length > 0 ? { unpurged: still } : {}) };
  return (await commit(left, seen, darkroom)) && left;
}

/** False where what was planned from moved before any file went. */
async function removeStale(
  keys: string[],
  due: string[],
  { seen, manifest, darkroom }: { seen: Observed; manifest: Manifest; darkroom: Darkroom },
): Promise<boolean> {
  let hasMoved = false;
  const remove = async (isRecorded: boolean) => {
    // If the record of the purge took long, the same bytes may have come again, and their files under the same keys.
    hasMoved = isRecorded && !(await isAsSeen(seen, darkroom));
    if (!hasMoved && keys.length > 0) await darkroom.derivatives.remove(keys);
  };
  const purge = purgeOfReplaced(keys, due, manifest);
  await (purge ? removePurged(purge, darkroom, remove) : remove(false));
  return !hasMoved;
}

/** Of files of an original that was overwritten. What an edit replaces shows the same picture: it needs none. */
function purgeOfReplaced(
  removed: string[],
  due: string[],
  { original, version, unpurged = [] }: Manifest,
): PurgeSubject | undefined {
  const files = removed.filter(key => versionOfFile(key) !== version);
  const isMore = due.length > 0 || files.some(key => unpurged.includes(versionOfFile(key) ?? ''));
  if (files.length === 0 && !isMore) return undefined;
  return { class: 'replace', directory: `${original.key}/`, files, ...more(isMore) };
}

function more(isMore: boolean): { isMore?: true } {
  return isMore ? { isMore: true } : {};
}
