import { Failure } from '../../core/failure.ts';
import { manifestKey, unusableKey } from '../../core/set/keys.ts';
import { tombstone } from '../../core/set/take-down-record.ts';
import { agedIn } from '../../core/set/unpurged.ts';
import type { Darkroom } from '../darkroom.ts';
import { findManifest, removeSet, writeManifest } from '../stored-set.ts';
import { keepPurge, removePurged } from './purges.ts';
import { isLifted, readTakeDown, type TakeDownInForce, takeDownOf } from './take-down-records.ts';

/**
 * Take-downs against runs that are under way. OSS has no conditional PUT, so two orders of writing close the race: a
 * run writes and then looks for a record; a take-down writes its record and then removes by listing. Whichever comes
 * second sees the other.
 */

interface Enforcing {
  /** When it was taken down, ISO-8601. */
  at: string;
  hasTombstone: boolean;
  /** The CDN may have copies of what is not in the bucket any more. */
  alwaysPurge?: boolean;
}

type Enforcer = Pick<Darkroom, 'derivatives' | 'config' | 'isBehindCdn' | 'now'>;

/**
 * Leaves the tombstone and nothing else. Throws ORIGINAL_CHANGED where the take-down was lifted meanwhile. Answers
 * what went, and the purge that waits for it.
 */
export async function enforce(
  key: string,
  { at, hasTombstone, alwaysPurge = false }: Enforcing,
  darkroom: Enforcer,
): Promise<{ removed: string[]; purge: string | undefined }> {
  const { derivatives, config, now } = darkroom;
  const found = hasTombstone ? undefined : await findManifest(key, derivatives);
  // What `keep` dropped is named there alone, and the CDN may have it.
  const cached = found === 'unreadable' ? [] : agedIn(found);
  if (!hasTombstone) await writeManifest(tombstone(key, at, now().toISOString()), derivatives);
  const aboutAll = (files: string[]) => {
    const all = [...new Set([...files, ...cached, manifestKey(key)])];
    return { class: 'takedown', directory: `${key}/`, files: all } as const;
  };
  let purge: string | undefined;
  const removed = await removeSet(key, derivatives, {
    isKept: one => one === manifestKey(key),
    around: async (there, remove) => {
      const files = there.map(file => file.key);
      purge = await removePurged(aboutAll(files), darkroom, remove);
    },
  });
  // Until now its set was there, and what went of it before may never have been purged.
  const isFirst = found === 'unreadable' || (found !== undefined && !found.takenDown);
  if (removed.length === 0 && (alwaysPurge || isFirst)) {
    purge = await keepPurge(aboutAll([]), darkroom);
  }
  if (removed.length === 0 && hasTombstone) return { removed, purge };
  if (config && isLifted(await readTakeDown(key, config))) {
    const message = `expected ${key} to stay taken down, that was undone meanwhile`;
    throw new Failure('ORIGINAL_CHANGED', message, { key });
  }
  return { removed, purge };
}

/** What went. */
export type Enforced = Pick<TakeDownInForce, 'reason'> & { removed: string[] };

/** Undefined where no take-down of the key is in force; else all of it is carried out. One GET. */
export async function carryOutTakeDown(
  key: string,
  darkroom: Enforcer & Pick<Darkroom, 'expectsTakeDown' | 'log'>,
): Promise<Enforced | undefined> {
  if (unusableKey(key)) return undefined;
  const found = await takeDownOf(key, darkroom);
  if (!found || found === 'lifted') return undefined;
  const { at, reason } = found;
  const alwaysPurge = darkroom.expectsTakeDown === true;
  const { removed } = await enforce(key, { at, hasTombstone: false, alwaysPurge }, darkroom);
  return { reason, removed };
}
