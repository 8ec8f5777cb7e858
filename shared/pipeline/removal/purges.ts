import {
  classPrefix,
  directoryUrl,
  newPurge,
  PURGES,
  type Purge,
  planPurges,
  purgeClasses,
  purgedKey,
  purgeKey,
  purgeSchema,
  restOf,
  urlOf,
  type Way,
} from '../../core/work/purge.ts';
import type { CdnPurges, Log, ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { inOrder } from '../in-order.ts';
import { readRecord, writeRecord } from '../records.ts';
import { objectsIn } from '../inspect/survey.ts';

/**
 * Leaves word of what the CDN is to forget, before it is removed from the bucket: who dies in between leaves a purge
 * too many and never one too few. One PUT where there is a CDN, nothing elsewhere. Answers the purge's id.
 */
export async function keepPurge(
  about: Pick<Purge, 'class' | 'directory' | 'files'>,
  { config, isBehindCdn, now }: Pick<Darkroom, 'config' | 'isBehindCdn' | 'now'>,
): Promise<string | undefined> {
  if (!config || !isBehindCdn) return undefined;
  const purge = newPurge(about, now());
  await writeRecord(config, purgeKey(purge), purge);
  return purge.id;
}

export interface PurgeDesk {
  config: ObjectStore;
  cdn: CdnPurges;
  /** `https://img.example.com` */
  domain: string;
  log: Log;
  now(): Date;
}

/** Files go right after the word is left; a purge before that would have the CDN fetch them again. */
const SETTLED_MS = 60_000;
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
export async function drainPurges(desk: PurgeDesk, only?: Set<string>): Promise<Drained> {
  const purges = await waitingPurges(desk, only);
  if (purges.length === 0) return { done: 0, waiting: 0, tasks: [] };
  const plan = planPurges(purges, await desk.cdn.quota());
  const drained: Drained = { done: 0, waiting: plan.waiting.length, tasks: [] };
  for (const way of ['directories', 'files'] as const) {
    if (plan[way].length === 0) continue;
    const task = await desk.cdn.purge(way, urlsOf(plan[way], way, desk.domain));
    drained.tasks.push(task);
    for (const purge of plan[way])
      drained[(await conclude(purge, way, task, desk)) ? 'done' : 'waiting'] += 1;
  }
  desk.log.info('purges-drained', { ...drained });
  return drained;
}

async function waitingPurges({ config, now }: PurgeDesk, only?: Set<string>): Promise<Purge[]> {
  const settled = new Date(now().getTime() - SETTLED_MS).toISOString();
  const keys: string[] = [];
  for await (const { key } of objectsIn(config.list(PURGES))) {
    const id = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
    if (only ? only.has(id) : id < settled) keys.push(key);
    if (keys.length === MOST) break;
  }
  const purges: Purge[] = [];
  for await (const purge of inOrder(keys, key => readRecord(config, key, purgeSchema))) {
    // Gone between the two: another drain was faster.
    if (purge) purges.push(purge);
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

/** Whether nothing is left of it. The proof is written before the word goes: a death in between purges twice. */
async function conclude(
  purge: Purge,
  way: Way,
  task: string,
  { config, log, now }: PurgeDesk,
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
