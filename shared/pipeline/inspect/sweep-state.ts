import type { Mode } from '../../core/work/run.ts';
import { PAGES, pageKey, SWEEP_KEY, type Sweep } from '../../core/work/sweep.ts';
import type { ListInForce, Log, ObjectStore, TaskQueue } from '../../ports.ts';
import { handOver } from '../bulk/hand-over.ts';
import { writeRecord } from '../records.ts';

/** What a sweep works with. It writes the config bucket only: what is to be done is handed to the backfill function. */
export interface SweepContext {
  originals: Pick<ObjectStore, 'head' | 'list'>;
  derivatives: Pick<ObjectStore, 'get' | 'list'>;
  config: ObjectStore;
  listInForce: ListInForce;
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

/** Keys that are held in memory, and written or handed over together. */
export const PAGE = 1000;

export async function save(
  state: Sweep,
  changes: Partial<Sweep>,
  context: SweepContext,
): Promise<void> {
  Object.assign(state, changes, { updatedAt: context.now().toISOString() });
  await writeRecord(context.config, SWEEP_KEY, state);
}

export async function toPhase(
  state: Sweep,
  phase: Sweep['phase'],
  context: SweepContext,
): Promise<true> {
  delete state.cursor;
  delete state.place;
  await save(state, { phase }, context);
  return true;
}

/** The ids hold the start of the sweep: if the process dies, the same tasks are submitted again, and FC refuses them. */
export async function give(
  keys: string[],
  { mode, isDoubted }: { mode: Mode; isDoubted?: true },
  { id, startedAt }: Sweep,
  { queue, bucket }: SweepContext,
): Promise<void> {
  if (keys.length === 0) return;
  const doubt = isDoubted ? { isDoubted } : {};
  await handOver(queue, { bucket, keys, mode, ...doubt }, { name: id, at: startedAt });
}

export async function removePages(
  { id, pages }: Sweep,
  { config }: Pick<SweepContext, 'config'>,
): Promise<void> {
  const keys = Array.from({ length: pages }, (_, page) => pageKey(id, page));
  if (keys.length > 0) await config.remove(keys);
}

/** Those of a sweep that is over: a write that its invocation had given up took effect later. */
export async function removeStrayPages({ config }: Pick<SweepContext, 'config'>): Promise<void> {
  const stray: string[] = [];
  for await (const entry of config.list(PAGES)) if ('key' in entry) stray.push(entry.key);
  if (stray.length > 0) await config.remove(stray);
}

export function isLate({ now, deadline }: SweepContext): boolean {
  return now() > deadline;
}
