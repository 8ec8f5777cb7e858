import type * as z from 'zod';
import { Failure } from '../core/failure.ts';
import type { ObjectStore } from '../ports.ts';

/** JSON objects of the config bucket: what is known between invocations, and shown to people. */

/** 'unreadable' where something else lies in its place, for whoever knows a way back from that. */
export async function findRecord<S extends z.ZodType>(
  config: ObjectStore,
  key: string,
  schema: S,
): Promise<z.infer<S> | 'unreadable' | undefined> {
  const stored = await config.get(key);
  if (!stored) return undefined;
  const parsed = schema.safeParse(jsonIn(stored.bytes));
  return parsed.success ? parsed.data : 'unreadable';
}

export function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not JSON, then, which every schema refuses as well.
    return undefined;
  }
}

/** Throws UNEXPECTED where something else lies in its place. */
export async function readRecord<S extends z.ZodType>(
  config: ObjectStore,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const record = await findRecord(config, key, schema);
  if (record !== 'unreadable') return record;
  throw new Failure('UNEXPECTED', notOurs(key), { key });
}

/** Of a record that is 'unreadable', for people. */
export function notOurs(key: string): string {
  return `expected what Darkroom wrote at ${key} in the config bucket, received something else`;
}

export async function writeRecord(
  config: ObjectStore,
  key: string,
  record: unknown,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await config.put(key, bytes, { contentType: 'application/json', cacheControl: 'no-cache' });
}
