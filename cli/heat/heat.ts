import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { NamedList } from '../../shared/ports.ts';
import type { Prices } from '../../shared/core/work/cost.ts';
import { cellsOf } from '../../shared/core/work/cells.ts';
import type { Heat, HeatCell } from '../../shared/core/work/heat.ts';
import { type ConnectionOptions, connect, withConnection } from '../cloud/connection.ts';
import { pricesFrom } from '../measure/prices.ts';
import { checkedList, defaultPresets } from '../presets/presets.ts';
import { grouped } from '../terminal/figures.ts';
import { say, sayText } from '../terminal/printer.ts';
import { type Known, readInventories } from './ages.ts';
import { logFilesIn } from './log-files.ts';
import { proposalsFor } from './proposals.ts';
import { readLogs, type Skipped } from './read-logs.ts';
import { newTally, type Tally } from './tally.ts';
import { tellHeat } from './tell-heat.ts';
import { statusLine } from '../terminal/status-line.ts';

interface Options extends ConnectionOptions {
  logs: string[];
  presets: string;
  domain?: string;
  originals?: string;
  derivatives?: string;
  prices?: string;
  widths?: true;
  out?: string;
  json?: true;
}

export function heatCommand(): Command {
  const command = new Command('heat')
    .summary('What is looked at, by the CDN’s logs, and which presets are not worth keeping.')
    .description(
      'Read the offline logs of Alibaba’s CDN: which presets, formats, widths and ages are looked at, where the money goes, and which edit of the list would save some. Writes nothing in the cloud.',
    )
    .requiredOption('--logs <path...>', 'logs, .gz or unpacked, folders of them, or - for stdin')
    .option('--presets <file>', 'the preset list that the files are of', defaultPresets)
    .option('--domain <host>', 'count only requests to it')
    .option(
      '--originals <inventory>',
      'manifest.json of an OSS inventory of the originals, here or as oss://bucket/key: how old each picture is',
    )
    .option(
      '--derivatives <inventory>',
      'one of the derivatives: what is stored, and how old each picture is, by its oldest file',
    )
    .option('--prices <file>', 'YAML with your prices where they are not the list prices')
    .option('--widths', 'a row for each width, too')
    .option('--out <file>', 'save it, for `presets plan --heat` and `status --heat`')
    .option('--json', 'one line of JSON: as it is saved');
  return withConnection(command).action(heat);
}

async function heat(options: Options): Promise<void> {
  const next = await checkedList(options.presets);
  const prices = await pricesFrom(options.prices);
  const { files, doubled } = await logFilesIn(options.logs);
  const cells = cellsOf(next.list);
  const status = statusLine();
  const known = await readInventories({
    originals: options.originals,
    derivatives: options.derivatives,
    reader: readerFor(options),
    cells,
  });
  const tally = newTally({ cells, days: known.days, host: options.domain });
  const skipped = await readLogs(files, tally, (file, lines) =>
    status.tell(`${grouped(lines)} lines, ${file}`),
  );
  status.clear();
  const found = heatOf({ tally, known, skipped, next, prices });
  if (options.out) await writeFile(options.out, `${JSON.stringify(found, null, 2)}\n`);
  if (options.json) say(JSON.stringify(found));
  else sayText(tellHeat({ heat: found, prices, doubled, byWidth: options.widths === true }));
}

/** Nothing is connected to where all inventories lie on this machine. */
function readerFor(options: Options): Parameters<typeof readInventories>[0]['reader'] {
  return bucket => async key => (await connect(options)).reader(bucket)(key);
}

interface Findings {
  tally: Tally;
  known: Known;
  skipped: Skipped;
  next: NamedList;
  prices: Prices;
}

const HOUR_MS = 3600e3;

function heatOf({ tally, known, skipped, next, prices }: Findings): Heat {
  const hours = [...tally.hours].sort((a, b) => a - b);
  const [first = 0, last = -1] = [hours[0], hours.at(-1)];
  const counted = tally.cells().map((cell, index) => ({
    ...cell,
    stored: known.stored ? (known.stored.cells[index] ?? []) : null,
  }));
  const facts = {
    schema: 1 as const,
    madeAt: new Date().toISOString(),
    from: new Date(first * HOUR_MS).toISOString(),
    to: new Date((last + 1) * HOUR_MS).toISOString(),
    hours: hours.length,
    presets: next.fingerprint,
    lines: tally.lines,
    skipped,
    ages: known.from,
    cells: counted.filter(isOfAnyUse),
  };
  return { ...facts, proposals: proposalsFor(facts, next.list, prices) };
}

/** Of what is in no preset, only what there is. */
function isOfAnyUse({ preset, viewed, stored }: HeatCell): boolean {
  return preset !== null || viewed.length > 0 || (stored ?? []).length > 0;
}
