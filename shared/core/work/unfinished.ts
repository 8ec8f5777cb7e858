import * as z from 'zod';
import { sha256Of } from '../list/fingerprint.ts';
import type { OriginalObject } from '../set/manifest.ts';

/**
 * Words that an attempt leaves for those that come after it, in the config bucket: `crashes/` counts decoders that did
 * not come back, and only their coming back removes it; `unfinished/` names a key whose last write may or may not have
 * happened, or of which files are still to go or to be made. A sweep hands over the keys of `unfinished/`, and removes
 * what is older than a day from `crashes/`.
 */
export const crashesSchema = z.strictObject({
  schema: z.literal(1),
  key: z.string().describe('of the original, raw'),
  etag: z.string().describe('of the object that it is about'),
  crashes: z.int().min(0).describe('times that a decoder was started and did not come back'),
  at: z.iso.datetime(),
});
export type Crashes = z.infer<typeof crashesSchema>;

export const unfinishedSchema = z.looseObject({
  schema: z.literal(1),
  key: z.string().describe('of the original, raw'),
  at: z.iso.datetime(),
});
export type Unfinished = z.infer<typeof unfinishedSchema>;

export const CRASHES = 'crashes/';
export const UNFINISHED = 'unfinished/';

export function crashesKey(key: string): string {
  return `${CRASHES}${sha256Of(key)}.json`;
}

/** Of one derivative, by its key: what a miss makes is counted apart from what an upload does. */
export function missCrashesKey(derivative: string): string {
  return `${CRASHES}miss-${sha256Of(derivative)}.json`;
}

export function unfinishedKey(key: string): string {
  return `${UNFINISHED}${sha256Of(key)}.json`;
}

export function newCrashes({ key, etag }: OriginalObject, crashes: number, now: Date): Crashes {
  return { schema: 1, key, etag, crashes, at: now.toISOString() };
}

export function newUnfinished(key: string, now: Date): Unfinished {
  return { schema: 1, key, at: now.toISOString() };
}

/** Of this very object and of the last day: what is older was something else's fault. */
export function crashesOf(
  record: Crashes | undefined,
  { etag }: OriginalObject,
  now: Date,
): number {
  if (record?.etag !== etag || now.getTime() - Date.parse(record.at) > CRASHES_COUNT_MS) return 0;
  return record.crashes;
}

/** What is older was something else's fault. */
export const CRASHES_COUNT_MS = 24 * 3600_000;
