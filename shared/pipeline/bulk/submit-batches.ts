import { batchMessage, bytesOfKey, isFull, taskId } from '../../core/work/batch.ts';
import { type Run, withArchived } from '../../core/work/run.ts';
import type { Entry, TaskQueue } from '../../ports.ts';

export interface Submission {
  run: Run;
  /** The originals' bucket. */
  bucket: string;
  queue: TaskQueue;
  entries(after: string | undefined): AsyncIterable<Entry>;
  /** Files that the original may need; undefined passes it over. */
  planned(entry: Entry): number | undefined;
  /** Called whenever the run has moved; may drop calls while one is being served. */
  moved(run: Run): void;
  /** Why no further batch is to be handed over, asked before each. */
  halt(): Promise<string | undefined> | string | undefined;
  batchSize: number;
  /** Submissions side by side. */
  concurrency: number;
  /** Originals a second, at most. */
  rate?: number | undefined;
}

interface Collected {
  keys: string[];
  bytes: number;
  planned: number;
  archived: string[];
  seen: number;
  cursor: string;
}

interface Flight {
  batch: Collected;
  isDone: boolean;
}

/** Where few originals are concerned, the cursor moves all the same. */
const MOST_SEEN = 10_000;

/**
 * Submits originals to the backfill function, batch by batch, from the run's cursor on, in constant memory. The cursor
 * stands before the first batch that is not acknowledged. If the process dies, batches from there on are submitted
 * again; FC rejects those that it has, by their task ids. Answers why it stopped before the end of the source, if it did.
 */
export async function submitBatches(order: Submission): Promise<{ stopped: string | undefined }> {
  const { run, concurrency } = order;
  const flying: Flight[] = [];
  const pending = new Set<Promise<void>>();
  const pace = paceOf(order);
  const failures: unknown[] = [];
  const submit = async (flight: Flight) => {
    try {
      await submitBatch(flight.batch, order);
      flight.isDone = true;
      land(flying, run);
      order.moved(run);
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  let stopped: string | undefined;
  try {
    for await (const batch of batchesOf(order)) {
      stopped = await order.halt();
      if (stopped !== undefined || failures.length > 0) break;
      await pace(batch.keys.length);
      const flight: Flight = { batch, isDone: false };
      flying.push(flight);
      const flown = submit(flight);
      pending.add(flown);
      void flown.finally(() => pending.delete(flown));
      if (pending.size >= concurrency) await Promise.race(pending);
    }
  } finally {
    // Also where a key or a word to halt could not be read: whoever comes next has the run's record then.
    await Promise.all(pending);
  }
  if (failures.length > 0) throw failures[0];
  return { stopped };
}

/** Moves the cursor over all that is acknowledged without a gap. */
function land(flying: Flight[], run: Run): void {
  for (let first = flying[0]; first?.isDone; first = flying[0]) {
    flying.shift();
    const { batch } = first;
    run.cursor = batch.cursor;
    run.seen += batch.seen;
    if (batch.archived.length > 0) run.archived = withArchived(run.archived, batch.archived);
    if (batch.keys.length === 0) continue;
    run.handedOver.batches += 1;
    run.handedOver.originals += batch.keys.length;
    run.handedOver.planned += batch.planned;
  }
}

async function submitBatch(
  { keys, planned }: Collected,
  { run, bucket, queue }: Submission,
): Promise<void> {
  if (keys.length === 0) return;
  const { mode, preset } = run.selection;
  const task = taskId('b', JSON.stringify([run.id, keys]));
  const handedOverAt = new Date().toISOString();
  const about = { id: run.id, task, planned, startedAt: run.startedAt, handedOverAt };
  await queue.submit(task, batchMessage({ bucket, keys, mode, preset, run: about }));
}

async function* batchesOf({
  run,
  entries,
  planned,
  batchSize,
}: Submission): AsyncGenerator<Collected> {
  const { limit = Number.POSITIVE_INFINITY } = run.selection;
  let left = limit - run.handedOver.originals;
  let batch = emptyBatch();
  for await (const entry of entries(run.cursor)) {
    if (left <= 0) break;
    const { key, cursor, isArchived } = entry;
    const files = planned(entry);
    batch.seen += 1;
    batch.cursor = cursor;
    if (files !== undefined && isArchived) batch.archived.push(key);
    else if (files !== undefined) {
      batch.keys.push(key);
      batch.bytes += bytesOfKey(key);
      batch.planned += files;
      left -= 1;
    }
    if (isFull(batch, batchSize) || batch.seen >= MOST_SEEN) {
      yield batch;
      batch = emptyBatch();
    }
  }
  if (batch.seen > 0) yield batch;
}

function emptyBatch(): Collected {
  return { keys: [], bytes: 0, planned: 0, archived: [], seen: 0, cursor: '' };
}

function paceOf({ rate }: Submission): (originals: number) => Promise<void> {
  let free = Date.now();
  return async originals => {
    if (rate === undefined) return;
    const wait = free - Date.now();
    free = Math.max(free, Date.now()) + (originals / rate) * 1000;
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
  };
}
