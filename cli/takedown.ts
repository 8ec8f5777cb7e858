import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Failure, failureOf } from '../shared/core/failure.ts';
import { isInForce } from '../shared/core/takedown.ts';
import { handOver } from '../shared/pipeline/hand-over.ts';
import { inOrder } from '../shared/pipeline/in-order.ts';
import { walkSets } from '../shared/pipeline/orphans.ts';
import { type Drained, drainPurges, keepPurge } from '../shared/pipeline/purges.ts';
import { filesOfSet, objectsIn } from '../shared/pipeline/survey.ts';
import { liftTakedown, takeDown } from '../shared/pipeline/take-down.ts';
import { takedownsIn } from '../shared/pipeline/takedowns.ts';
import { type Connection, type ConnectionOptions, connect, withConnection } from './connection.ts';
import { grouped } from './figures.ts';
import { say } from './printer.ts';

interface Options extends ConnectionOptions {
  prefix?: string;
  reason?: string;
  by: string;
  undo?: true;
  dryRun?: true;
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
      'of originals, as they are in the bucket, never URL-encoded; - reads them from stdin, one a line',
    )
    .option('--prefix <prefix>', 'all originals whose key begins so, as there are now')
    .option('--reason <text>', 'kept with the record')
    .option('--by <name>', 'who says so', userInfo().username)
    .option('--undo', 'let them be developed again')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'one line of JSON for each key, and one at the end');
  return withConnection(command).action(takedown);
}

async function takedown(words: string[], options: Options): Promise<void> {
  const connection = await connect(options);
  const keys = await keysFrom(words, options, connection);
  if (options.dryRun) await tellOnly(keys, options, connection);
  else if (options.undo) await undo(keys, options, connection);
  else await takeAllDown(keys, options, connection);
}

type Keys = AsyncIterable<string> | string[];

async function keysFrom(words: string[], options: Options, connection: Connection): Promise<Keys> {
  const { prefix, undo: isUndo } = options;
  if (words.length > 0 === (prefix !== undefined) || prefix === '') {
    const message = 'expected keys, or one --prefix that is not empty: darkroom takedown --help';
    throw new Failure('SETTINGS_INVALID', message);
  }
  if (prefix !== undefined) {
    return isUndo ? takenDownBelow(prefix, connection) : originalsBelow(prefix, connection);
  }
  const lines = words.includes('-') ? (await text(process.stdin)).split('\n') : [];
  const named = [...words.filter(word => word !== '-'), ...lines.filter(line => line !== '')];
  return [...new Set(named)];
}

/** Those that are there, and those that only left their set. */
async function* originalsBelow(prefix: string, { originals, derivatives }: Connection) {
  for await (const { key } of objectsIn(originals.list(prefix))) yield key;
  for await (const { original, orphans } of walkSets({ prefix }, { originals, derivatives })) {
    if (orphans.length > 0) yield original;
  }
}

async function* takenDownBelow(prefix: string, { config }: Connection) {
  for await (const { takedown } of takedownsIn({ prefix }, config)) {
    if (isInForce(takedown)) yield takedown.key;
  }
}

async function tellOnly(keys: Keys, { json, undo: isUndo }: Options, { derivatives }: Connection) {
  let count = 0;
  for await (const key of keys) {
    const files = isUndo ? [] : (await filesOfSet(key, derivatives)).map(file => file.key);
    count += 1;
    say(
      json ? JSON.stringify({ key, files }) : [key, ...files.map(file => `    ${file}`)].join('\n'),
    );
  }
  const what = isUndo ? 'developed again' : 'taken down';
  say(
    json
      ? JSON.stringify({ keys: count })
      : `${grouped(count)} keys would be ${what}; nothing was changed`,
  );
}

interface Tally {
  keys: number;
  removed: number;
  purges: Set<string>;
}

