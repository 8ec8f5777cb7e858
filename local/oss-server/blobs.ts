import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createCrc64 } from '../../shared/core/crc64.ts';
import type { ByteRange } from './range.ts';

/** Bytes on disk that nothing refers to yet: a record makes them an object or a part. */
export interface Blob {
  readonly id: string;
  readonly size: number;
  /** Upper-case hex. */
  readonly md5: string;
  readonly crc64: string;
  /** When all of it was there, in milliseconds. */
  readonly received: number;
}

/** The server's time of day, in milliseconds. */
export type Clock = () => number;

/** Streams to disk; a source that breaks off leaves nothing behind. */
export async function receiveBlob(
  directory: string,
  source: Readable | AsyncIterable<Uint8Array>,
  now: Clock,
): Promise<Blob> {
  const id = randomUUID();
  const md5 = createHash('md5');
  const crc64 = createCrc64();
  let size = 0;
  async function* measure(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      size += chunk.length;
      md5.update(chunk);
      crc64.update(chunk);
      yield chunk;
    }
  }
  const path = join(directory, id);
  try {
    await pipeline(source, measure, createWriteStream(path, { flags: 'wx', flush: true }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const digests = { md5: md5.digest('hex').toUpperCase(), crc64: crc64.digest() };
  return { id, size, ...digests, received: now() };
}

/**
 * Opened in this very tick, so that a blob just looked up cannot be unlinked in between; once open, it stays
 * whole whatever happens to its name.
 */
export function readBlob(path: string, range?: ByteRange): Readable {
  return createReadStream('', { fd: openSync(path, 'r'), ...range });
}

/** A record is published by renaming it: it is there whole or not at all. */
export async function stageRecord(directory: string, record: unknown): Promise<string> {
  const path = join(directory, randomUUID());
  const file = await open(path, 'wx');
  try {
    await file.writeFile(JSON.stringify(record));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}
