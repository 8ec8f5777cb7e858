import { Command } from 'commander';
import { pMapIterable } from 'p-map';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { keepPurge } from '../../shared/pipeline/removal/purges.ts';
import { REQUESTS_SIDE_BY_SIDE } from '../../shared/pipeline/stored-set.ts';
import { undoTakeDown, type Order, takeDown } from '../../shared/pipeline/removal/take-down.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { type ConsentOptions, isAgreed, refuseUnasked } from '../terminal/consent.ts';
import { say, sayFailed } from '../terminal/printer.ts';
import { nameOfUser } from '../terminal/user.ts';
import { handOverUndone, purgedOf, removalStores } from './acts.ts';
import { checkNamed, type Keys, keysFrom } from './keys.ts';
import { previewOf, tellOnly } from './preview.ts';
import { similarText } from './similar.ts';
import { counted, inWords, liftedInWords, summaryInWords, summaryOf, type Tally } from './words.ts';

const CONCURRENCY = { concurrency: REQUESTS_SIDE_BY_SIDE };

interface Options extends ConnectionOptions, ConsentOptions {
  prefix?: string;
  reason?: string;
  by?: string;
  undo?: true;
  dryRun?: true;
  similar?: true;
  json?: true;
}

export function takedownCommand(): Command {
  const command = new Command('takedown')
    .summary(
      'Remove all that was made of an original, for good, and keep it from being made again.',
    )
    .description(
      'Take originals down: their derivatives go from the bucket and from the CDN, and nothing is rendered of their keys any more, whoever uploads there, until --undo. The original itself stays where it is. Who did it, why and what went is kept in the config bucket.',
    )
    .argument(
      '[key...]',
      'of originals, as they are in the bucket, or URLs of them or their files; - reads them from stdin, one a line',
    )
    .option('--prefix <prefix>', 'all originals whose key begins so, as there are now', givenPrefix)
    .option('--reason <text>', 'kept with the record')
    .option('--by <name>', 'who says so (the user of this machine)')
    .option('--undo', 'let them be developed again')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do it without being asked, as where there is no terminal')
    .option('--similar', 'only say which pictures that were judged look like them')
    .option('--json', 'lines of JSON: one for each key, the sum at last');
  return withConnection(command).action(takedown);
}

async function takedown(words: string[], options: Options): Promise<void> {
  checkNamed(words, options.prefix);
  const isOnlyTold = options.similar || options.dryRun;
  if (!isOnlyTold) refuseUnasked(options);
  const connection = await connect(options);
  const { keys, refused } = await keysFrom(words, options, connection);
  for (const { word, failure } of refused) tell(word, failure, options);
  if (Array.isArray(keys) && keys.length === 0) return;
  if (options.similar) await tellSimilar(keys, options, connection);
  else if (options.dryRun) await tellOnly(keys, options, connection);
  else await act(keys, options, connection);
}

async function act(keys: Keys, options: Options, connection: Connection): Promise<void> {
  if (!options.yes) {
    const question = options.undo ? 'Let them be developed again?' : 'Take them down?';
    if (!(await isAgreed(await previewOf(keys, options, connection), question))) return;
  }
  if (options.undo) await undo(keys, options, connection);
  else await takeAllDown(keys, options, connection);
}

function orderOf({ by, reason }: Options): Order {
  return { by: by ?? nameOfUser('--by'), reason };
}

async function tellSimilar(keys: Keys, options: Options, connection: Connection): Promise<void> {
  if (options.undo) {
    throw new Failure('SETTINGS_INVALID', 'expected --similar or --undo, received both');
  }
  for await (const key of keys) {
    const { done } = await attempted(key, one => similarText(one, connection, options));
    if (tell(key, done, options)) say(done);
  }
}

async function takeAllDown(keys: Keys, options: Options, connection: Connection): Promise<void> {
  const stores = removalStores(connection);
  const order = { ...orderOf(options), purge: await purgeOfAll(options, stores) };
  const tally: Tally = { keys: 0, removed: 0, purges: new Set() };
  const takeOne = async (key: string) => {
    const done = await takeDown(key, order, stores);
    const wasThere = done.removed.length > 0 || (await connection.originals.head(key));
    return { wasThere: wasThere !== undefined, ...done };
  };
  for await (const { key, done } of pMapIterable(
    keys,
    key => attempted(key, takeOne),
    CONCURRENCY,
  )) {
    if (!tell(key, done, options)) continue;
    tally.keys += 1;
    tally.removed += done.removed.length;
    if (done.purge) tally.purges.add(done.purge);
    say(options.json ? JSON.stringify({ key, ...done }) : inWords({ key, ...done }));
  }
  const drained = await purgedOf(tally.purges, connection);
  if (drained && 'failure' in drained) process.exitCode = 1;
  say(
    options.json
      ? JSON.stringify(summaryOf(tally, drained))
      : summaryInWords(tally, drained, connection.where),
  );
}

/** One key's failure stops no other: what is to disappear is not held up by what cannot. */
async function attempted<T>(key: string, work: (key: string) => Promise<T>) {
  return { key, done: await work(key).catch(failureOf) };
}

/** Whether it was done; if not, this is said. */
function tell<T>(key: string, done: T | Failure, options: Options): done is T {
  if (!(done instanceof Failure)) return true;
  sayFailed(key, done, options);
  return false;
}

const HOUR_MS = 3_600_000;

/** One directory for all of a prefix that is one: 100 a day are few. It is left to this command for an hour. */
async function purgeOfAll({ prefix }: Options, stores: Parameters<typeof keepPurge>[1]) {
  if (!prefix?.endsWith('/')) return undefined;
  const about = { class: 'takedown' as const, directory: prefix, files: [] };
  return await keepPurge(about, stores, new Date(Date.now() + HOUR_MS));
}

async function undo(keys: Keys, options: Options, connection: Connection): Promise<void> {
  const now = new Date();
  const stores = { ...connection, now: () => now };
  const lifted: string[] = [];
  const order = orderOf(options);
  const lift = async (key: string) => ({
    lifted: await undoTakeDown(key, order, stores),
    isThere: (await connection.originals.head(key)) !== undefined,
  });
  for await (const { key, done } of pMapIterable(keys, key => attempted(key, lift), CONCURRENCY)) {
    if (!tell(key, done, options)) continue;
    if (done.lifted) lifted.push(key);
    say(options.json ? JSON.stringify({ key, ...done }) : liftedInWords(key, done));
  }
  await handOverUndone(lifted, connection, now);
  const handedOver = counted(lifted.length, 'key');
  const told = `${handedOver} handed over to be developed, ${connection.where}`;
  say(options.json ? JSON.stringify({ lifted: lifted.length }) : told);
}
