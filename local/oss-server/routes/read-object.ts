import { type Call, param, targetOf } from '../call.ts';
import { OssError } from '../errors.ts';
import { permit } from '../permit.ts';
import type { Reply } from '../reply.ts';
import { checkReadable, restoreInfo } from '../restore.ts';
import { decideServing, representationHeaders, serveBody } from '../serve.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { findObject, preconditionFailed, storedHeaders } from './objects.ts';
import { followLink } from './symlink.ts';

export async function getObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const misses = call.method === 'GET' && !bucket.objects.get(key);
  const mirrored = misses ? await call.mirror.fetch(bucket, { ...call, key }) : undefined;
  if (mirrored?.kind === 'redirect') return mirrored.reply;
  // Looked up after the wait: what is served is opened in this tick.
  const object = findServed(call, bucket, key);
  if (call.method === 'GET') checkReadable(object, call.clock());
  const serving = decideServing(object, call.headers, wantsStandardRange(call));
  const headers = {
    ...representationHeaders(object),
    ...ossHeaders(object, call.clock()),
    ...(mirrored && { 'x-oss-tag': 'MIRROR' }),
    ...overrides(call),
  };
  if (serving.kind === 'failed') throw preconditionFailed(serving.condition);
  if (serving.kind === 'unsatisfiable') {
    throw new OssError('InvalidRange', undefined, { ActualObjectSize: String(object.size) });
  }
  if (serving.kind === 'not-modified') return { status: 304, headers };
  const range = serving.kind === 'part' ? serving.range : undefined;
  const reply = serveBody(bucket, object, { method: call.method, range });
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

/** Whoever reads a link has to be allowed its target as well. */
function findServed(call: Call, bucket: BucketStorage, key: string): StoredObject {
  const object = findObject(bucket, key);
  const { target } = object;
  if (target !== undefined) permit(call, 'GetObject', { bucket: bucket.name, key: target });
  return followLink(bucket, object);
}

/** Only these three, even of an object with more to tell. */
export async function headObjectMeta(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const object = findServed(call, bucket, key);
  const modified = new Date(object.lastModified).toUTCString();
  const headers = { etag: `"${object.etag}"`, 'last-modified': modified };
  return { status: 200, headers: { 'content-length': String(object.size), ...headers } };
}

function wantsStandardRange({ headers }: Call): boolean {
  return headers['x-oss-range-behavior'] === 'standard';
}

function ossHeaders(object: StoredObject, now: number): Record<string, string> {
  const restored = restoreInfo(object, now);
  const meta = Object.entries(object.headers).filter(([name]) => name.startsWith('x-oss-meta-'));
  return {
    ...Object.fromEntries(meta),
    ...storedHeaders(object),
    'x-oss-object-type': object.type,
    'x-oss-storage-class': object.storageClass ?? 'Standard',
    ...(restored !== undefined && { 'x-oss-restore': restored }),
    ...(object.tags?.length && { 'x-oss-tagging-count': String(object.tags.length) }),
    ...(object.type === 'Appendable' && { 'x-oss-next-append-position': String(object.size) }),
  };
}

export const OVERRIDES = [
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
];

/** Signed by whoever may read the object, so honoured. */
function overrides(call: Call): Record<string, string> {
  const given = OVERRIDES.filter(name => param(call, name) !== '');
  const value = (name: string) => Buffer.from(param(call, name)).toString('latin1');
  return Object.fromEntries(given.map(name => [name.slice('response-'.length), value(name)]));
}
