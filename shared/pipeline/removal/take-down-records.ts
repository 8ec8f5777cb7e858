import { pMapIterable } from 'p-map';
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
import { readRecord } from '../records.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

export async function readTakeDown(
  key: string,
  config: ObjectStore,
): Promise<Takedown | undefined> {
  return await readRecord(config, takedownKey(key), takedownSchema);
}

/** Of a key whose manifest is a tombstone. Only a record that says so lifts it: a lost one leaves it in force. */
export async function isLifted(
  key: string,
  { config }: Pick<Darkroom, 'config'>,
): Promise<boolean> {
  const record = config && (await readTakeDown(key, config));
  return record !== undefined && !isInForce(record);
}

/** All records, of keys that begin so; `after` is the cursor of one before. */
export async function* takeDownsIn(
  { prefix = '', after }: { prefix?: string; after?: string | undefined },
  config: ObjectStore,
): AsyncGenerator<{ cursor: string; record: Takedown }> {
  const options = { delimiter: '/', ...(after ? { after } : {}) } as const;
  const objects = objectsIn(config.list(TAKEDOWNS, options));
  const read = async ({ key }: { key: string }) => ({
    cursor: key,
    record: await readRecord(config, key, takedownSchema),
  });
  const records = pMapIterable(objects, read, { concurrency: REQUESTS_SIDE_BY_SIDE });
  for await (const { cursor, record } of records) {
    if (record?.key.startsWith(prefix)) yield { cursor, record };
  }
}

export type Proof = Takedown & { purges: Purge[] };

/** All that is kept of take-downs of a key, in force or not, with what the CDN was asked for. */
export async function proofOf(key: string, config: ObjectStore): Promise<Proof | undefined> {
  const record = await readTakeDown(key, config);
  if (!record) return undefined;
  const purges: Purge[] = [];
  for (const { purge } of record.acts) {
    const done = purge && (await readRecord(config, purgedKey(purge), purgeSchema));
    if (done) purges.push(done);
  }
  return { ...record, purges };
}
