import { Command, Option } from 'commander';
import { withConnection } from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { positiveWhole as positive } from '../terminal/figures.ts';
import { backfillFromHere } from './backfill.ts';
import type { BackfillOptions } from './selection.ts';

type Options = Omit<BackfillOptions, 'source' | 'batch' | 'concurrency'>;

export function moderateCommand(): Command {
  const command = new Command('moderate')
    .summary('Have judged what was published before its rule asked for a verdict.')
    .description(
      'Hand originals whose rule says `moderate` to the backfill function, which has those judged that were published without a verdict, and withdraws what is blocked or held. The same command resumes what was interrupted.',
    )
    .addOption(
      new Option('--prefix <prefix>', 'only originals whose keys begin so')
        .argParser(givenPrefix)
        .default('', 'all'),
    )
    .option('--since <time>', 'only those written since: a date, or a span such as 7d')
    .option('--rate <n>', 'originals a second, at most', positive)
    .option('--limit <n>', 'originals, at most', positive)
    .option('--dry-run', 'count, say the price, and hand nothing over')
    .option('--yes', 'do it without being asked, as where there is no terminal')
    .option('--no-wait', 'end when all is handed over, without word of what became of it')
    .option('--json', 'lines of JSON: one a second');
  return withConnection(command).action((options: Options) =>
    backfillFromHere({ ...options, ...HANDING_OVER }),
  );
}

/** A verdict takes some 0.75 s: so few in one invocation that it is over long before its time is. */
const HANDING_OVER = { moderate: true, source: 'list', concurrency: 16, batch: 50 } as const;
