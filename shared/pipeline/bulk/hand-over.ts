import { batchMessage, piecesOf, taskId } from '../../core/work/batch.ts';
import type { Mode } from '../../core/work/run.ts';
import type { TaskQueue } from '../../ports.ts';

export interface HandOver {
  /** Of the originals. */
  bucket: string;
  keys: string[];
  mode: Mode;
  /** See the batch. */
  isDoubted?: true;
}

/** Who hands over, and since when: the same keys at another time are another task, and at the same time are none. */
export interface Sender {
  name: string;
  at: string;
}

/** Submits keys to the backfill function as batches of no run, of such a size that their names fit. */
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
