import { createHash } from 'node:crypto';

const FINGERPRINT_LENGTH = 10;

/** The same text for the same value, whatever the order of its keys; what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** In hex; of a text its UTF-8. */
export function sha256Of(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Ten hex digits of the SHA-256 of a value's canonical JSON. */
export function shortHash(value: unknown): string {
  return sha256Of(canonicalJson(value)).slice(0, FINGERPRINT_LENGTH);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
