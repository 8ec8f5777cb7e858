import { Failure } from '../core/failure.ts';
import { manifestKey, unusableKey } from '../core/keys.ts';
import {
  isInForce,
  lastAct,
  type Takedown,
  takedownKey,
  takedownSchema,
  tombstone,
} from '../core/takedown.ts';
import type { ObjectStore } from '../ports.ts';
import { keysOfSet } from './clear.ts';
import { putManifest } from './commit.ts';
import type { Darkroom } from './darkroom.ts';
import { keepPurge } from './purges.ts';
import { readRecord } from './records.ts';

/**
 * Take-downs against runs that are under way. OSS has no conditional PUT, so two orders of writing close the race: a
 * run writes and then looks for a record; a take-down writes its record and then removes by listing. Whichever comes
 * second sees the other.
 */

export async function readTakedown(
  key: string,
  config: ObjectStore,
): Promise<Takedown | undefined> {
  return await readRecord(config, takedownKey(key), takedownSchema);
}

/** Of a key whose manifest is a tombstone. Only a record that says so lifts it: a lost one leaves it in force. */
export async function isLifted(key: string, { config }: Darkroom): Promise<boolean> {
  const takedown = config && (await readTakedown(key, config));
  return takedown !== undefined && !isInForce(takedown);
}

interface Enforcing {
  /** When it was taken down, ISO-8601. */
  at: string;
  hasTombstone: boolean;
  /** The CDN may have copies of what is not in the bucket any more. */
  alwaysPurge?: boolean;
}

/**
 * Leaves the tombstone and nothing else. Throws ORIGINAL_CHANGED where the take-down was lifted meanwhile. Answers
 * what went, and the purge that waits for it.
 */
export async function enforce(
  key: string,
  { at, hasTombstone, alwaysPurge = false }: Enforcing,
  darkroom: Pick<Darkroom, 'derivatives' | 'config' | 'isBehindCdn' | 'now'>,
): Promise<{ removed: string[]; purge: string | undefined }> {
  const { derivatives, config, now } = darkroom;
  if (!hasTombstone) await putManifest(tombstone(key, at, now().toISOString()), darkroom);
  const remains = await keysOfSet(key, derivatives);
  const removed = remains.filter(one => one !== manifestKey(key));
  const about = { class: 'takedown', directory: `${key}/`, files: remains } as const;
  const purge = removed.length > 0 || alwaysPurge ? await keepPurge(about, darkroom) : undefined;
  if (removed.length > 0) await derivatives.remove(removed);
  else if (hasTombstone) return { removed, purge };
  const record = config && (await readTakedown(key, config));
  if (record && !isInForce(record)) {
    const message = `expected ${key} to stay taken down, that was undone meanwhile`;
    throw new Failure('ORIGINAL_CHANGED', message, { key });
  }
  return { removed, purge };
}

/** Undefined where none is in force; else all of it is carried out. One GET. */
export async function heed(
  key: string,
  darkroom: Pick<Darkroom, 'derivatives' | 'config' | 'isBehindCdn' | 'now'>,
): Promise<{ removed: string[] } | undefined> {
  if (!darkroom.config || unusableKey(key)) return undefined;
  const record = await readTakedown(key, darkroom.config);
  if (!record || !isInForce(record)) return undefined;
  return await enforce(key, { at: lastAct(record).at, hasTombstone: false }, darkroom);
}
