import { Failure, failureOf } from '../../core/failure.ts';
import { unusableKey } from '../../core/set/keys.ts';
import {
  concluded,
  isInForce,
  type Takedown,
  takedownKey,
  withAct,
} from '../../core/set/take-down-record.ts';
import type { Darkroom, Stores } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import { readManifest } from '../stored-set.ts';
import { enforce } from './enforce.ts';
import { forgetKnown, judgedBefore, makeKnown } from './known.ts';
import { noteUnfinished } from './take-down-guard.ts';
import { readTakeDown } from './take-down-records.ts';

/** What a take-down is carried out with. */
export type TakeDownStores = Stores &
  Pick<Darkroom, 'now' | 'isBehindCdn'> & {
    /** Hands the key over to be made anew: what was removed of it may have been wanted again by then. */
    developAnew(key: string): Promise<unknown>;
  };

/** Who says so, and why. */
export interface Order {
  by: string;
  reason: string | undefined;
  /** If a purge of a directory that all of the keys are in waits already: its id. Then none is kept for this key. */
  purge?: string | undefined;
}

/**
 * The record first, so that every run that writes from now on sees it; then the tombstone; then all files go. Said
 * again, it is carried out again. Answers what went, and what the CDN is to be asked.
 */
export async function takeDown(
  key: string,
  { by, reason, purge }: Order,
  stores: TakeDownStores,
): Promise<{ removed: string[]; purge: string | undefined; wasDown: boolean }> {
  refuseUnusable(key);
  const { config, now } = stores;
  const at = now().toISOString();
  // What has to do with moderation holds up no take-down; where it fails, that is told once it is done.
  const [looked] = await Promise.allSettled([judgedBefore(key, stores)]);
  const judged = looked.status === 'fulfilled' ? looked.value : {};
  const act = { act: 'takedown' as const, at, by, ...(reason ? { reason } : {}), ...judged };
  const before = await lastRecord(key, config);
  const record = withAct(before, key, act);
  await writeRecord(config, takedownKey(key), record);
  const [known] = await Promise.allSettled([judged.known && makeKnown(judged.known, key, config)]);
  const isBehindCdn = stores.isBehindCdn && purge === undefined;
  const done = await enforceOrDevelopAnew(key, at, { ...stores, isBehindCdn });
  const wasDown = before !== undefined && isInForce(before);
  const outcome = { removed: done.removed, purge: done.purge ?? purge, wasDown };
  const { purge: asked, removed } = outcome;
  const proof = concluded(record, {
    removed,
    ...(asked === undefined ? {} : { purge: asked }),
  });
  await writeRecord(config, takedownKey(key), proof);
  for (const one of [looked, known]) if (one.status === 'rejected') throw one.reason;
  return outcome;
}

/**
 * If the take-down is undone meanwhile, a run may have developed the key and we may have removed its files: the key is
 * developed anew. A removal that was not answered may do that later: word of it is left.
 */
async function enforceOrDevelopAnew(key: string, at: string, stores: TakeDownStores) {
  try {
    return await enforce(key, { at, hasTombstone: false, alwaysPurge: true }, stores);
  } catch (thrown) {
    if (failureOf(thrown).code === 'ORIGINAL_CHANGED') await stores.developAnew(key);
    else await Promise.allSettled([noteUnfinished(key, stores)]);
    throw thrown;
  }
}

/** If it cannot be read, a new one begins with this act; the earlier acts are lost. */
async function lastRecord(key: string, config: Stores['config']): Promise<Takedown | undefined> {
  const record = await readTakeDown(key, config);
  return record === 'unreadable' ? undefined : record;
}

/** False where the key is not taken down. The next run of the key, which is the caller's to ask for, develops it. */
export async function undoTakeDown(
  key: string,
  { by, reason }: Order,
  stores: Omit<TakeDownStores, 'isBehindCdn' | 'developAnew'>,
): Promise<boolean> {
  refuseUnusable(key);
  const { config, derivatives, now } = stores;
  const record = await readTakeDown(key, config);
  const isReadable = record !== undefined && record !== 'unreadable';
  const known = isReadable ? record : undefined;
  // One that cannot be read is in force until somebody says otherwise.
  const isDown = isReadable
    ? isInForce(record)
    : record === 'unreadable' || (await readManifest(key, derivatives))?.takenDown !== undefined;
  if (!isDown) return false;
  // First, so that whoever may not do that says the undo again.
  await forgetKnown(key, known?.acts ?? [], stores);
  const at = now().toISOString();
  const act = { act: 'undo' as const, at, by, ...(reason ? { reason } : {}) };
  await writeRecord(config, takedownKey(key), withAct(known, key, act));
  return true;
}

function refuseUnusable(key: string): void {
  const unusable = unusableKey(key);
  if (unusable) throw new Failure('KEY_UNUSABLE', unusable);
}
