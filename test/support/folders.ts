import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder in the temp folder, removed when the file of tests that asked for it is over: each-file.ts. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-test-'));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  // What a process that was killed had open may turn up once more while it is removed.
  for (const folder of made.splice(0))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
