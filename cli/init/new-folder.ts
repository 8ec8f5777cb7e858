import { lstat, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../local/data-folder.ts';
import { Failure } from '../../shared/core/failure.ts';

/** By their names. */
export type Files = Record<string, string | Buffer>;

/**
 * All files or none, in a folder that is made where it is not there. Nothing is written over: throws SETTINGS_INVALID where
 * one of them is there, or the file system refuses, and leaves all as it was.
 */
export async function writeNew(folder: string, files: Files): Promise<void> {
  const there = await thereOf(folder, Object.keys(files));
  if (there.length > 0) throw alreadyThere(folder, there);
  const undo: Undo[] = [];
  try {
    for (const path of await makeFolder(folder)) undo.unshift({ path, remove: () => rmdir(path) });
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      // `wx`: somebody may have written it since it was looked for.
      await writeFile(path, content, { flag: 'wx' }).catch(async (cause: NodeJS.ErrnoException) => {
        // Of one that could not be written whole, such as on a full disk, what was written goes, too.
        if (cause.code !== 'EEXIST')
          undo.unshift({ path, remove: () => rm(path, { force: true }) });
        throw cause;
      });
      undo.unshift({ path, remove: () => rm(path) });
    }
  } catch (cause) {
    throw refusedIn(folder, cause as NodeJS.ErrnoException, await undone(undo));
  }
}

interface Undo {
  path: string;
  remove(): Promise<void>;
}

/** Answers what could not be removed. A folder that somebody else has written into meanwhile is theirs, too. */
async function undone(undo: Undo[]): Promise<string[]> {
  const left: string[] = [];
  for (const { path, remove } of undo) {
    await remove().catch(async ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'ENOTEMPTY' && (await isThere(path))) left.push(path);
    });
  }
  return left;
}

async function thereOf(folder: string, names: string[]): Promise<string[]> {
  const found = await Promise.all(names.map(name => isThere(join(folder, name))));
  return names.filter((_, index) => found[index]);
}

/** A link that leads nowhere is there, too. What cannot be looked at, writing will tell. */
async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

function alreadyThere(folder: string, names: string[]): Failure {
  const message = `expected a new folder, or one without these files, ${folder} has ${names.join(', ')}: nothing was written`;
  return new Failure('SETTINGS_INVALID', message);
}

function refusedIn(folder: string, cause: NodeJS.ErrnoException, left: string[]): Failure {
  const outcome = left.length > 0 ? `left behind: ${left.join(', ')}` : 'nothing was written';
  const message = `expected to write in ${folder}, the file system refused (${cause.code}): ${outcome}`;
  return new Failure('SETTINGS_INVALID', message, { cause });
}
