import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../shared/core/failure.ts';

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
    const { code } = cause as NodeJS.ErrnoException;
    const message = `expected a log or a folder of logs at ${path} (--logs), it cannot be read (${code})`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}

/** Its lines as bytes, unpacked where it is packed. Throws at the end of what can be read of it. */
export async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const source =
    file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const packed = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await packed.next();
  if (first.done) return;
  const all = withFirst(first.value, packed);
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const raw = Readable.from(all, { objectMode: false });
  // An error of the source is one of the unpacked, too: pipe alone would wait for ever.
  raw.once('error', error => gunzip.destroy(error));
  yield* raw.pipe(gunzip) as AsyncIterable<Buffer>;
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
