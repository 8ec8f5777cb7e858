import { join, resolve } from 'node:path';
import { entries, type Entry } from './built/entries.ts';

const root = resolve(import.meta.dirname, '../..');

/** What node is to run for it, read from the sources, as `npm start` does. */
export function sourcesOf(entry: Entry): string[] {
  return ['--import', 'tsx', join(root, entries[entry])];
}
