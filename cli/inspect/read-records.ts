import type * as z from 'zod';
import {
  IN_FORCE_KEY,
  inForceSchema,
  PENDING_KEY,
  pendingSchema,
  REJECTED_KEY,
  rejectedSchema,
} from '../../shared/core/work/in-force.ts';
import { ROLLOUT_KEY, RUNS, type Run, runKey, runSchema } from '../../shared/core/work/run.ts';
import { SWEEP_KEY, sweepSchema } from '../../shared/core/work/sweep.ts';
import { withUncounted } from '../../shared/pipeline/bulk/run-record.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import { countPurges } from '../../shared/pipeline/removal/purges.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import type { Records } from './record-words.ts';

export async function readRecords(
  { config, presetsKey }: Pick<Connection, 'config' | 'presetsKey'>,
  { all }: { all?: true },
): Promise<Records> {
  const { read, unreadable } = readingOf(config);
  const { rollout, runs } = await readRuns(config, read, run => all || run.phase !== 'done');
  const inForce = await read(IN_FORCE_KEY, inForceSchema);
  const pending = await read(PENDING_KEY, pendingSchema);
  const rejected = await read(REJECTED_KEY, rejectedSchema);
  const written = await config.head(presetsKey);
  const readOnes = [inForce, pending, rejected].map(record => record?.etag);
  return {
    inForce,
    isEditUnread: written !== undefined && !readOnes.includes(written.etag),
    pending,
    rejected,
    rollout,
    runs,
    sweep: await read(SWEEP_KEY, sweepSchema),
    purges: await countPurges(config),
    unreadable,
  };
}

/**
 * The rollout and what people started, each with what was done of it by now. `over` has the runs that are known to be done,
 * which are not read again, and is told of others.
 */
export async function readRuns(
  config: ObjectStore,
  read: Read,
  isWanted: (run: Run) => boolean,
  over = new Map<string, Run>(),
): Promise<Pick<Records, 'rollout' | 'runs'>> {
  const rollout = await read(ROLLOUT_KEY, runSchema);
  const runs = (await runsIn(config, read, over)).filter(isWanted);
  return {
    rollout: rollout && (await asItStands(rollout, config)),
    runs: await Promise.all(runs.map(run => asItStands(run, config))),
  };
}

async function asItStands(run: Run, config: ObjectStore): Promise<Run> {
  // Of one that was stopped, what was handed over is finished all the same.
  const isUnderWay = ['running', 'finishing', 'stopped'].includes(run.phase);
  return isUnderWay ? await withUncounted(run, config) : run;
}

/** One record that cannot be read hides no other. */
export function readingOf(config: ObjectStore) {
  const unreadable: string[] = [];
  const read = async <S extends z.ZodType>(key: string, schema: S) => {
    const record = await findRecord(config, key, schema);
    if (record !== 'unreadable') return record;
    unreadable.push(key);
    return undefined;
  };
  return { read, unreadable };
}

type Read = ReturnType<typeof readingOf>['read'];

async function runsIn(config: ObjectStore, read: Read, over: Map<string, Run>): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const entry of config.list(RUNS, { delimiter: '/' })) {
    if (!('prefix' in entry)) continue;
    const id = entry.prefix.slice(RUNS.length, -1);
    const run = over.get(id) ?? (await read(runKey(id), runSchema));
    if (run) runs.push(run);
    if (run?.phase === 'done') over.set(id, run);
  }
  return runs;
}