async function takeAllDown(keys: Keys, options: Options, connection: Connection): Promise<void> {
  const { config, cdn } = connection;
  const desk = { ...connection, isBehindCdn: cdn !== undefined, now: () => new Date() };
  const order = { by: options.by, reason: options.reason, purge: await purgeOfAll(options, desk) };
  const tally: Tally = { keys: 0, removed: 0, purges: new Set() };
  const takeOne = async (key: string) => {
    const [original, done] = await Promise.all([
      connection.originals.head(key),
      takeDown(key, order, desk),
    ]);
    return { key, wasThere: original !== undefined || done.removed.length > 0, ...done };
  };
  for await (const done of inOrder(keys, takeOne)) {
    tally.keys += 1;
    tally.removed += done.removed.length;
    if (done.purge) tally.purges.add(done.purge);
    say(options.json ? JSON.stringify(done) : inWords(done));
  }
  const drained = cdn && (await purgeNow(tally.purges, { ...desk, config, cdn }));
  say(
    options.json
      ? JSON.stringify(summary(tally, drained))
      : summaryInWords(tally, drained, connection),
  );
}

/** One directory for all of a prefix that is one: 100 a day are few. */
async function purgeOfAll({ prefix }: Options, desk: Parameters<typeof keepPurge>[1]) {
  if (!prefix?.endsWith('/')) return undefined;
  return await keepPurge({ class: 'takedown', directory: prefix, files: [] }, desk);
}

type Asked = Drained | { waiting: number; failure: string };

/** What the CDN does not take now waits, and the sweep asks again: the files are gone from the bucket all the same. */
async function purgeNow(
  purges: Set<string>,
  {
    config,
    cdn,
    now,
  }: { config: Connection['config']; cdn: NonNullable<Connection['cdn']>; now: () => Date },
): Promise<Asked> {
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  try {
    return await drainPurges({ config, cdn: cdn.purges, domain: cdn.domain, log, now }, purges);
  } catch (thrown) {
    process.exitCode = 1;
    return { waiting: purges.size, failure: failureOf(thrown).message };
  }
}

function inWords({
  key,
  removed,
  wasThere,
}: {
  key: string;
  removed: string[];
  wasThere: boolean;
}) {
  if (!wasThere) return `✓ ${key}  blocked; there was nothing of it: is the key right?`;
  return `✓ ${key}  taken down, ${removed.length} files removed`;
}

function summary({ keys, removed }: Tally, purges: Asked | undefined) {
  return { keys, removed, purges: purges ?? 'no CDN' };
}

function summaryInWords({ keys, removed }: Tally, asked: Asked | undefined, { where }: Connection) {
  return `${grouped(keys)} keys taken down, ${grouped(removed)} files removed, ${where}\n${cdnInWords(asked)}`;
}

function cdnInWords(asked: Asked | undefined): string {
  if (!asked) {
    return 'No CDN is named (DARKROOM_CDN_DOMAIN): what one keeps stays there for up to a year';
  }
  const waits = `${grouped(asked.waiting)} purges wait for the sweep`;
  if ('failure' in asked) return `The CDN was not purged, ${waits}: ${asked.failure}`;
  const { done, tasks, waiting } = asked;
  const told = tasks.length > 0 ? ` (${tasks.map(task => `task ${task}`).join(', ')})` : '';
  const rest = waiting > 0 ? `; ${waits}, until there is quota` : '';
  return `CDN: ${grouped(done)} purges asked for${told}, done in 5 to 6 minutes${rest}`;
}

async function undo(keys: Keys, options: Options, connection: Connection): Promise<void> {
  const now = new Date();
  const desk = { ...connection, now: () => now };
  const lifted: string[] = [];
  const order = { by: options.by, reason: options.reason };
  const lift = async (key: string) => ({ key, isLifted: await liftTakedown(key, order, desk) });
  for await (const { key, isLifted } of inOrder(keys, lift)) {
    if (isLifted) lifted.push(key);
    if (options.json) say(JSON.stringify({ key, lifted: isLifted }));
    else say(isLifted ? `✓ ${key}  is developed again` : `- ${key}  was not taken down`);
  }
  const batch = { bucket: connection.names.originals, keys: lifted, mode: 'settle' as const };
  const sender = { name: 'undo', at: now.toISOString() };
  if (lifted.length > 0) await handOver(connection.tasks('darkroom-backfill'), batch, sender);
  const counted = `${grouped(lifted.length)} keys handed over to be developed, ${connection.where}`;
  say(options.json ? JSON.stringify({ lifted: lifted.length }) : counted);
}
