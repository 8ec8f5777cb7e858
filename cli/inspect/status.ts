import { Command } from 'commander';
import type * as z from 'zod';
import {
  IN_FORCE_KEY,
  type InForce,
  inForceSchema,
  PENDING_KEY,
  type Pending,
  pendingSchema,
  REJECTED_KEY,
  type Rejected,
  rejectedSchema,
} from '../../shared/core/work/in-force.ts';
import { otherList } from '../../shared/core/work/heat.ts';
import { ROLLOUT_KEY, RUNS, type Run, runKey, runSchema } from '../../shared/core/work/run.ts';
import { SWEEP_KEY, type Sweep, sweepSchema } from '../../shared/core/work/sweep.ts';
import { type Coverage, coverageOf } from '../../shared/pipeline/inspect/coverage.ts';
import { countPurges } from '../../shared/pipeline/removal/purges.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { heatFrom } from '../measure/heat-file.ts';
import { grouped, inColumns, positiveWhole } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { outcomesInWords, progressInWords } from '../terminal/run-words.ts';
import { danglingTexts } from './dangling.ts';
import { type StoredBytes, storedBytes, storedInWords } from './stored-bytes.ts';
import {
  HOUR_MS,
  READY_QUERY,
  type ReadyFound,
  readyInWords,
  readyTimesIn,
} from './ready-times.ts';

interface Options extends ConnectionOptions {
  sample?: number;
  all?: true;
  derivatives?: string;
  heat?: string;
  json?: true;
}

export interface Status {
  inForce: InForce | undefined;
  pending: Pending | undefined;
  rejected: Rejected | undefined;
  rollout: Run | undefined;
  runs: Run[];
  sweep: Sweep | undefined;
  /** That wait for the CDN, by class. */
  purges: Record<string, number>;
  coverage: Coverage | undefined;
  /** Of the last hour; what to ask the log of a deployment, which nobody here can read. */
  ready: ReadyFound | { query: string };
  /** By preset and format; undefined without an inventory of what a deployment has. */
  stored: StoredBytes | undefined;
  /** Keys of records in the config bucket. */
  unreadable: string[];
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description(
      'Show the list in force, edits and runs under way, and how many originals have their full set by their manifests.',
    )
    .option('--sample <n>', 'look at so many originals in place of all', positiveWhole)
    .option(
      '--derivatives <inventory>',
      'manifest.json of an OSS inventory of the derivatives, here or as oss://bucket/key: bytes by preset and format',
    )
    .option('--heat <file>', 'what `npx darkroom heat --out` saved: who looks at what is stored')
    .option('--all', 'show runs that are done, too')
    .option('--json', 'one line of JSON');
  return withConnection(command).action(status);
}

async function status(options: Options): Promise<void> {
  const heat = await heatFrom(options.heat);
  const connection = await connect(options);
  const { config, originals, derivatives, destinations } = connection;
  const { read, unreadable } = readingOf(config);
  const inForce = await read(IN_FORCE_KEY, inForceSchema);
  const found: Status = {
    inForce,
    pending: await read(PENDING_KEY, pendingSchema),
    rejected: await read(REJECTED_KEY, rejectedSchema),
    rollout: await read(ROLLOUT_KEY, runSchema),
    runs: (await runsIn(config, read)).filter(({ phase }) => options.all || phase !== 'done'),
    sweep: await read(SWEEP_KEY, sweepSchema),
    unreadable,
    purges: await countPurges(config),
    ready: destinations
      ? await readyTimesIn(destinations, Date.now() - HOUR_MS)
      : { query: READY_QUERY },
    coverage:
      inForce &&
      (await coverageOf(originals, derivatives, inForce.list, { ...options, now: new Date() })),
    stored:
      inForce &&
      (await storedBytes({
        connection,
        list: inForce.list,
        inventory: options.derivatives,
        heat,
      })),
  };
  if (options.json) say(JSON.stringify(found));
  else tell(found, connection);
  // Nothing waits for the record of a run.
  if (unreadable.some(key => !key.startsWith(RUNS))) process.exitCode = 1;
}

/** One record that cannot be read hides no other. */
function readingOf(config: ObjectStore) {
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

async function runsIn(config: ObjectStore, read: Read): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const entry of config.list(RUNS, { delimiter: '/' })) {
    if (!('prefix' in entry)) continue;
    const run = await read(runKey(entry.prefix.slice(RUNS.length, -1)), runSchema);
    if (run) runs.push(run);
  }
  return runs;
}

