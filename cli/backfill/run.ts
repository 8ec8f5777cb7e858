import { createHash } from 'node:crypto';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
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
import { countResults, runRecord } from '../../shared/pipeline/bulk/run-record.ts';
import type { ObjectStore } from '../../shared/ports.ts';

/** The unfinished run of the same selection, to go on with, or a new one. Whoever starts a stopped one again agrees to it. */
export async function findOrBegin(
  selection: Run['selection'],
  presets: string,
  config: ObjectStore,
  list: PresetList,
): Promise<Run> {
  const name = nameOf(selection);
  const unfinished = await unfinishedRun(name, config);
  if (unfinished && !(await isOver(unfinished, config))) return resumed(unfinished, presets, list);
  const now = new Date();
  return {
    schema: 1,
    id: `${name}-${now.getTime().toString(36)}`,
    kind: 'backfill',
    selection,
    phase: 'running',
    presets,
    from: [],
    granted: 0,
    seen: 0,
    handedOver: { batches: 0, originals: 0, planned: 0 },
    done: nothingDone(),
    counted: [],
    startedAt: now.toISOString(),
    updatedAt: now.toISOString(),
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
async function isOver(run: Run, config: ObjectStore): Promise<boolean> {
  if (run.phase !== 'finishing') return false;
  const record = runRecord(run, { config, now: () => new Date() });
  let silentMs = Date.now() - Date.parse(run.updatedAt);
  while ((await countResults(record, config)) > 0) silentMs = 0;
  endIfOver(run, silentMs);
  const isEnded = run.phase !== 'finishing';
  // A look alone is no news of its batches.
  if (isEnded) await record.flush();
  return isEnded;
}

function resumed(run: Run, presets: string, list: PresetList): Run {
  const isOver = run.phase === 'stopped' && overspent(run, list.stopAtTimesPlan) !== undefined;
  if (isOver) run.granted = run.done.rendered;
  if (run.phase === 'stopped') {
    run.phase = 'running';
    delete run.reason;
  }
  return { ...run, presets };
}
