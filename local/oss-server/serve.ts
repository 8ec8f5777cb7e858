import { judge, rangeApplies, type Validators } from './conditions.ts';
import { type ByteRange, readRange } from './range.ts';
import type { Reply } from './reply.ts';
import type { BucketStorage, StoredObject } from './storage.ts';

type Asked = Readonly<Record<string, string | undefined>>;

/** What a GET or HEAD comes to, before it is put into the words of OSS or of a CDN. */
export type Serving =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'failed'; readonly condition: string }
  | { readonly kind: 'unsatisfiable' };

export function decideServing(
  object: Validators & { readonly size: number },
  asked: Asked,
  standardRange: boolean,
): Serving {
  const verdict = judge(asked, object);
  if (verdict === 'not-modified') return { kind: 'not-modified' };
  if (verdict !== 'holds') return { kind: 'failed', condition: verdict.failed };
  if (!rangeApplies(asked['if-range'], object)) return { kind: 'whole' };
  const range = readRange(asked.range, object.size, standardRange);
  if (range === 'unsatisfiable') return { kind: 'unsatisfiable' };
  return range ? { kind: 'part', range } : { kind: 'whole' };
}

/** In the same tick as the lookup of `object`; a HEAD opens nothing. */
export function serveBody(
  bucket: BucketStorage,
  object: StoredObject,
  { method, range }: { method: string; range: ByteRange | undefined },
): Reply {
  const length = range ? range.end - range.start + 1 : object.size;
  const headers = {
    'content-length': String(length),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` }),
  };
  const status = range ? 206 : 200;
  if (method === 'HEAD' || length === 0) return { status, headers };
  return { status, headers, body: bucket.read(object.blob, range) };
}

/** Content-Type and its kin as they were stored, and the validators. */
export function representationHeaders(object: StoredObject): Record<string, string> {
  const stored = Object.entries(object.headers).filter(([name]) => !name.startsWith('x-oss-'));
  return {
    'content-type': 'application/octet-stream',
    ...Object.fromEntries(stored),
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}
