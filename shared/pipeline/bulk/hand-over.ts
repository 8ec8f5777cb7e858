import { batchMessage, piecesOf, taskId } from '../../core/work/batch.ts';
import type { Mode } from '../../core/work/run.ts';
import type { TaskQueue } from '../../ports.ts';

export interface HandOver {
  /** Of the originals. */
  bucket: string;
  keys: string[];
  mode: Mode;
  /** Work on the keys may have been lost: see the batch. */
  isDoubted?: true;
}

/**
 * Who hands over, and since when. Both are in the task id: if the same keys are submitted again with the same `at`, FC
 * rejects them by it; with another they are a new task.
 */
export interface Sender {
  name: string;
  at: string;
}

/**
 * Submits keys that belong to no run to the backfill function, in batches whose names fit. A run's keys go by
 * submit-batches.ts.
 */
export async function handOver(
  queue: TaskQueue,
  { keys, ...about }: HandOver,
  { name, at }: Sender,
): Promise<void> {
  for (const piece of piecesOf(keys)) {
    const id = taskId(name, JSON.stringify([at, about.mode, piece]));
    await queue.submit(id, batchMessage({ ...about, keys: piece }));
  }
}

/**
 * What is developed again after its take-down was undone: by a listing, since a manifest whose write was not answered
 * may have come to lie over the tombstone, and names what the take-down removed. `force` where that went on removing.
 */
export async function handOverLifted(
  queue: TaskQueue,
  { bucket, keys, mode }: Pick<HandOver, 'bucket' | 'keys'> & { mode: 'settle' | 'force' },
  at: string,
): Promise<void> {
  const name = mode === 'force' ? 'undone' : 'undo';
  await handOver(queue, { bucket, keys, mode, isDoubted: true }, { name, at });
}
