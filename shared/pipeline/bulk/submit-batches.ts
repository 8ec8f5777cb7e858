import { isFull, type Mode, type Run, taskIdOf } from '../../core/work/run.ts';
import type { Entry, TaskQueue } from '../../ports.ts';

export interface Walk {
  run: Run;
  /** The originals' bucket. */
  bucket: string;
  queue: TaskQueue;
  entries(after: string | undefined): AsyncIterable<Entry>;
  /** Files that the original may need; undefined passes it over. */
  planned(key: string): number | undefined;
  /** Called whenever the run has moved; may drop calls while one is being served. */
  moved(run: Run): void;
  /** Why no further batch is to be handed over, asked before each. */
  halt(): Promise<string | undefined> | string | undefined;
  batchSize: number;
  /** Hand-overs side by side. */
  concurrency: number;
  /** Originals a second, at most. */
  rate?: number | undefined;
}

interface Batch {
  keys: string[];
  bytes: number;
  planned: number;
  seen: number;
  cursor: string;
}

interface Flight {
  batch: Batch;
  isDone: boolean;
}

/** Where few originals are concerned, the cursor moves all the same. */
const MOST_SEEN = 10_000;

/**
 * Hands originals over to the backfill function, batch by batch, from the run's cursor on, in constant memory. The
 * cursor stands before the first batch that is not acknowledged: who dies here repeats hand-overs, and the task ids
 * keep these from being work. Answers whether the source is at its end, or why it stopped before.
 */
export async function walk(order: Walk): Promise<{ stopped: string | undefined }> {
  const { run, concurrency } = order;
  const flying: Flight[] = [];
  const pending = new Set<Promise<void>>();
  const pace = paceOf(order);
  const failures: unknown[] = [];
  const submit = async (flight: Flight) => {
    try {
      await handOver(flight.batch, order);
      flight.isDone = true;
      land(flying, run);
      order.moved(run);
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  let stopped: string | undefined;
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
  await Promise.all(pending);
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
    if (batch.keys.length === 0) continue;
    run.handedOver.batches += 1;
    run.handedOver.originals += batch.keys.length;
    run.handedOver.planned += batch.planned;
  }
}

async function handOver({ keys, planned }: Batch, { run, bucket, queue }: Walk): Promise<void> {
  if (keys.length === 0) return;
  const { mode, preset } = run.selection;
  const task = taskIdOf(run.id, keys);
  const about = { id: run.id, task, planned, startedAt: run.startedAt };
  await queue.submit(task, payloadOf({ bucket, keys, mode, preset, run: about }));
}

interface Payload {
  bucket: string;
  keys: string[];
  mode: Mode;
  preset: string | undefined;
  run: { id: string; task: string; planned: number; startedAt: string };
}

/** events/backfill.ts says the same as a schema, for whoever reads it. */
function payloadOf(payload: Payload): Buffer {
  return Buffer.from(JSON.stringify({ kind: 'darkroom.backfill', ...payload }));
}

async function* batchesOf({ run, entries, planned, batchSize }: Walk): AsyncGenerator<Batch> {
  const { limit = Number.POSITIVE_INFINITY } = run.selection;
  let left = limit - run.handedOver.originals;
  let batch = emptyBatch();
  for await (const { key, cursor } of entries(run.cursor)) {
    if (left <= 0) break;
    const files = planned(key);
    batch.seen += 1;
    batch.cursor = cursor;
    if (files !== undefined) {
      batch.keys.push(key);
      batch.bytes += Buffer.byteLength(JSON.stringify(key)) + 1;
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

function emptyBatch(): Batch {
  return { keys: [], bytes: 0, planned: 0, seen: 0, cursor: '' };
}

function paceOf({ rate }: Walk): (originals: number) => Promise<void> {
  let free = Date.now();
  return async originals => {
    if (rate === undefined) return;
    const wait = free - Date.now();
    free = Math.max(free, Date.now()) + (originals / rate) * 1000;
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
  };
}
