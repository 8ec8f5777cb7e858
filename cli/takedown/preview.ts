import { manifestKey } from '../../shared/core/set/keys.ts';
import { isInForce } from '../../shared/core/set/take-down-record.ts';
import { readTakeDown } from '../../shared/pipeline/removal/take-down-records.ts';
import { filesOfSet } from '../../shared/pipeline/stored-set.ts';
import type { Connection } from '../cloud/connection.ts';
import { say } from '../terminal/printer.ts';
import type { Keys } from './keys.ts';
import { counted } from './words.ts';

interface Showing {
  undo?: true;
  json?: true;
}

/** For a dry run: each key with its files. */
export async function tellOnly(
  keys: Keys,
  { json, undo: isUndo }: Showing,
  { derivatives }: Connection,
): Promise<void> {
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
      : `${counted(count, 'key')} would be ${what}; nothing was changed`,
  );
}

/** So many are read; whoever takes more down at once looks at their number, or at --dry-run. */
const SHOWN = 10;

/** What whoever is asked sees first. */
export async function previewOf(
  keys: Keys,
  { undo: isUndo }: Showing,
  connection: Connection,
): Promise<string> {
  const lines: string[] = [];
  let count = 0;
  for await (const key of keys) {
    count += 1;
    if (count <= SHOWN) lines.push(`  ${key}  ${await standingOf(key, connection)}`);
  }
  const more = count > SHOWN ? [`  … and ${counted(count - SHOWN, 'key')} more`] : [];
  const what = isUndo
    ? 'developed anew, and seen again'
    : 'all that was made goes, from the CDN too, and nothing is made again until --undo';
  const all = `${counted(count, 'key')}: ${what}.`;
  return [`On ${connection.where}:`, ...lines, ...more, all].join('\n');
}

async function standingOf(key: string, { derivatives, config }: Connection): Promise<string> {
  const record = await readTakeDown(key, config);
  if (record === 'unreadable') return 'the record of its take-down cannot be read';
  if (record && isInForce(record)) return 'is taken down';
  const files = (await filesOfSet(key, derivatives)).filter(file => file.key !== manifestKey(key));
  return counted(files.length, 'file');
}
