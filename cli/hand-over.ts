import { createHash } from 'node:crypto';
import type { Mode } from '../shared/core/run.ts';
import type { TaskQueue } from '../shared/ports.ts';

/** As JSON; FC takes 128 KB for an asynchronous invocation. */
const MOST_BYTES = 100_000;

export interface Batch {
  /** Of the originals. */
  bucket: string;
  keys: string[];
  mode: Mode;
}

/** Submits keys as a backfill batch of no run, as several where their names are long. */
export async function handOver(queue: TaskQueue, batch: Batch, now: Date): Promise<void> {
  const { keys } = batch;
  const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.backfill', ...batch }));
  if (payload.length < MOST_BYTES || keys.length === 1) {
    await queue.submit(taskId(batch, now), payload);
    return;
  }
  const half = Math.ceil(keys.length / 2);
  await handOver(queue, { ...batch, keys: keys.slice(0, half) }, now);
  await handOver(queue, { ...batch, keys: keys.slice(half) }, now);
}

/** Another `verify` of the same keys is another task. */
function taskId({ keys, mode }: Batch, now: Date): string {
  const named = JSON.stringify([now.toISOString(), mode, keys]);
  return `verify_${createHash('sha256').update(named).digest('hex')}`;
}
