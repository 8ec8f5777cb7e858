import { pMapIterable } from 'p-map';
import {
  classPrefix,
  directoryUrl,
  newPurge,
  PURGES,
  type Purge,
  type PurgeSubject,
  planPurges,
  purgeClasses,
  purgedKey,
  purgeKey,
  purgeSchema,
  restOf,
  urlOf,
  type Way,
} from '../../core/work/purge.ts';
import { failureOf } from '../../core/failure.ts';
import type { CdnPurges, Log, ObjectStore } from '../../ports.ts';
import type { Clock, Darkroom, Stores } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

/**
 * Records what the CDN is to forget, before it is removed from the bucket. If the process dies in between, the CDN is
 * asked once too often, never once too rarely. One PUT where there is a CDN, nothing elsewhere. Answers the purge's id.
 * `notBefore` is later than now where the caller asks the CDN itself: until then no sweep takes the purge up.
 */
export async function keepPurge(
  about: PurgeSubject,
  { config, isBehindCdn, now }: Pick<Darkroom, 'config' | 'isBehindCdn' | 'now'>,
  notBefore = now(),
): Promise<string | undefined> {
  if (!config || !isBehindCdn) return undefined;
  const purge = newPurge(about, notBefore);
  await writeRecord(config, purgeKey(purge), purge);
  return purge.id;
}

/** Files go right after the purge is recorded; a purge before that would have the CDN fetch them again. */
const SETTLED_MS = 60_000;
/** So much less, since a removal and a drain have clocks of their own. */
const LONG_MS = SETTLED_MS / 2;
/** A removal that was not answered has taken effect by then, or will not. */
const LATE_MS = 15 * 60_000;

/**
 * Has files removed whose purge is recorded before, and once more where the CDN may have fetched them in between: the
 * removal took so long that a drain may have asked for them, or it was not answered. Whoever removes is told whether a
 * purge was recorded, which takes a moment. Answers the id of the last.
 */
export async function removePurged(
  about: PurgeSubject,
  darkroom: Pick<Darkroom, 'config' | 'isBehindCdn' | 'now'>,
  remove: (isRecorded: boolean) => Promise<unknown>,
): Promise<string | undefined> {
  const since = darkroom.now().getTime();
  const kept = await keepPurge(about, darkroom);
  const [removed] = await Promise.allSettled([remove(kept !== undefined)]);
  const now = darkroom.now().getTime();
  if (removed.status === 'rejected') {
    await Promise.allSettled([keepPurge(about, darkroom, new Date(now + LATE_MS))]);
    throw removed.reason;
  }
  if (now - since <= LONG_MS) return kept;
  // What another run made of it in that time went, too.
  return await keepPurge({ ...about, isMore: true }, darkroom);
}

export interface PurgeContext extends Pick<Stores, 'config'>, Clock {
  cdn: CdnPurges;
  /** `https://img.example.com` */
  domain: string;
  log: Log;
}

/** Looked at in one go; who has more goes on at the next. */
const MOST = 1000;

export interface Drained {
  done: number;
  waiting: number;
  tasks: string[];
}

/**
 * Purges what waits, as far as this day's quota goes, in two calls at most; one LIST where nothing waits. With `only`,
 * these and at once, since their files are gone for sure.
 */
export async function drainPurges(context: PurgeContext, only?: Set<string>): Promise<Drained> {
  const purges = await waitingPurges(context, only);
  if (purges.length === 0) return { done: 0, waiting: 0, tasks: [] };
  const plan = planPurges(purges, await context.cdn.quota());
  const drained: Drained = { done: 0, waiting: plan.waiting.length, tasks: [] };
  for (const way of ['directories', 'files'] as const) {
    if (plan[way].length === 0) continue;
    const { asked, refused } = await askFor(plan[way], way, context);
    drained.waiting += refused.length;
    for (const { purge, task } of asked) {
      if (!drained.tasks.includes(task)) drained.tasks.push(task);
      drained[(await recordAsked(purge, way, task, context)) ? 'done' : 'waiting'] += 1;
    }
  }
  context.log.info('purges-drained', { ...drained });
  return drained;
}

