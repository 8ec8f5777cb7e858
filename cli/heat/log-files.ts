import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../shared/core/failure.ts';
import { whyUnread } from '../terminal/unread.ts';

/** Logs as they are downloaded: gzipped, or not any more. */

const STDIN = '-';
const IS_LOG = /\.(?:gz|log)$/;
const CHUNK_BYTES = 256 * 1024;

export interface LogFiles {
  files: string[];
  /** Of a name that was there already: one that was downloaded twice. */
  doubled: string[];
}

/** Files, all logs within folders, or `-`; each name once, since a log's says which domain and hour it is of. */
export async function logFilesIn(paths: string[]): Promise<LogFiles> {
  const found = new Set((await Promise.all(paths.map(filesAt))).flat());
  const byName = new Map<string, string>();
  const doubled = [...found].filter(file => {
    const first = byName.get(basename(file));
    if (first === undefined) byName.set(basename(file), file);
    return first !== undefined;
  });
  if (byName.size > 0) return { files: [...byName.values()], doubled };
  const message = `expected logs (.gz or .log) in ${paths.join(', ')} (--logs), there are none`;
  throw new Failure('SETTINGS_INVALID', message);
}

async function filesAt(path: string): Promise<string[]> {
  if (path === STDIN) return [STDIN];
  try {
    if (!(await stat(path)).isDirectory()) return [resolve(path)];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter(entry => entry.isFile() && IS_LOG.test(entry.name))
      .map(entry => resolve(join(entry.parentPath, entry.name)))
      .sort();
  } catch (cause) {
    const message = `expected a log or a folder of logs at ${path} (--logs), ${whyUnread(cause)}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}

/**
 * Its bytes, unpacked where it is packed; throws at the end of what can be read of it. `take` is called as soon as bytes
 * are there: a stream that fails forgets what nobody has read of it yet.
 */
export async function readLog(file: string, take: (bytes: Buffer) => void): Promise<void> {
  const source =
    file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const packed = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await packed.next();
  if (first.done) return;
  const all = withFirst(first.value, packed);
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    for await (const bytes of all) take(bytes);
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The pipeline alone ends once all is written, before the last of it is unpacked.
  const unpacked = finished(gunzip);
  gunzip.on('data', take);
  await Promise.all([pipeline(all, gunzip), unpacked]);
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
