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
import { refusalToRemove, walkSets } from './orphans.ts';
import { readRecord, writeRecord } from '../records.ts';
import { brokenTakedowns } from '../removal/enforce.ts';

/** What a sweep works with. It writes the config bucket only: what is to go is handed to the backfill function. */
export interface SweepDesk {
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
/** Sets between two writes of the state: a run that dies looks at so many again. */
const SAVE_EVERY = 10_000;
/** A take-down of the last minutes may be under way. */
const SETTLED_MS = 30 * 60_000;

/**
 * Goes on with the sweep that is under way, or starts one if it is asked to and the last one is over. An original
 * that lifecycle rules delete fires no event: here its set is found. First the take-downs that are not carried out in
 * full; then the walk over all sets; and only once all is walked, and orphans are few enough, what is to go.
 */
export async function sweep(desk: SweepDesk, start: boolean): Promise<'more' | 'idle'> {
  const state = await stateOf(desk, start);
  if (!state) return 'idle';
  while (!isOver(state)) {
    const isDone = await PHASES[state.phase as keyof typeof PHASES](state, desk);
    if (!isDone) return 'more';
  }
  desk.log[state.phase === 'refused' ? 'error' : 'info']('sweep-ended', state);
  return 'idle';
}

const PHASES = {
  takedowns: lookAtTakedowns,
  walking: walkAll,
  'handing-over': handOverAll,
} as const satisfies Record<
  Exclude<Sweep['phase'], 'done' | 'refused'>,
  (state: Sweep, desk: SweepDesk) => Promise<boolean>
>;

async function stateOf({ config, now }: SweepDesk, start: boolean): Promise<Sweep | undefined> {
  const state = await readRecord(config, SWEEP_KEY, sweepSchema);
  if (state && !isOver(state)) return state;
  return start ? newSweep(now()) : undefined;
}

async function save(state: Sweep, changes: Partial<Sweep>, desk: SweepDesk): Promise<void> {
  Object.assign(state, changes, { updatedAt: desk.now().toISOString() });
  await writeRecord(desk.config, SWEEP_KEY, state);
}

async function toPhase(state: Sweep, phase: Sweep['phase'], desk: SweepDesk): Promise<true> {
  delete state.cursor;
  await save(state, { phase }, desk);
  return true;
}

/** Whether the phase is done, in time. */
async function lookAtTakedowns(state: Sweep, desk: SweepDesk): Promise<boolean> {
  const settledBefore = new Date(desk.now().getTime() - SETTLED_MS);
  const broken: Record<'takedown' | 'settle', string[]> = { takedown: [], settle: [] };
  const flush = async (cursor: string | undefined) => {
    for (const mode of ['takedown', 'settle'] as const) {
      await give(broken[mode].splice(0), mode, state, desk);
    }
    await save(state, { ...(cursor ? { cursor } : {}) }, desk);
  };
  let cursor = state.cursor;
  const found = brokenTakedowns({ after: cursor }, { ...desk, settledBefore });
  for await (const one of found) {
    cursor = one.cursor;
    state.takedowns.looked += 1;
    const [first] = one.findings;
    if (first) {
      state.takedowns.broken += 1;
      desk.log.warn('takedown-broken', { key: first.original, why: first.why });
      broken[first.mend === 'settle' ? 'settle' : 'takedown'].push(first.original);
    }
    const isFull = broken.takedown.length + broken.settle.length >= PAGE;
    if (isFull) await flush(cursor);
    if (isLate(desk)) {
      await flush(cursor);
      return false;
    }
  }
  await flush(cursor);
  return await toPhase(state, 'walking', desk);
}

async function walkAll(state: Sweep, desk: SweepDesk): Promise<boolean> {
  const gone: string[] = [];
  let cursor = state.cursor;
  let sinceSaved = 0;
  const flush = async () => {
    if (gone.length > 0) {
      await writeRecord(desk.config, pageKey(state.id, state.pages), gone.splice(0));
      state.pages += 1;
    }
    sinceSaved = 0;
    await save(state, { ...(cursor ? { cursor } : {}) }, desk);
  };
  for await (const { original, keys, orphans } of walkSets({ after: cursor }, desk)) {
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
    if (isLate(desk)) {
      await flush();
      return false;
    }
  }
  await flush();
  return await conclude(state, desk);
}

/** Nothing was handed over before this: a wiped originals bucket looks right up to the last set. */
async function conclude(state: Sweep, desk: SweepDesk): Promise<true> {
  const found = { orphans: state.orphans.objects, files: state.walked.objects };
  const reason = refusalToRemove(found, desk.maxShare, 'DARKROOM_SWEEP_MAX_SHARE');
  if (!reason) return await toPhase(state, 'handing-over', desk);
  await removePages(state, desk);
  state.reason = reason;
  return await toPhase(state, 'refused', desk);
}

async function handOverAll(state: Sweep, desk: SweepDesk): Promise<boolean> {
  while (state.handedOver.pages < state.pages) {
    if (isLate(desk)) return false;
    const key = pageKey(state.id, state.handedOver.pages);
    const keys = [...new Set((await readRecord(desk.config, key, pageSchema)) ?? [])];
    await give(keys, 'settle', state, desk);
    const { pages, originals } = state.handedOver;
    const handedOver = { pages: pages + 1, originals: originals + keys.length };
    await save(state, { handedOver }, desk);
  }
  await removePages(state, desk);
  return await toPhase(state, 'done', desk);
}

async function removePages({ id, pages }: Sweep, { config }: SweepDesk): Promise<void> {
  const keys = Array.from({ length: pages }, (_, page) => pageKey(id, page));
  if (keys.length > 0) await config.remove(keys);
}

/** By the start of the sweep, so that who dies after it hands over the same tasks again, and these are known. */
async function give(
  keys: string[],
  mode: Mode,
  { id, startedAt }: Sweep,
  { queue, bucket }: SweepDesk,
): Promise<void> {
  if (keys.length === 0) return;
  await handOver(queue, { bucket, keys, mode }, { name: id, at: startedAt });
}

function isLate({ now, deadline }: SweepDesk): boolean {
  return now() > deadline;
}
