import type { Mode } from '../../core/work/run.ts';
import {
  isOver,
  newSweep,
  pageKey,
  pageSchema,
  SWEEP_KEY,
  type Sweep,
  sweepSchema,
} from '../../core/work/sweep.ts';
import type { Log, ObjectStore, TaskQueue } from '../../ports.ts';
import { handOver } from '../bulk/hand-over.ts';
import { brokenTakeDowns } from './broken-take-downs.ts';
import { refusalToRemove, walkSets } from './orphans.ts';
import { readRecord, writeRecord } from '../records.ts';

/** What a sweep works with. It writes the config bucket only: what is to go is handed to the backfill function. */
export interface SweepContext {
  originals: Pick<ObjectStore, 'head'>;
  derivatives: Pick<ObjectStore, 'get' | 'list'>;
  config: ObjectStore;
  /** Name of the originals' bucket, as batches carry it. */
  bucket: string;
  /** Of the backfill function. */
  queue: TaskQueue;
  /** More orphans than this share of the objects that were walked are refused. */
  maxShare: number;
  log: Log;
  now(): Date;
  /** When to stop, with the state written, so that another invocation goes on. */
  deadline: Date;
}

/** Keys that are held in memory, and written as one object. */
const PAGE = 1000;
/** Sets between two writes of the state: if the process dies, so many are looked at again. */
const SAVE_EVERY = 10_000;
/** A take-down of the last minutes may be under way. */
const SETTLED_MS = 30 * 60_000;

/**
 * Goes on with the sweep that is under way, or starts one if it is asked to and the last one is over. An original
 * that lifecycle rules delete fires no event: here its set is found. First the take-downs that are not carried out in
 * full; then the walk over all sets; and only once all is walked, and orphans are few enough, what is to go.
 */
export async function sweep(context: SweepContext, start: boolean): Promise<'more' | 'idle'> {
  const state = await stateOf(context, start);
  if (!state) return 'idle';
  while (!isOver(state)) {
    const isDone = await PHASES[state.phase as keyof typeof PHASES](state, context);
    if (!isDone) return 'more';
  }
  context.log[state.phase === 'refused' ? 'error' : 'info']('sweep-ended', state);
  return 'idle';
}

const PHASES = {
  takedowns: lookAtTakedowns,
  walking: walkAll,
  'handing-over': handOverAll,
} as const satisfies Record<
  Exclude<Sweep['phase'], 'done' | 'refused'>,
  (state: Sweep, context: SweepContext) => Promise<boolean>
>;

async function stateOf({ config, now }: SweepContext, start: boolean): Promise<Sweep | undefined> {
  const state = await readRecord(config, SWEEP_KEY, sweepSchema);
  if (state && !isOver(state)) return state;
  return start ? newSweep(now()) : undefined;
}

async function save(state: Sweep, changes: Partial<Sweep>, context: SweepContext): Promise<void> {
  Object.assign(state, changes, { updatedAt: context.now().toISOString() });
  await writeRecord(context.config, SWEEP_KEY, state);
}

async function toPhase(state: Sweep, phase: Sweep['phase'], context: SweepContext): Promise<true> {
  delete state.cursor;
  await save(state, { phase }, context);
  return true;
}

/** Whether the phase is done, in time. */
async function lookAtTakedowns(state: Sweep, context: SweepContext): Promise<boolean> {
  const settledBefore = new Date(context.now().getTime() - SETTLED_MS);
  const broken: Record<'takedown' | 'settle', string[]> = { takedown: [], settle: [] };
  const flush = async (cursor: string | undefined) => {
    for (const mode of ['takedown', 'settle'] as const) {
      await give(broken[mode].splice(0), mode, state, context);
    }
    await save(state, { ...(cursor ? { cursor } : {}) }, context);
  };
  let cursor = state.cursor;
  const tellUnreadable = (key: string) => context.log.error('record-unreadable', { key });
  const found = brokenTakeDowns({ after: cursor }, { ...context, settledBefore, tellUnreadable });
  for await (const one of found) {
    cursor = one.cursor;
    state.takedowns.looked += 1;
    const [first] = one.findings;
    if (first) {
      state.takedowns.broken += 1;
      context.log.warn('takedown-broken', { key: first.original, why: first.why });
      broken[first.mend === 'settle' ? 'settle' : 'takedown'].push(first.original);
    }
    const isFull = broken.takedown.length + broken.settle.length >= PAGE;
    if (isFull) await flush(cursor);
    if (isLate(context)) {
      await flush(cursor);
      return false;
    }
  }
  await flush(cursor);
  return await toPhase(state, 'walking', context);
}

async function walkAll(state: Sweep, context: SweepContext): Promise<boolean> {
  const gone: string[] = [];
  let cursor = state.cursor;
  let sinceSaved = 0;
  const flush = async () => {
    if (gone.length > 0) {
      await writeRecord(context.config, pageKey(state.id, state.pages), gone.splice(0));
      state.pages += 1;
    }
    sinceSaved = 0;
    await save(state, { ...(cursor ? { cursor } : {}) }, context);
  };
  for await (const { original, keys, orphans } of walkSets({ after: cursor }, context)) {
    cursor = keys.at(-1);
    sinceSaved += 1;
    state.walked.sets += 1;
    state.walked.objects += keys.length;
    if (orphans.length > 0) {
      state.orphans.sets += 1;
      state.orphans.objects += orphans.length;
      gone.push(original);
    }
    if (gone.length >= PAGE || sinceSaved >= SAVE_EVERY) await flush();
    if (isLate(context)) {
      await flush();
      return false;
    }
  }
  await flush();
  return await conclude(state, context);
}

/** Nothing was handed over before this: a wiped originals bucket looks right up to the last set. */
async function conclude(state: Sweep, context: SweepContext): Promise<true> {
  const found = { orphans: state.orphans.objects, files: state.walked.objects };
  const reason = refusalToRemove(found, context.maxShare, 'DARKROOM_SWEEP_MAX_SHARE');
  if (!reason) return await toPhase(state, 'handing-over', context);
  await removePages(state, context);
  state.reason = reason;
  return await toPhase(state, 'refused', context);
}

async function handOverAll(state: Sweep, context: SweepContext): Promise<boolean> {
  while (state.handedOver.pages < state.pages) {
    if (isLate(context)) return false;
    const key = pageKey(state.id, state.handedOver.pages);
    const keys = [...new Set((await readRecord(context.config, key, pageSchema)) ?? [])];
    await give(keys, 'settle', state, context);
    const { pages, originals } = state.handedOver;
    const handedOver = { pages: pages + 1, originals: originals + keys.length };
    await save(state, { handedOver }, context);
  }
  await removePages(state, context);
  return await toPhase(state, 'done', context);
}

async function removePages({ id, pages }: Sweep, { config }: SweepContext): Promise<void> {
  const keys = Array.from({ length: pages }, (_, page) => pageKey(id, page));
  if (keys.length > 0) await config.remove(keys);
}

/** The ids hold the start of the sweep: if the process dies, the same tasks are submitted again, and FC refuses them. */
async function give(
  keys: string[],
  mode: Mode,
  { id, startedAt }: Sweep,
  { queue, bucket }: SweepContext,
): Promise<void> {
  if (keys.length === 0) return;
  await handOver(queue, { bucket, keys, mode }, { name: id, at: startedAt });
}

function isLate({ now, deadline }: SweepContext): boolean {
  return now() > deadline;
}