function tell(found: Status, { where, names }: Pick<Connection, 'where' | 'names'>): void {
  say(`On ${where}`);
  tellRecords(found);
  const { inForce, ready, coverage, stored } = found;
  tellReady(ready);
  if (coverage) tellCoverage(coverage);
  if (stored) say(storedInWords(stored));
  if (stored?.heat && inForce && stored.heat.presets !== inForce.fingerprint) {
    say(otherList(stored.heat, inForce.fingerprint));
  }
  if (!stored && inForce) {
    say(
      `Bytes stored by preset and format: give --derivatives, an OSS inventory of ${names.derivatives}, see docs/heat.md`,
    );
  }
}

function tellRecords({
  inForce,
  pending,
  rejected,
  rollout,
  runs,
  sweep,
  purges,
  unreadable,
}: Status): void {
  say(
    inForce
      ? `List in force: ${inForce.fingerprint}, since ${inForce.promotedAt}`
      : 'No list is in force.',
  );
  for (const key of unreadable) say(`Unreadable: ${key} in the config bucket, see docs/runbook.md`);
  if (rejected) say(`Refused at ${rejected.rejectedAt}:\n  ${rejected.problems.join('\n  ')}`);
  if (pending) say(pendingInWords(pending));
  for (const run of [...(rollout ? [rollout] : []), ...runs]) say(runInWords(run));
  if (sweep) say(sweepInWords(sweep));
  const waiting = Object.entries(purges).filter(([, count]) => count > 0);
  if (waiting.length > 0) {
    const counts = waiting.map(([name, count]) => `${grouped(count)} ${name}`).join(', ');
    say(`Purges that wait for the CDN: ${counts}`);
  }
}

function tellReady(ready: Status['ready']): void {
  if ('query' in ready) {
    say(`From upload to ready: ask the log store, see docs/observability.md\n  ${ready.query}`);
    return;
  }
  say(readyInWords(ready));
  for (const name of ready.unreadable) say(`  unreadable: ${name} in the destinations`);
}

function sweepInWords(sweep: Sweep): string {
  const { phase, startedAt, walked, orphans, handedOver, unfinished, neglected, reason } = sweep;
  const lost = Object.entries({ ...neglected, unfinished: unfinished.handedOver })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `, ${grouped(count)} ${name} handed over`);
  const found = `${grouped(walked.originals)} originals and ${grouped(walked.sets)} sets walked${lost.join('')}, ${grouped(orphans.sets)} without an original`;
  const done = phase === 'done' ? `, ${grouped(handedOver.originals)} of them handed over` : '';
  return `sweep of ${startedAt}: ${phase}, ${found}${done}${reason ? ` (${reason})` : ''}`;
}

function pendingInWords({ phase, fingerprint, reason, counted }: Pending): string {
  const counts = `${grouped(counted.originals)} originals and ${grouped(counted.files)} files counted`;
  if (phase === 'counting') return `Edit ${fingerprint} is being counted: ${counts} so far`;
  return `Edit ${fingerprint} waits, since ${reason}: ${counts}. See npx darkroom presets plan, then apply.`;
}

function runInWords(run: Run): string {
  const reason = run.reason ? ` (${run.reason})` : '';
  const retires = run.retireAt ? `; what was replaced goes after ${run.retireAt}` : '';
  const mode = run.kind === 'backfill' ? ` ${run.selection.mode} ${run.selection.prefix}` : '';
  return `${run.kind}${mode} ${run.id}: ${run.phase}${reason}, ${progressInWords(run)}: ${outcomesInWords(run)}${retires}`;
}

function tellCoverage({
  listed,
  originals,
  whole,
  perPreset,
  failures,
  oldestPending,
  takenDown,
  withheld,
  dangling,
}: Coverage): void {
  say(
    `${grouped(whole)} of ${grouped(originals)} originals have their full set by their manifests (${grouped(listed)} listed); npx darkroom verify looks at the files`,
  );
  if (takenDown > 0) say(`  ${grouped(takenDown)} taken down`);
  const { blocked, held } = withheld;
  if (blocked + held > 0) {
    say(`  ${grouped(blocked)} blocked, ${grouped(held)} held: npx darkroom explain, then review`);
  }
  for (const text of danglingTexts(dangling)) say(`  ${text}`);
  const rows = Object.entries(perPreset).map(([name, one]) => [
    `  ${name}`,
    grouped(one.whole),
    `of ${grouped(one.wanted)}`,
    one.wanted === 0 ? '' : `${((100 * one.whole) / one.wanted).toFixed(1)} %`,
  ]);
  if (rows.length > 0) say(inColumns(rows, [1, 2, 3]));
  for (const [code, count] of Object.entries(failures)) say(`  ${grouped(count)} failed: ${code}`);
  if (oldestPending) {
    say(`Waiting longest: ${oldestPending.key}, since ${oldestPending.since.toISOString()}`);
  }
}
