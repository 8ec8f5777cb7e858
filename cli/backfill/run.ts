import { createHash, randomUUID } from 'node:crypto';
import {
  endIfOver,
  nothingDone,
  overspent,
  RUNS,
  type Run,
  runKey,
  runSchema,
} from '../../shared/core/work/run.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import { claim } from '../../shared/pipeline/bulk/run-owner.ts';
import { countResults, type RunRecord, runRecord } from '../../shared/pipeline/bulk/run-record.ts';
import type { NamedList, ObjectStore } from '../../shared/ports.ts';

const now = () => new Date();

/**
 * The unfinished run of the same selection, to go on with, or a new one. Whoever starts a stopped one again agrees to it;
 * whoever had it notices, and ends.
 */
export async function findOrBegin(
  selection: Run['selection'],
  inForce: NamedList,
  config: ObjectStore,
): Promise<RunRecord> {
  const name = nameOf(selection);
  const owner = randomUUID();
  const record = (run: Run) => runRecord(run, { config, now, owner });
  const unfinished = await unfinishedRun(name, config);
  if (unfinished) {
    await claim(unfinished.id, owner, { config, now });
    // Until then its owner may have written.
    const run = await findRecord(config, runKey(unfinished.id), runSchema);
    const isOurs = run && run !== 'unreadable' && !(await isOver(record(run), config));
    if (isOurs) return record(resumed(run, inForce));
  }
  const run = newRun(name, selection, inForce);
  await claim(run.id, owner, { config, now });
  return record(run);
}

function newRun(name: string, selection: Run['selection'], { fingerprint }: NamedList): Run {
  const began = now();
  return {
    schema: 1,
    id: `${name}-${began.getTime().toString(36)}`,
    kind: 'backfill',
    selection,
    phase: 'running',
    presets: fingerprint,
    from: [],
    granted: 0,
    seen: 0,
    handedOver: { batches: 0, originals: 0, planned: 0 },
    done: nothingDone(),
    counted: [],
    startedAt: began.toISOString(),
    updatedAt: began.toISOString(),
  };
}

/** `--since 7d` is another moment at each start, and the same wish. */
function nameOf({ since: _, ...selection }: Run['selection']): string {
  const hash = createHash('sha256').update(JSON.stringify(selection)).digest('hex');
  return `backfill-${hash.slice(0, 8)}`;
}

async function unfinishedRun(name: string, config: ObjectStore): Promise<Run | undefined> {
  const runs: Run[] = [];
  for await (const entry of config.list(`${RUNS}${name}-`, { delimiter: '/' })) {
    if (!('prefix' in entry)) continue;
    const run = await findRecord(config, runKey(entry.prefix.slice(RUNS.length, -1)), runSchema);
    // One that cannot be read is begun anew: what it did is settled.
    if (run && run !== 'unreadable' && run.phase !== 'done') runs.push(run);
  }
  return runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
}

/** Nobody may have looked since it was handed over: its results are counted first. */
async function isOver(record: RunRecord, config: ObjectStore): Promise<boolean> {
  const { run } = record;
  if (run.phase === 'done') return true;
  if (run.phase !== 'finishing') return false;
  let silentMs = Date.now() - Date.parse(run.updatedAt);
  while ((await countResults(record, config)) > 0) silentMs = 0;
  endIfOver(run, silentMs);
  const isEnded = run.phase !== 'finishing';
  // A look alone is no news of its batches.
  if (isEnded) await record.flush();
  return isEnded;
}

function resumed(run: Run, { list, fingerprint }: NamedList): Run {
  const isOver = run.phase === 'stopped' && overspent(run, list.stopAtTimesPlan) !== undefined;
  if (isOver) run.granted = run.done.rendered;
  if (run.phase === 'stopped') {
    run.phase = 'running';
    delete run.reason;
  }
  return { ...run, presets: fingerprint };
}
