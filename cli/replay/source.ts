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
  else if (source.endsWith('.json')) yield await messageIn(source);
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
    own.map(async name => ({
      file: join(folder, name),
      at: (await stat(join(folder, name))).mtimeMs,
    })),
  );
  for (const { file } of files.sort((a, b) => a.at - b.at)) yield await messageIn(file);
}

async function messageIn(file: string): Promise<Message> {
  return { text: await readFile(file, 'utf8'), where: file, done: () => putAway(file) };
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
