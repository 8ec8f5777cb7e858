import { createHash } from 'node:crypto';
import type { Mode } from '../../core/work/run.ts';
import type { TaskQueue } from '../../ports.ts';

/** As JSON; FC takes 128 KB for an asynchronous invocation. */
const MOST_BYTES = 100_000;
/** Of them, a run that begins late still has time for all. */
const MOST_KEYS = 100;

export interface Batch {
  /** Of the originals. */
  bucket: string;
  keys: string[];
  mode: Mode;
}

/** Who hands over, and since when: the same keys at another time are another task, and at the same time are none. */
export interface Sender {
  name: string;
  at: string;
}

/** Submits keys to the backfill function as batches of no run, of such a size that their names fit. */
export async function handOver(queue: TaskQueue, batch: Batch, sender: Sender): Promise<void> {
  const { keys } = batch;
  const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.backfill', ...batch }));
  if ((payload.length < MOST_BYTES && keys.length <= MOST_KEYS) || keys.length === 1) {
    await queue.submit(taskId(batch, sender), payload);
    return;
  }
  const half = Math.ceil(keys.length / 2);
  await handOver(queue, { ...batch, keys: keys.slice(0, half) }, sender);
  await handOver(queue, { ...batch, keys: keys.slice(half) }, sender);
}

function taskId({ keys, mode }: Batch, { name, at }: Sender): string {
  const named = JSON.stringify([at, mode, keys]);
  return `${name}_${createHash('sha256').update(named).digest('hex')}`;
}
