import { Command } from 'commander';
import { otherList } from '../../shared/core/work/heat.ts';
import { RUNS } from '../../shared/core/work/run.ts';
import { type Coverage, coverageOf } from '../../shared/pipeline/inspect/coverage.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { heatFrom } from '../measure/heat-file.ts';
import { grouped, inColumns, positiveWhole } from '../terminal/figures.ts';
import { say, sayText } from '../terminal/printer.ts';
import { danglingTexts } from './dangling.ts';
import { readRecords } from './read-records.ts';
import { recordLines, type Records } from './record-words.ts';
import { type StoredBytes, storedBytes, storedInWords } from './stored-bytes.ts';
import { watch } from './watch.ts';
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
  watch?: true;
  json?: true;
}

export interface Status extends Records {
  coverage: Coverage | undefined;
  /** Of the last hour; what to ask the log of a deployment, which nobody here can read. */
  ready: ReadyFound | { query: string };
  /** By preset and format; undefined without an inventory of what a deployment has. */
  stored: StoredBytes | undefined;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .summary('Show the list in force, edits and runs under way, and what is whole.')
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
    .option('--watch', 'look every two seconds at edits and runs alone, until Ctrl-C')
    .option('--json', 'one line of JSON');
  return withConnection(command).action(status);
}

async function status(options: Options): Promise<void> {
  const heat = await heatFrom(options.heat);
  const connection = await connect(options);
  if (options.watch) {
    await watch(connection, options);
    return;
  }
  const { originals, derivatives, destinations } = connection;
  const records = await readRecords(connection, options);
  const { inForce, unreadable } = records;
  const list = inForce?.list;
  const now = new Date();
  const found: Status = {
    ...records,
    ready: destinations
      ? await readyTimesIn(destinations, now.getTime() - HOUR_MS)
      : { query: READY_QUERY },
    coverage: list && (await coverageOf(originals, derivatives, list, { ...options, now })),
    stored: list && (await storedBytes({ connection, list, inventory: options.derivatives, heat })),
  };
  if (options.json) say(JSON.stringify(found));
  else tell(found, connection);
  // Nothing waits for the record of a run.
  if (unreadable.some(key => !key.startsWith(RUNS))) process.exitCode = 1;
}

function tell(found: Status, { where, names }: Pick<Connection, 'where' | 'names'>): void {
  sayText(`On ${where}`);
  sayText(recordLines(found).join('\n'));
  const { inForce, ready, coverage, stored } = found;
  tellReady(ready);
  if (coverage) tellCoverage(coverage);
  if (stored) sayText(storedInWords(stored));
  if (stored?.heat && inForce && stored.heat.presets !== inForce.fingerprint) {
    sayText(otherList(stored.heat, inForce.fingerprint));
  }
  if (!stored && inForce) {
    sayText(
      `Bytes stored by preset and format: give --derivatives, an OSS inventory of ${names.derivatives}, see docs/heat.md`,
    );
  }
}

function tellReady(ready: Status['ready']): void {
  if ('query' in ready) {
    sayText(`From upload to ready: ask the log store, see docs/observability.md\n  ${ready.query}`);
    return;
  }
  sayText(readyInWords(ready));
  for (const name of ready.unreadable) sayText(`  unreadable: ${name} in the destinations`);
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
  sayText(
    `${grouped(whole)} of ${grouped(originals)} originals have their full set by their manifests (${grouped(listed)} listed); npx darkroom verify looks at the files`,
  );
  if (takenDown > 0) sayText(`  ${grouped(takenDown)} taken down`);
  const { blocked, held } = withheld;
  if (blocked + held > 0) {
    sayText(
      `  ${grouped(blocked)} blocked, ${grouped(held)} held: npx darkroom explain, then review`,
    );
  }
  for (const text of danglingTexts(dangling)) sayText(`  ${text}`);
  const rows = Object.entries(perPreset).map(([name, one]) => [
    `  ${name}`,
    grouped(one.whole),
    `of ${grouped(one.wanted)}`,
    one.wanted === 0 ? '' : `${((100 * one.whole) / one.wanted).toFixed(1)} %`,
  ]);
  if (rows.length > 0) say(inColumns(rows, [1, 2, 3]));
  for (const [code, count] of Object.entries(failures))
    sayText(`  ${grouped(count)} failed: ${code}`);
  if (oldestPending) {
    sayText(`Waiting longest: ${oldestPending.key}, since ${oldestPending.since.toISOString()}`);
  }
}
