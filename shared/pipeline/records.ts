import type * as z from 'zod';
import { Failure } from '../core/failure.ts';
import type { ObjectStore } from '../ports.ts';

/** JSON objects of the config bucket: what is known between invocations, and shown to people. */

export async function readRecord<S extends z.ZodType>(
  config: ObjectStore,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const stored = await config.get(key);
  if (!stored) return undefined;
  try {
    return schema.parse(JSON.parse(stored.bytes.toString('utf8')));
  } catch (cause) {
    const message = `expected what Darkroom wrote at ${key} in the config bucket, received something else`;
    throw new Failure('UNEXPECTED', message, { cause, key });
  }
}

export async function writeRecord(config: ObjectStore, key: string, record: unknown) {
  const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await config.put(key, bytes, { contentType: 'application/json', cacheControl: 'no-cache' });
}
