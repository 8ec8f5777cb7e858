import { Command } from 'commander';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { handOver } from '../../shared/pipeline/bulk/hand-over.ts';
import { review, type Reviewed, type ReviewOrder } from '../../shared/pipeline/develop/review.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { givenKey } from '../cloud/given-key.ts';
import { say, sayFailed } from '../terminal/printer.ts';
import { nameOfUser } from '../terminal/user.ts';

interface Options extends ConnectionOptions {
  pass?: true;
  block?: true;
  who?: string;
  why?: string;
  json?: true;
}

export function reviewCommand(): Command {
  const command = new Command('review')
    .summary('Say whether pictures that are held, or blocked, are published.')
    .description(
      'The last word on pictures that wait for a person, or on which the service spoke: it holds for their bytes, whoever uploads them and under whatever key. Who said it and why is kept in the config bucket.',
    )
    .argument('<key...>', 'of originals, as they are in the bucket, or URLs of them')
    .option('--pass', 'publish them')
    .option('--block', 'publish nothing of them')
    .option('--who <name>', 'who says so (the user of this machine)')
    .option('--why <text>', 'kept with the record')
    .option('--json', 'lines of JSON: one for each key');
  return withConnection(command).action(reviewAll);
}

async function reviewAll(words: string[], options: Options): Promise<void> {
  const order = orderIn(options);
  const connection = await connect(options);
  const presets = await listInForce(connection.config, {}).current();
  const now = new Date();
  const stores = { ...connection, presets, now: () => now };
  const said: string[] = [];
  for (const word of words) {
    try {
      const key = givenKey(word, connection);
      if (key instanceof Failure) throw key;
      const { was } = await review(key, order, stores);
      said.push(key);
      say(options.json ? JSON.stringify({ key, act: order.act, was }) : inWords(key, order, was));
    } catch (thrown) {
      // What was said of those before it is carried out.
      sayFailed(word, failureOf(thrown), options);
    }
  }
  if (said.length > 0) await handOverAll(said, connection, now);
}

function orderIn({ pass, block, who, why }: Options): ReviewOrder {
  if (pass === block) {
    const received = pass ? 'both' : 'neither';
    throw new Failure('SETTINGS_INVALID', `expected --pass or --block, received ${received}`);
  }
  return { act: pass ? 'pass' : 'block', by: who ?? nameOfUser('--who'), reason: why };
}

function inWords(key: string, { act }: ReviewOrder, was: Reviewed['was']): string {
  const becomes = act === 'pass' ? 'is developed and published' : 'is blocked, its files go';
  return `✓ ${key}  was ${was}, ${becomes}`;
}

async function handOverAll(keys: string[], connection: Connection, now: Date): Promise<void> {
  const queue = connection.tasks(connection.backfillFunction);
  const about = { bucket: connection.names.originals, keys, mode: 'settle' as const };
  await handOver(queue, about, { name: 'review', at: now.toISOString() });
}
