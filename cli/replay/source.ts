import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Failure } from '../../shared/core/failure.ts';
import { whyUnread } from '../terminal/unread.ts';

/** Where messages of the failure destination come from. */
export interface Message {
  text: string;
  /** For people: a file, or a line of one. */
  where: string;
  /** To be called once its event was handed on: what is a file of its own is put away. */
  done(): Promise<void>;
}

/** A folder of messages, one a file; a `.json` file, one message; any other file or `-`, one message a line. */
export async function* messagesIn(source: string): AsyncIterable<Message> {
  if (source === '-') yield* linesOf(process.stdin, 'standard input');
  else if (await isFolder(source)) yield* filesIn(source);
  else if (source.endsWith('.json')) yield (await messageIn(source)) ?? goneFrom(source);
  else yield* linesOf(createReadStream(source, 'utf8'), source);
}

async function isFolder(source: string): Promise<boolean> {
  const stats = await stat(source).catch((cause: NodeJS.ErrnoException) => {
    const message = `expected failure messages at ${source}, ${whyUnread(cause)}`;
    throw new Failure('EVENT_UNREADABLE', message, { cause });
  });
  return stats.isDirectory();
}

/** Of a folder, or of the destinations of a local platform: `{function}/failure/*.json`. Oldest first. */
async function* filesIn(folder: string): AsyncIterable<Message> {
  const names = await readdir(folder, { recursive: true });
  const own = names.filter(name => /^([^/]+\/failure\/)?[^/]+\.json$/.test(name));
  const files = await Promise.all(
    own.map(async name => {
      const file = join(folder, name);
      return { file, at: (await unlessGone(() => stat(file)))?.mtimeMs ?? 0 };
    }),
  );
  for (const { file } of files.sort((a, b) => a.at - b.at)) {
    const message = await messageIn(file);
    if (message) yield message;
  }
}

/** Undefined where another replay has put it away since it was listed. */
async function messageIn(file: string): Promise<Message | undefined> {
  const text = await unlessGone(() => readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  return { text, where: file, done: async () => void (await unlessGone(() => putAway(file))) };
}

async function unlessGone<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

function goneFrom(source: string): never {
  throw new Failure(
    'EVENT_UNREADABLE',
    `expected a failure message at ${source}, it went meanwhile`,
  );
}

/** Beside `failure`, under the same name: it is kept, and not read again. */
async function putAway(file: string): Promise<void> {
  const folder = dirname(file);
  const replayed = join(basename(folder) === 'failure' ? dirname(folder) : folder, 'replayed');
  await mkdir(replayed, { recursive: true });
  await rename(file, join(replayed, basename(file)));
}

async function* linesOf(input: Readable, name: string): AsyncIterable<Message> {
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() === '') continue;
    yield { text, where: `${name}:${number}`, done: async () => undefined };
  }
}
