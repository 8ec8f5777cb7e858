import { pMapIterable } from 'p-map';
import {
  isInForce,
  lastAct,
  TAKEDOWNS,
  type Takedown,
  takedownKey,
  takedownSchema,
} from '../../core/set/take-down-record.ts';
import { type Purge, purgedKey, purgeSchema } from '../../core/work/purge.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord } from '../records.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

/** 'unreadable' where something else lies in its place. */
export async function readTakeDown(
  key: string,
  config: ObjectStore,
): Promise<Takedown | 'unreadable' | undefined> {
  const record = await findRecord(config, takedownKey(key), takedownSchema);
  const isOurs = !record || record === 'unreadable' || record.key === key;
  return isOurs ? record : 'unreadable';
}

/** Only a record that says so lifts it: a lost one, and one that cannot be read, leave it in force. */
export function isLifted(record: Takedown | 'unreadable' | undefined): boolean {
  return record !== undefined && record !== 'unreadable' && !isInForce(record);
}

export interface TakeDownInForce {
  /** ISO-8601. Of one that cannot be read, when it was seen. */
  at: string;
  /** For people. */
  reason: string;
}

/**
 * What holds for a key, undefined where nobody ever took it down. One GET. A record that cannot be read is told and counts
 * as in force, until a person says again what holds: nothing is published on a guess, and nobody else waits for it.
 */
export async function takeDownOf(
  key: string,
  { config, log, now }: Pick<Darkroom, 'config' | 'log' | 'now'>,
): Promise<TakeDownInForce | 'lifted' | undefined> {
  const record = config && (await readTakeDown(key, config));
  if (record === 'unreadable') {
    log.error('record-unreadable', { key: takedownKey(key) });
    return { at: now().toISOString(), reason: UNREADABLE };
  }
  if (isLifted(record)) return 'lifted';
  return record && { at: lastAct(record).at, reason: TAKEN_DOWN };
}

export const TAKEN_DOWN = 'it was taken down';
const UNREADABLE =
  'the record of its take-down cannot be read, and is taken for one in force: say again what holds for the key, by darkroom takedown, with --undo or without';

/**
 * All records, of keys that begin so; `after` is the cursor of one before. One that cannot be read is told, by its own
 * key, and holds up no other.
 */
export async function* takeDownsIn(
  { prefix = '', after }: { prefix?: string; after?: string | undefined },
  config: ObjectStore,
  tellUnreadable: (key: string) => void,
): AsyncGenerator<{ cursor: string; record: Takedown }> {
  const options = { delimiter: '/', ...(after ? { after } : {}) } as const;
  const objects = objectsIn(config.list(TAKEDOWNS, options));
  const read = async ({ key }: { key: string }) => ({
    cursor: key,
    record: await findRecord(config, key, takedownSchema),
  });
  const records = pMapIterable(objects, read, { concurrency: REQUESTS_SIDE_BY_SIDE });
  for await (const { cursor, record } of records) {
    if (!record) continue;
    if (record === 'unreadable' || takedownKey(record.key) !== cursor) tellUnreadable(cursor);
    else if (record.key.startsWith(prefix)) yield { cursor, record };
  }
}

/** `unreadable`: ids of purges of which something else is kept. */
export type Proof = Takedown & { purges: Purge[]; unreadable: string[] };

/** All that is kept of take-downs of a key, in force or not, with what the CDN was asked for. */
export async function proofOf(
  key: string,
  config: ObjectStore,
): Promise<Proof | 'unreadable' | undefined> {
  const record = await findRecord(config, takedownKey(key), takedownSchema);
  if (!record || record === 'unreadable') return record;
  const [purges, unreadable]: [Purge[], string[]] = [[], []];
  for (const { purge } of record.acts) {
    if (!purge) continue;
    const done = await findRecord(config, purgedKey(purge), purgeSchema);
    if (done === 'unreadable') unreadable.push(purge);
    else if (done) purges.push(done);
  }
  return { ...record, purges, unreadable };
}
