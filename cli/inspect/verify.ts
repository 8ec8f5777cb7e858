import { Command, InvalidArgumentError, Option } from 'commander';
import ms from 'ms';
import type { Finding } from '../../shared/core/set/findings.ts';
import { MAX_ORPHAN_SHARE } from '../../shared/core/work/sweep.ts';
import { handOver } from '../../shared/pipeline/bulk/hand-over.ts';
import { refusalToRemove, removeOrphans } from '../../shared/pipeline/inspect/orphans.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { type Mend, type Verdict, verify } from '../../shared/pipeline/inspect/verify.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { positiveWhole } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { verifyProgress } from './verify-progress.ts';
import { type Outcome, summaryOf } from './verify-summary.ts';

interface Options extends ConnectionOptions {
  prefix?: string;
  sample?: number;
  grace: number;
  deep?: true;
  fix?: true;
  deleteOrphans?: true;
  maxShare: number;
  yes?: true;
  dryRun?: true;
  json?: true;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('Compare the buckets with what the preset list wants, and mend them.')
    .description(
      'Compare the buckets with what the preset list in force wants: what is missing, stale, corrupt or orphaned. Changes nothing without --fix or --delete-orphans; exits with 1 when something is left that is not right.',
    )
    .option('--prefix <prefix>', 'only originals whose key begins so', givenPrefix)
    .option('--sample <n>', 'only so many originals, drawn at random', positiveWhole)
    .option('--deep', 'read each file too, and see that it begins like its format')
    .addOption(
      new Option('--grace <time>', 'leave what is younger to the runs under way')
        .argParser(time)
        .default(ms('1h'), '1h'),
    )
    .option('--fix', 'hand over what is missing, stale or corrupt, to be made right')
    .option('--delete-orphans', 'say how many orphans there are to remove; with --yes, remove them')
    .option(
      '--max-share <share>',
      'remove nothing if more of the objects are orphans',
      share,
      MAX_ORPHAN_SHARE,
    )
    .option('--yes', 'with --delete-orphans: remove what was printed')
    .option('--dry-run', 'with --fix or --yes: only say what would be done')
    .option('--json', 'lines of JSON: one for each finding, the sum at last');
  return withConnection(command).action(run);
}

async function run(options: Options): Promise<void> {
  const connection = await connect(options);
  const { originals, derivatives, config } = connection;
  const presets = await listInForce(config, {}).current();
  const now = new Date();
  const isBehindCdn = connection.cdn !== undefined;
  const ground = { originals, derivatives, presets, config, isBehindCdn, now: () => now };
  const mend = mender(connection, now);
  const progress = verifyProgress(options.json === true);
  const { prefix = '', sample, grace, deep = false } = options;
  const settledBefore = new Date(now.getTime() - grace);
  const verdict = await verify(
    ground,
    { prefix, sample, now, settledBefore, deep, config },
    {
      tell: finding => progress.tell(options.json ? JSON.stringify(finding) : describe(finding)),
      looked: progress.looked,
      reconcile: options.fix && !options.dryRun ? mend : undefined,
    },
  ).finally(progress.stop);
  const outcome = { verdict, ...(await clear(verdict, options, { ground, mend })) };
  say(options.json ? jsonOf(outcome) : summaryOf(outcome, { ...options, where: connection.where }));
  if (isLeft(outcome)) process.exitCode = 1;
}

type Mender = (keys: string[], mode: Mend) => Promise<void>;

function mender(connection: Connection, now: Date): Mender {
  const sender = { name: 'verify', at: now.toISOString() };
  return async (keys, mode) => {
    const queue = connection.tasks(connection.backfillFunction);
    await handOver(queue, { bucket: connection.names.originals, keys, mode }, sender);
  };
}

/** Only after all was printed, and only with a word of consent. */
async function clear(
  verdict: Verdict,
  options: Options,
  { ground, mend }: { ground: Parameters<typeof removeOrphans>[1]; mend: Mender },
): Promise<Omit<Outcome, 'verdict'>> {
  if (!options.deleteOrphans) return { removed: 0, refusal: undefined };
  const found = { orphans: verdict.problems.orphan, files: verdict.files };
  const refusal = refusalToRemove(found, options.maxShare, '--max-share');
  if (refusal || !options.yes || options.dryRun) return { removed: 0, refusal };
  const { removed, lost } = await removeOrphans(verdict.orphans, ground);
  if (lost.length > 0) await mend(lost, 'force');
  return { removed, refusal };
}

function isLeft({ verdict, removed }: Outcome): boolean {
  const { mends, mendable, handedOver } = verdict;
  return handedOver < mendable || removed < mends.remove || mends['by-hand'] > 0;
}

function describe({ problem, original, key, why }: Finding): string {
  return `${problem.padEnd(8)} ${key ?? original}  ${why}`;
}

function jsonOf({ verdict: { orphans: _, ...verdict }, removed, refusal }: Outcome): string {
  return JSON.stringify({ ...verdict, removed, ...(refusal ? { refusal } : {}) });
}

function share(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share from 0 to 1, such as 0.05.');
}

function time(text: string): number {
  const value = ms(text as ms.StringValue);
  if (typeof value === 'number' && value >= 0) return value;
  throw new InvalidArgumentError('Expected a time such as 30m or 2h.');
}
