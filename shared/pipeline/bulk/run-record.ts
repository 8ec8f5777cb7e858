import {
  addTally,
  type BatchResult,
  batchResultSchema,
  nothingDone,
  type Run,
  type Tally,
  resultsPrefix,
  runKey,
} from '../../core/work/run.ts';
import type { ObjectStore } from '../../ports.ts';
import { findRecord, writeRecord } from '../records.ts';
import { throwIfTakenOver } from './run-owner.ts';

/** Results that are counted in one go. */
const MOST_RESULTS = 1000;

/** A run as it is kept: one object, written as a whole, one write at a time. */
export interface RunRecord {
  run: Run;
  /** Writes it soon: calls that come while one write is under way become one more write. */
  moved(): void;
  /** Resolves when all that moved is written. */
  flush(): Promise<void>;
  /** Throws RUN_TAKEN_OVER where it is another's by now. */
  checkOwner(): Promise<void>;
}

interface Keeping {
  config: ObjectStore;
  now: () => Date;
  key?: string;
  /** Who claimed it; undefined where there is never more than one process. */
  owner?: string;
}

export function runRecord(
  run: Run,
  { config, now, key = runKey(run.id), owner }: Keeping,
): RunRecord {
  let writing: Promise<void> | undefined;
  let isDirty = false;
  const checkOwner = async () => {
    if (owner !== undefined) await throwIfTakenOver(run.id, owner, config);
  };
  const write = async () => {
    while (isDirty) {
      isDirty = false;
      await checkOwner();
      run.updatedAt = now().toISOString();
      await writeRecord(config, key, run);
    }
  };
  const flush = async () => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    await writing;
    if (isDirty) await flush();
  };
  return {
    run,
    moved: () => {
      isDirty = true;
      // A failed write is told by the next flush, which writes the same again.
      flush().catch(() => {
        isDirty = true;
      });
    },
    flush: async () => {
      isDirty = true;
      await flush();
    },
    checkOwner,
  };
}

/**
 * Adds the results that workers left since the last time, and removes them once the sum is written. If the process dies
 * in between, they are named in `counted`, and not counted again. What a run that was taken over counted is left to who has
 * it now. Answers how many there were.
 */
export async function countResults(record: RunRecord, config: ObjectStore): Promise<number> {
  const { run } = record;
  await record.checkOwner();
  const counted = new Set(run.counted);
  const found: string[] = [];
  const old: string[] = [];
  for await (const entry of config.list(resultsPrefix(run.id))) {
    if (!('key' in entry)) continue;
    if (counted.has(entry.key)) old.push(entry.key);
    else found.push(entry.key);
    if (found.length >= MOST_RESULTS) break;
  }
  const results = await Promise.all(found.map(key => findRecord(config, key, batchResultSchema)));
  for (const result of results) run.done = addTally(run.done, tallyIn(result));
  if (found.length + old.length === 0) return 0;
  run.counted = found;
  await record.flush();
  await record.checkOwner();
  await config.remove([...old, ...found]);
  return found.length;
}

/**
 * The run with what workers left that its owner has not counted yet, for who only looks: an owner counts now and then, and
 * may be asleep. Nothing is written.
 */
export async function withUncounted(run: Run, config: ObjectStore): Promise<Run> {
  const counted = new Set(run.counted);
  const keys: string[] = [];
  for await (const entry of config.list(resultsPrefix(run.id))) {
    if ('key' in entry && !counted.has(entry.key)) keys.push(entry.key);
    if (keys.length >= MOST_RESULTS) break;
  }
  const results = await Promise.all(keys.map(key => findRecord(config, key, batchResultSchema)));
  // One that is gone meanwhile was counted by its owner, in a record that we have not read.
  const found = results.filter(result => result !== undefined);
  return { ...run, done: found.map(tallyIn).reduce(addTally, run.done) };
}

/** Of a result that cannot be read only its batch is known. */
function tallyIn(result: BatchResult | 'unreadable' | undefined): Tally {
  if (result === 'unreadable') return { ...nothingDone(), batches: 1, outcomes: { unreadable: 1 } };
  return result?.tally ?? nothingDone();
}
