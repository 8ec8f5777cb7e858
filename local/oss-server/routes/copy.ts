import { checkKey, decodeKey } from '../address.ts';
import { type Call, findBucket, forbidsOverwrite, targetOf } from '../call.ts';
import { judge } from '../conditions.ts';
import { invalidArgument, notImplemented } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { permit } from '../permit.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { created, findObject, preconditionFailed, storedHeaders } from './objects.ts';

export interface Source {
  readonly bucket: BucketStorage;
  readonly object: StoredObject;
}

export async function copyObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const source = findSource(call);
  if (source === 'not-modified') return { status: 304 };
  const headers = newHeaders(call, source.object);
  const blob = await bucket.receive(source.bucket.read(source.object.blob));
  const object = normalObject(key, blob, headers);
  const previous = await bucket.commit(object, forbidsOverwrite(call.headers));
  await call.publish(created('CopyObject', bucket, object, previous));
  const { 'content-md5': _, ...replyHeaders } = storedHeaders(object);
  return xmlReply({ CopyObjectResult: copyResult(object) }, replyHeaders);
}

export function copyResult({ etag, lastModified }: { etag: string; lastModified: number }) {
  return { ETag: `"${etag}"`, LastModified: new Date(lastModified).toISOString() };
}

/** The source as it is in this tick; to be read at once. */
export function findSource(call: Call): Source | 'not-modified' {
  const address = readCopySource(call.headers['x-oss-copy-source'] ?? '');
  checkKey(address.key);
  permit(call, 'GetObject', address);
  const bucket = findBucket(call.store, address.bucket);
  const object = findObject(bucket, address.key);
  const verdict = judge(sourceConditions(call.headers), object);
  if (verdict === 'not-modified') return verdict;
  if (verdict !== 'holds') throw preconditionFailed(verdict.failed);
  return { bucket, object };
}

/** `/bucket/key`, percent-encoded once, slashes mostly included; a real `?` starts a version. */
function readCopySource(header: string) {
  const text = Buffer.from(header, 'latin1').toString();
  const [path = '', version] = text.split('?');
  if (version !== undefined) throw notImplemented('x-oss-copy-source with versionId');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodeKey(path));
  if (!match) throw invalidArgument('x-oss-copy-source', header);
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

/** ali-oss sends the plain If-* as well; on a write they mean nothing. */
function sourceConditions(headers: Call['headers']) {
  const prefix = 'x-oss-copy-source-';
  const given = Object.entries(headers).filter(([name]) => name.startsWith(`${prefix}if-`));
  return Object.fromEntries(given.map(([name, value]) => [name.slice(prefix.length), value]));
}

function newHeaders(call: Call, source: StoredObject) {
  const directive = call.headers['x-oss-metadata-directive']?.toUpperCase() ?? 'COPY';
  if (directive === 'COPY') return source.headers;
  if (directive === 'REPLACE') return keptHeaders(call.headers);
  throw invalidArgument('x-oss-metadata-directive', directive);
}
