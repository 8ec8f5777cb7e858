import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

export interface Entry {
  /** Inside the zip, with `/`. */
  path: string;
  bytes: Uint8Array;
}

const FILE_0644 = 0o100_644 << 16;
const UNIX = 3;

/**
 * The same entries make the same bytes: sorted, of one time and one mode. fflate deflates in JavaScript; zlib's
 * output depends on the processor and the version of Node.js. DOS times are local, so this one is, too.
 */
export function zipOf(entries: Entry[]): Uint8Array {
  const mtime = new Date(1980, 0, 1);
  const files: Zippable = {};
  for (const { path, bytes } of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    files[path] = [bytes, { level: 9, mtime, os: UNIX, attrs: FILE_0644 }];
  }
  return zipSync(files);
}

/** All files below a folder, by their paths within it. */
export async function entriesIn(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter(entry => entry.isFile());
  return await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = file.slice(folder.length + 1).replaceAll(sep, '/');
      return { path, bytes: await readFile(file) };
    }),
  );
}
