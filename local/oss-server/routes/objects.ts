import {
  bodyOf,
  type Call,
  checkDigest,
  forbidsOverwrite,
  param,
  targetOf,
  toBase64,
} from '../call.ts';
import { OssError } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import type { Reply } from '../reply.ts';
import { decideServing, representationHeaders, serveBody } from '../serve.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';

export async function putObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const { headers } = call;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new OssError('MissingContentLength');
  }
  const blob = await receiveVerified(call, bucket);
  const object = normalObject(key, blob, keptHeaders(headers));
  const previous = await bucket.commit(object, forbidsOverwrite(headers));
  await call.publish(created('PutObject', bucket, object, previous));
  return { status: 200, headers: storedHeaders(object) };
}

/** A body that is not what its Content-MD5 says is not kept. */
export async function receiveVerified(call: Call, bucket: BucketStorage) {
  const blob = await bucket.receive(bodyOf(call));
  try {
    checkDigest(call.headers['content-md5'], blob.md5);
  } catch (error) {
    await bucket.discard(blob.id);
    throw error;
  }
  return blob;
}

export function storedHeaders({ etag, crc64, type }: StoredObject): Record<string, string> {
  return {
    etag: `"${etag}"`,
    'x-oss-hash-crc64ecma': crc64,
    ...(type === 'Normal' && { 'content-md5': toBase64(etag) }),
  };
}

export function created(
  action: string,
  bucket: BucketStorage,
  object: StoredObject,
  previous: StoredObject | undefined,
) {
  const { key, size, etag } = object;
  const deltaSize = size - (previous?.size ?? 0);
  const mimeType = object.headers['content-type'];
  return {
    name: `ObjectCreated:${action}`,
    bucket: bucket.name,
    key,
    size,
    deltaSize,
    etag,
    mimeType,
  };
}

export function removed(action: string, bucket: BucketStorage, object: StoredObject) {
  const mimeType = object.headers['content-type'];
  const change = { size: 0, deltaSize: -object.size, etag: '', mimeType };
  return { name: `ObjectRemoved:${action}`, bucket: bucket.name, key: object.key, ...change };
}

export async function getObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const misses = call.method === 'GET' && !bucket.objects.get(key);
  const mirrored = misses ? await call.mirror.fetch(bucket, { ...call, key }) : undefined;
  if (mirrored?.kind === 'redirect') return mirrored.reply;
  // Looked up after the wait: what is served is opened in this tick.
  const object = findObject(bucket, key);
  const serving = decideServing(object, call.headers, wantsStandardRange(call));
  const headers = {
    ...representationHeaders(object),
    ...ossHeaders(object),
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

/** Only these three, even of an object with more to tell. */
export async function headObjectMeta(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const object = findObject(bucket, key);
  const modified = new Date(object.lastModified).toUTCString();
  const headers = { etag: `"${object.etag}"`, 'last-modified': modified };
  return { status: 200, headers: { 'content-length': String(object.size), ...headers } };
}

export async function deleteObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const previous = await bucket.remove(key);
  if (previous) await call.publish(removed('DeleteObject', bucket, previous));
  return { status: 204 };
}

export function findObject(bucket: BucketStorage, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (!object) throw new OssError('NoSuchKey', undefined, { Key: key });
  return object;
}

export function preconditionFailed(condition: string): OssError {
  return new OssError('PreconditionFailed', undefined, { Condition: condition });
}

function wantsStandardRange({ headers }: Call): boolean {
  return headers['x-oss-range-behavior'] === 'standard';
}

function ossHeaders(object: StoredObject): Record<string, string> {
  const meta = Object.entries(object.headers).filter(([name]) => name.startsWith('x-oss-meta-'));
  return {
    ...Object.fromEntries(meta),
    ...storedHeaders(object),
    'x-oss-object-type': object.type,
    'x-oss-storage-class': 'Standard',
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
