import { Failure } from '../../core/failure.ts';
import type { Finding } from '../../core/set/findings.ts';
import { manifestKey, unusableKey } from '../../core/set/keys.ts';
import { type Purge, purgedKey, purgeSchema } from '../../core/work/purge.ts';
import {
  isInForce,
  lastAct,
  TAKEDOWNS,
  type Takedown,
  takedownKey,
  takedownSchema,
  tombstone,
} from '../../core/set/take-down-record.ts';
import type { ObjectStore } from '../../ports.ts';
import { keysOfSet } from '../develop/clear.ts';
import { putManifest } from '../develop/commit.ts';
import type { Darkroom } from '../darkroom.ts';
import { inOrder } from '../in-order.ts';
import { keepPurge } from './purges.ts';
import { readRecord } from '../records.ts';
import { findManifest, objectsIn } from '../inspect/survey.ts';

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
  darkroom: Pick<Darkroom, 'derivatives' | 'config' | 'isBehindCdn' | 'isForewarned' | 'now'>,
): Promise<{ removed: string[] } | undefined> {
  if (!darkroom.config || unusableKey(key)) return undefined;
  const record = await readTakedown(key, darkroom.config);
  if (!record || !isInForce(record)) return undefined;
  const { at } = lastAct(record);
  const alwaysPurge = darkroom.isForewarned === true;
  return await enforce(key, { at, hasTombstone: false, alwaysPurge }, darkroom);
}

/** All records, of keys that begin so; `after` is the cursor of one before. */
export async function* takedownsIn(
  { prefix = '', after }: { prefix?: string; after?: string | undefined },
  config: ObjectStore,
): AsyncGenerator<{ cursor: string; takedown: Takedown }> {
  const options = { delimiter: '/', ...(after ? { after } : {}) } as const;
  const records = objectsIn(config.list(TAKEDOWNS, options));
  const read = async ({ key }: { key: string }) => ({
    cursor: key,
    takedown: await readRecord(config, key, takedownSchema),
  });
  for await (const { cursor, takedown } of inOrder(records, read)) {
    if (takedown?.key.startsWith(prefix)) yield { cursor, takedown };
  }
}

interface Places {
  config: ObjectStore;
  derivatives: Pick<ObjectStore, 'get' | 'list'>;
  /** What is younger is someone's work that has not ended. */
  settledBefore: Date;
}

/** Each take-down with what is not as its record says: of one whose command or run died. Three requests for each. */
export async function* brokenTakedowns(
  which: { prefix?: string; after?: string | undefined },
  { config, derivatives, settledBefore }: Places,
): AsyncGenerator<{ cursor: string; findings: Finding[] }> {
  const settled = settledBefore.toISOString();
  yield* inOrder(takedownsIn(which, config), async ({ cursor, takedown }) => ({
    cursor,
    findings: lastAct(takedown).at > settled ? [] : await brokenIn(takedown, derivatives),
  }));
}

async function brokenIn(
  takedown: Takedown,
  derivatives: Places['derivatives'],
): Promise<Finding[]> {
  const { key } = takedown;
  const manifest = await findManifest(key, derivatives);
  const hasTombstone = manifest !== 'unreadable' && manifest?.takenDown !== undefined;
  const about = { problem: 'remains', original: key } as const;
  if (!isInForce(takedown)) {
    const why = 'its take-down was undone, the tombstone is still there';
    return hasTombstone ? [{ ...about, key: manifestKey(key), why, mend: 'settle' }] : [];
  }
  const remains = await keysOfSet(key, derivatives);
  const files = remains.filter(one => one !== manifestKey(key));
  return [
    ...files.map(file => ({
      ...about,
      key: file,
      why: 'it was taken down',
      mend: 'takedown' as const,
    })),
    ...(hasTombstone
      ? []
      : [{ ...about, why: 'it was taken down, there is no tombstone', mend: 'takedown' as const }]),
  ];
}

export type Proof = Takedown & { purges: Purge[] };

/** All that is kept of take-downs of a key, in force or not, with what the CDN was asked for. */
export async function proofOf(key: string, config: ObjectStore): Promise<Proof | undefined> {
  const takedown = await readTakedown(key, config);
  if (!takedown) return undefined;
  const purges: Purge[] = [];
  for (const { purge } of takedown.acts) {
    const done = purge && (await readRecord(config, purgedKey(purge), purgeSchema));
    if (done) purges.push(done);
  }
  return { ...takedown, purges };
}
