import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { OriginalObject } from '../set/manifest.ts';

/**
 * An original whose work did not end in order: a decoder was started and did not come back, or files of it failed in
 * passing. A success removes the record; a sweep hands over what stays for longer than an hour.
 */
export const unfinishedSchema = z.strictObject({
  schema: z.literal(1),
  key: z.string().describe('of the original, raw'),
  etag: z.string().describe('of the object that it is about'),
  crashes: z.int().min(0).describe('times that a decoder was started and did not come back'),
  at: z.iso.datetime(),
});
export type Unfinished = z.infer<typeof unfinishedSchema>;

export const UNFINISHED = 'unfinished/';

/** Hashed, since a key may be as long as OSS allows. */
export function unfinishedKey(key: string): string {
  return `${UNFINISHED}${createHash('sha256').update(key).digest('hex')}.json`;
}

export function newUnfinished(
  { key, etag }: OriginalObject,
  { crashes, now }: { crashes: number; now: Date },
): Unfinished {
  return { schema: 1, key, etag, crashes, at: now.toISOString() };
}

/** Of this very object and of the last day: what is older was something else's fault. */
export function crashesOf(
  record: Unfinished | undefined,
  { etag }: OriginalObject,
  now: Date,
): number {
  if (record?.etag !== etag || now.getTime() - Date.parse(record.at) > DAY_MS) return 0;
  return record.crashes;
}

const DAY_MS = 24 * 3600_000;
