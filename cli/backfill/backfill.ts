import { Command, InvalidArgumentError, Option } from 'commander';
import { isFlawed, type Run, withArchived } from '../../shared/core/work/run.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { type Rehearsed, rehearsedInWords, runTeller } from './progress.ts';
import { findOrBegin } from './run.ts';
import { type BackfillOptions, plannedFor, selectionOf } from './selection.ts';
import { entriesOf } from './source.ts';
import { carryOut, type CarryingOut } from './carry-out.ts';
import { connect, withConnection } from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { isAgreed, refuseUnasked } from '../terminal/consent.ts';
import { positiveWhole as positive } from '../terminal/figures.ts';

export function backfillCommand(): Command {
  const command = new Command('backfill')
    .summary('Develop originals that are there already.')
    .description(
      'Hand originals that are there already to the backfill function, which makes right what is not. The same command resumes what was interrupted.',
    )
    .addOption(
      new Option('--prefix <prefix>', 'only originals whose keys begin so')
        .argParser(givenPrefix)
        .default('', 'all'),
    )
    .option('--since <time>', 'only those written since: a date, or a span such as 7d')
    .option('--preset <name>', 'only those that get this preset; with --force, only its files')
    .option('--missing', 'only those without a manifest')
    .option('--stale', 'only those with one')
    .option('--retry-failed', 'only those with a recorded failure, which is taken up again')
    .option('--force', 'render anew even what is there')
    .addOption(
      new Option('--source <source>', 'where the keys come from')
        .choices(['list', 'inventory'])
        .default('list'),
    )
    .option('--inventory <place>', 'its manifest.json: oss://bucket/key, or a file')
    .option('--rate <n>', 'originals a second, at most', positive)
    .option('--concurrency <n>', 'hand-overs side by side', positive, 16)
    .option('--batch <n>', 'originals in one invocation, up to 500', batchSize, 100)
    .option('--limit <n>', 'originals, at most', positive)
    .option('--dry-run', 'count, and hand nothing over')
    .option('--yes', 'do it without being asked, as where there is no terminal')
    .option('--no-wait', 'end when all is handed over, without word of what became of it')
    .option('--json', 'lines of JSON: one a second');
  return withConnection(command).action(backfillFromHere);
}

export async function backfillFromHere(options: BackfillOptions): Promise<void> {
  if (!options.dryRun) refuseUnasked(options);
  const connection = await connect(options);
  const inForce = await listInForce(connection.config, {}).current();
  const { list } = inForce;
  const selection = selectionOf(options, list);
  const setting = { connection, list, options, teller: runTeller(options) };
  if (options.dryRun) {
    setting.teller.rehearsed(await count(selection, setting), selection.mode);
    return;
  }
  if (!options.yes && !(await isAgreed(await shown(selection, setting), QUESTION))) return;
  const record = await findOrBegin(selection, inForce, connection.config);
  const { run } = record;
  setting.teller.begin(run, connection.where);
  const interrupted = await carryOut(record, setting);
  setting.teller.end(run);
  if (run.phase === 'done' ? isFlawed(run) : options.wait) process.exitCode = 1;
  if (interrupted !== undefined && run.phase !== 'done') process.exitCode = interrupted;
}

const QUESTION = 'Hand them over?';

/** A hundred listings, some ten seconds: whoever waits to be asked waits no longer. */
const SHOWN_AT_MOST = 100_000;

async function shown(selection: Run['selection'], setting: CarryingOut): Promise<string> {
  const counted = await count(selection, setting, SHOWN_AT_MOST);
  const more = counted.seen < SHOWN_AT_MOST ? '' : ' of the first; more follow';
  const force = selection.mode === 'force' ? ' All are rendered anew, also what is there.' : '';
  return `On ${setting.connection.where}: ${rehearsedInWords(counted, selection.mode)}${more}.${force}`;
}

async function count(
  selection: Run['selection'],
  { connection, list }: CarryingOut,
  atMost = Number.POSITIVE_INFINITY,
): Promise<Rehearsed> {
  const planned = plannedFor(selection, list);
  const entries = await entriesOf(selection, connection);
  const counted: Rehearsed = {
    seen: 0,
    originals: 0,
    files: 0,
    archived: { originals: 0, first: [] },
  };
  for await (const entry of entries(undefined)) {
    if (counted.originals === selection.limit || counted.seen === atMost) break;
    const files = planned(entry);
    counted.seen += 1;
    if (files === undefined) continue;
    if (entry.isArchived) {
      counted.archived = withArchived(counted.archived, [entry.key]);
      continue;
    }
    counted.originals += 1;
    counted.files += files;
  }
  return counted;
}

function batchSize(text: string): number {
  const value = positive(text);
  if (value <= 500) return value;
  throw new InvalidArgumentError('expected at most 500');
}
