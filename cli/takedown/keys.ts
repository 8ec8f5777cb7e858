import { text } from 'node:stream/consumers';
import { Failure } from '../../shared/core/failure.ts';
import { isInForce } from '../../shared/core/set/take-down-record.ts';
import { walkSets } from '../../shared/pipeline/inspect/orphans.ts';
import { objectsIn } from '../../shared/pipeline/stored-set.ts';
import { takeDownsIn } from '../../shared/pipeline/removal/take-down-records.ts';
import type { Connection } from '../cloud/connection.ts';
import { givenKey } from '../cloud/given-key.ts';

export type Keys = AsyncIterable<string> | string[];

/** What is asked for, and what was said instead of a key. */
export interface Named {
  keys: Keys;
  refused: { word: string; failure: Failure }[];
}

/** Keys or a prefix, and one of both; nothing is asked of the cloud for it. */
export function checkNamed(words: string[], prefix: string | undefined): void {
  const isOneOfBoth = words.length === 0 ? prefix !== undefined : prefix === undefined;
  if (isOneOfBoth && prefix !== '') return;
  const message = 'expected keys, or one --prefix that is not empty: npx darkroom takedown --help';
  throw new Failure('SETTINGS_INVALID', message);
}

/** What the words name, each once, or all below a prefix: for an undo, what is taken down there. */
export async function keysFrom(
  words: string[],
  { prefix, undo: isUndo }: { prefix?: string; undo?: true },
  connection: Connection,
): Promise<Named> {
  if (prefix !== undefined) {
    const below = isUndo ? takenDownBelow : originalsBelow;
    // Walked twice where somebody is asked: once to show them.
    const keys = { [Symbol.asyncIterator]: () => below(prefix, connection) };
    return { keys, refused: [] };
  }
  const lines = words.includes('-') ? (await text(process.stdin)).split('\n') : [];
  const named = [...words.filter(word => word !== '-'), ...lines.filter(line => line !== '')];
  return readEach(named, connection);
}

function readEach(words: string[], connection: Connection): Named {
  const keys = new Set<string>();
  const refused: Named['refused'] = [];
  for (const word of words) {
    const key = givenKey(word, connection);
    if (key instanceof Failure) refused.push({ word, failure: key });
    else keys.add(key);
  }
  return { keys: [...keys], refused };
}

/** Those that are there, and those that only left their set. */
async function* originalsBelow(prefix: string, { originals, derivatives }: Connection) {
  for await (const { key } of objectsIn(originals.list(prefix))) yield key;
  for await (const { original, orphans } of walkSets({ prefix }, { originals, derivatives })) {
    if (orphans.length > 0) yield original;
  }
}

async function* takenDownBelow(prefix: string, { config }: Connection) {
  for await (const { record } of takeDownsIn({ prefix }, config, tellUnreadable)) {
    if (isInForce(record)) yield record.key;
  }
}

/** Its key is hashed: nobody knows whether it begins so. */
function tellUnreadable(key: string): void {
  process.exitCode = 1;
  process.stderr.write(
    `darkroom: expected a take-down's record at ${key}, received something else\n`,
  );
}
