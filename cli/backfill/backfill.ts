import { Command, InvalidArgumentError, Option } from 'commander';
import { isFlawed, type Run, withArchived } from '../../shared/core/work/run.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { type Rehearsed, runTeller } from './progress.ts';
import { findOrBegin } from './run.ts';
import { type BackfillOptions, plannedFor, selectionOf } from './selection.ts';
import { entriesOf } from './source.ts';
import { carryOut, type CarryingOut } from './carry-out.ts';
import { connect, withConnection } from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { positiveWhole as positive } from '../terminal/figures.ts';

export function backfillCommand(): Command {
  const command = new Command('backfill')
    .description(
      'Hand originals that are there already to the backfill function, which makes right what is not. The same command resumes what was interrupted.',
    )
    .option('--prefix <prefix>', 'only originals whose keys begin so', givenPrefix, '')
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
    .option('--no-wait', 'end when all is handed over, without word of what became of it')
    .option('--json', 'one line of JSON a second');
  return withConnection(command).action(backfillFromHere);
}

export async function backfillFromHere(options: BackfillOptions): Promise<void> {
  const connection = await connect(options);
  const inForce = await listInForce(connection.config, {}).current();
  const { list } = inForce;
  const selection = selectionOf(options, list);
  const setting = { connection, list, options, teller: runTeller(options) };
  if (options.dryRun) {
    await rehearse(selection, setting);
    return;
  }
  const record = await findOrBegin(selection, inForce, connection.config);
  const { run } = record;
  setting.teller.begin(run, connection.where);
  await carryOut(record, setting);
  setting.teller.end(run);
  if (run.phase === 'done' ? isFlawed(run) : options.wait) process.exitCode = 1;
}

async function rehearse(selection: Run['selection'], { connection, list, teller }: CarryingOut) {
  const planned = plannedFor(selection, list);
  const entries = await entriesOf(selection, connection);
  const counted: Rehearsed = {
    seen: 0,
    originals: 0,
    files: 0,
    archived: { originals: 0, first: [] },
  };
  for await (const { key, isArchived } of entries(undefined)) {
    if (counted.originals === selection.limit) break;
    const files = planned(key);
    counted.seen += 1;
    if (files === undefined) continue;
    if (isArchived) {
      counted.archived = withArchived(counted.archived, [key]);
      continue;
    }
    counted.originals += 1;
    counted.files += files;
  }
  teller.rehearsed(counted, selection.mode);
}

function batchSize(text: string): number {
  const value = positive(text);
  if (value <= 500) return value;
  throw new InvalidArgumentError('expected at most 500');
}
