import { pMapIterable } from 'p-map';
import { Failure } from '../../core/failure.ts';
import {
  isInForce,
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

export async function readTakeDown(
  key: string,
  config: ObjectStore,
): Promise<Takedown | undefined> {
  const record = await findRecord(config, takedownKey(key), takedownSchema);
  if (record !== 'unreadable' && (!record || record.key === key)) return record;
  const message = `expected a take-down's record at ${takedownKey(key)}, received something else: say again what holds for the key, by darkroom takedown, with --undo or without`;
  throw new Failure('UNEXPECTED', message, { key });
}

/** Of a key whose manifest is a tombstone. Only a record that says so lifts it: a lost one leaves it in force. */
export async function isLifted(
  key: string,
  { config }: Pick<Darkroom, 'config'>,
): Promise<boolean> {
  const record = config && (await readTakeDown(key, config));
  return record !== undefined && !isInForce(record);
}

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