interface Answered {
  asked: { purge: Purge; task: string }[];
  refused: Purge[];
}

/** If the CDN refuses more of one drain one by one, that is no URL's fault. */
const MOST_REFUSED = 3;

/**
 * If the CDN refuses a URL among many (status 400), it refuses all: each half is asked for by itself then, so that the one
 * holds up no other. It is told, and stays.
 */
async function askFor(purges: Purge[], way: Way, context: PurgeContext): Promise<Answered> {
  try {
    const task = await context.cdn.purge(way, urlsOf(purges, way, context.domain));
    return { asked: purges.map(purge => ({ purge, task })), refused: [] };
  } catch (thrown) {
    const { code, facts, message } = failureOf(thrown);
    if (code !== 'PURGE_DENIED' || facts.status !== 400) throw thrown;
    const [first] = purges;
    if (first && purges.length === 1) {
      context.log.error('purge-refused', { directory: first.directory, purge: first.id, message });
      return { asked: [], refused: purges };
    }
    const half = Math.ceil(purges.length / 2);
    const one = await askFor(purges.slice(0, half), way, context);
    const other = await askFor(purges.slice(half), way, context);
    const refused = [...one.refused, ...other.refused];
    if (refused.length > MOST_REFUSED) throw thrown;
    return { asked: [...one.asked, ...other.asked], refused };
  }
}

async function waitingPurges(
  { config, log, now }: PurgeContext,
  only?: Set<string>,
): Promise<Purge[]> {
  const settled = new Date(now().getTime() - SETTLED_MS).toISOString();
  const keys: string[] = [];
  for await (const { key } of objectsIn(config.list(PURGES))) {
    const id = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
    if (only ? only.has(id) : id < settled) keys.push(key);
    if (keys.length === MOST) break;
  }
  return await readAll(keys, { config, log });
}

/** One that cannot be read is told, and holds up no other. */
async function readAll(
  keys: string[],
  { config, log }: Pick<PurgeContext, 'config' | 'log'>,
): Promise<Purge[]> {
  const purges: Purge[] = [];
  const read = async (key: string) => ({ key, found: await findRecord(config, key, purgeSchema) });
  const concurrency = REQUESTS_SIDE_BY_SIDE;
  for await (const { key, found } of pMapIterable(keys, read, { concurrency })) {
    if (found === 'unreadable') log.error('record-unreadable', { key });
    // Gone between the two: another drain was faster.
    else if (found) purges.push(found);
  }
  return purges;
}

function urlsOf(purges: Purge[], way: Way, domain: string): string[] {
  const urls = purges.flatMap(({ directory, files }) =>
    way === 'directories'
      ? directoryUrl(domain, directory)
      : files.map(file => urlOf(domain, file)),
  );
  return [...new Set(urls)];
}

/**
 * Records that the CDN was asked, and answers whether nothing is left of the purge. The proof is written before the
 * waiting purge is removed: if the process dies in between, the CDN is asked twice.
 */
async function recordAsked(
  purge: Purge,
  way: Way,
  task: string,
  { config, log, now }: PurgeContext,
): Promise<boolean> {
  const of = way === 'directories' ? ('directory' as const) : ('files' as const);
  const done = { ...purge, tasks: [...purge.tasks, { of, id: task, at: now().toISOString() }] };
  if (purge.class === 'takedown') {
    await writeRecord(config, purgedKey(purge.id), done);
    log.info('takedown-purged', { directory: purge.directory, purge: purge.id, of, task });
  }
  const rest = restOf(done, way);
  if (rest) await writeRecord(config, purgeKey(rest), rest);
  else await config.remove([purgeKey(purge)]);
  return rest === undefined;
}

/** How many wait, by class: a LIST each. */
export async function countPurges(config: ObjectStore): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of purgeClasses) {
    let count = 0;
    for await (const _ of config.list(classPrefix(name))) count += 1;
    counts[name] = count;
  }
  return counts;
}
