import { Failure } from '../../core/failure.ts';
import { unusableKey } from '../../core/set/keys.ts';
import { concluded, isInForce, takedownKey, withAct } from '../../core/set/take-down-record.ts';
import type { Darkroom, Stores } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import { readManifest } from '../stored-set.ts';
import { enforce } from './enforce.ts';
import { readTakeDown } from './take-down-records.ts';

/** What a take-down is carried out with. */
export type TakeDownStores = Pick<Stores, 'derivatives' | 'config'> &
  Pick<Darkroom, 'now' | 'isBehindCdn'>;

/** Who says so, and why. */
export interface Order {
  by: string;
  reason: string | undefined;
  /** Waits already, of a directory that all of the keys are in. */
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
): Promise<{ removed: string[]; purge: string | undefined }> {
  refuseUnusable(key);
  const { config, now } = stores;
  const at = now().toISOString();
  const act = { act: 'takedown' as const, at, by, ...(reason ? { reason } : {}) };
  const record = withAct(await readTakeDown(key, config), key, act);
  await writeRecord(config, takedownKey(key), record);
  const isBehindCdn = stores.isBehindCdn && purge === undefined;
  const enforcing = { at, hasTombstone: false, alwaysPurge: true };
  const done = await enforce(key, enforcing, { ...stores, isBehindCdn });
  const outcome = { removed: done.removed, purge: done.purge ?? purge };
  const { purge: asked, removed } = outcome;
  const proof = concluded(record, asked === undefined ? { removed } : { removed, purge: asked });
  await writeRecord(config, takedownKey(key), proof);
  return outcome;
}

/** False where the key is not taken down. The next run of the key, which is the caller's to ask for, develops it. */
export async function undoTakeDown(
  key: string,
  { by, reason }: Order,
  { config, derivatives, now }: Omit<TakeDownStores, 'isBehindCdn'>,
): Promise<boolean> {
  refuseUnusable(key);
  const record = await readTakeDown(key, config);
  const isDown = record
    ? isInForce(record)
    : (await readManifest(key, derivatives))?.takenDown !== undefined;
  if (!isDown) return false;
  const at = now().toISOString();
  const act = { act: 'undo' as const, at, by, ...(reason ? { reason } : {}) };
  await writeRecord(config, takedownKey(key), withAct(record, key, act));
  return true;
}

function refuseUnusable(key: string): void {
  const unusable = unusableKey(key);
  if (unusable) throw new Failure('KEY_UNUSABLE', unusable);
}
