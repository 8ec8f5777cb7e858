import type { Attributes } from './attributes.ts';
import type { Blob } from './blobs.ts';
import type { StoredObject } from './storage.ts';

const KEPT = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]);

type Headers = Readonly<Record<string, string>>;

/** Content-Type and its kin, of any message's headers. */
export function representationOf(headers: Readonly<Record<string, unknown>>): Headers {
  const given = Object.entries(headers).filter(([name]) => KEPT.has(name));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** What is stored with a body and comes back with it; all else belongs to the request. */
export function keptHeaders(headers: Headers): Headers {
  const isKept = (name: string) => KEPT.has(name) || name.startsWith('x-oss-meta-');
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)));
}

export function normalObject(
  key: string,
  blob: Blob,
  headers: Headers,
  attributes: Attributes = {},
): StoredObject {
  return {
    ...attributes,
    key,
    blob: blob.id,
    size: blob.size,
    etag: blob.md5,
    crc64: blob.crc64,
    lastModified: wholeSecond(blob.received),
    type: 'Normal',
    headers,
  };
}

/** HTTP dates, and so conditional requests, know no fractions. */
export function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
