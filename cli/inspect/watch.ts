import type { Connection } from '../cloud/connection.ts';
import { onInterrupt } from '../terminal/interruption.ts';
import { say, sayText } from '../terminal/printer.ts';
import { readRecords } from './read-records.ts';
import { recordLines } from './record-words.ts';

const EVERY_MS = 2000;

/** On a terminal each look takes the place of the last one; elsewhere one is written where something has changed. */
export async function watch(
  connection: Connection,
  options: { all?: true; json?: true },
): Promise<void> {
  const interruption = onInterrupt();
  let before = '';
  while (!interruption.isAsked()) {
    const records = await readRecords(connection, options);
    const text = options.json
      ? JSON.stringify(records)
      : [`On ${connection.where}`, ...recordLines(records)].join('\n');
    if (text !== before) show(text, options);
    before = text;
    await interruption.sleep(EVERY_MS);
  }
  interruption.end();
}

function show(text: string, { json }: { json?: true }): void {
  if (json) {
    say(text);
    return;
  }
  if (process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J');
  sayText(text);
}
