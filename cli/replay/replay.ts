import { Command } from 'commander';
import { Failure, type FailureCode, failureOf } from '../../shared/core/failure.ts';
import { type FailedEvent, failedEvent } from '../../shared/fc/failed-event.ts';
import { replayedEvent } from '../../shared/fc/replayed-event.ts';
import { replay, wasReplayed } from '../../shared/pipeline/bulk/replay.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { positiveWhole, sinceFrom } from '../terminal/figures.ts';
import { onInterrupt } from '../terminal/interruption.ts';
import { type Message, messagesIn } from './source.ts';
import { type ReplayTeller, replayTeller } from './teller.ts';

interface Options extends ConnectionOptions {
  since?: string;
  limit?: number;
  dryRun?: true;
  json?: true;
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .summary('Hand events that were given up to their functions again.')
    .description(
      'Hand events that were given up to the functions that gave them up, as they were: after the repair of what made them fail. Each message is replayed once, however often it is read.',
    )
    .argument(
      '[source]',
      'a folder of messages, a .json file of one, any other file of one a line, or - for standard input (of a local platform: its own)',
    )
    .option('--since <time>', 'only those given up since: a date, or a span such as 7d')
    .option('--limit <n>', 'replay so many at most', positiveWhole)
    .option('--dry-run', 'say what would be replayed, and replay nothing')
    .option('--json', 'lines of JSON: one for each message, the sum at last');
  return withConnection(command).action(run);
}

async function run(source: string | undefined, options: Options): Promise<void> {
  const connection = await connect(options);
  const teller = replayTeller(options);
  const since = options.since === undefined ? '' : sinceFrom(options.since, new Date());
  const turn: Turn = { connection, teller, since: new Date(since || 0), act: actOf(options) };
  const interruption = onInterrupt();
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  try {
    for await (const message of messagesIn(source ?? ownFailures(connection))) {
      if (left === 0 || interruption.isAsked()) break;
      if ((await take(message, turn)) === 'replayed') left -= 1;
    }
  } finally {
    interruption.end();
    teller.end({ isInterrupted: interruption.isAsked() });
    process.exitCode = interruption.exitCode() ?? process.exitCode;
  }
}

interface Turn {
  connection: Connection;
  teller: ReplayTeller;
  since: Date;
  act: typeof hand;
}

/** One that cannot be replayed hides no other; it stays where it is, and the exit code says that something did. */
async function take(message: Message, { connection, teller, since, act }: Turn) {
  try {
    const event = failedEvent(message.text);
    const outcome = event.at < since ? 'older' : await act(event, message, connection);
    teller.tell(event, outcome);
    return outcome;
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (!OF_ONE_MESSAGE.includes(failure.code)) throw failure;
    process.exitCode = 1;
    teller.failed(message.where, failure.message);
    return undefined;
  }
}

/** Not a message, and a function that is not there. What else fails would fail for all. */
export const OF_ONE_MESSAGE: FailureCode[] = ['EVENT_UNREADABLE', 'QUEUE_DENIED'];

const actOf = ({ dryRun }: Options) => (dryRun ? rehearse : hand);

function ownFailures({ destinations, where }: Connection): string {
  if (destinations) return destinations;
  const message = `expected a file of messages or - for standard input: the failures of ${where} are in its queue, see docs/replay.md`;
  throw new Failure('SETTINGS_INVALID', message);
}

export async function hand(event: FailedEvent, message: Message, { config, tasks }: Connection) {
  const queue = tasks(event.functionName);
  const payload = replayedEvent(event.payload, new Date());
  const outcome = await replay({ ...event, payload }, { queue, config, now: () => new Date() });
  await message.done();
  return outcome;
}

async function rehearse(event: FailedEvent, _: Message, { config }: Connection) {
  return (await wasReplayed(event, config)) ? 'before' : 'replayed';
}
