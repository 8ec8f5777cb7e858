import type { Attributes } from '../attributes.ts';
import { checkKey, decodeKey } from '../address.ts';
import { type Call, findBucket, overwriteGuard, targetOf } from '../call.ts';
import { judge } from '../conditions.ts';
import { invalidArgument, notImplemented } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { permittedAttributes } from '../permitted-attributes.ts';
import { permit } from '../permit.ts';
import { type Reply, xmlReply } from '../reply.ts';
import { checkReadable } from '../restore.ts';
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
  const attributes = newAttributes(call, source.object);
  const blob = await bucket.receive(source.bucket.read(source.object.blob));
  const object = { ...normalObject(key, blob, headers, attributes), ...linkOf(source.object) };
  const previous = await bucket.commit(object, overwriteGuard(call.headers));
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
  checkCopyable(object, call);
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

function checkCopyable(object: StoredObject, call: Call): void {
  checkReadable(object, call.clock());
  if (object.type === 'Appendable') throw notImplemented('a copy of an appendable object');
}

/** A link is copied as a link. */
function linkOf({ type, target }: StoredObject): Partial<StoredObject> {
  return target === undefined ? {} : { type, target };
}

/** Of the source only its tags go over. */
function newAttributes(call: Call, { tags }: StoredObject): Attributes {
  const given = permittedAttributes(call);
  const directive = call.headers['x-oss-tagging-directive']?.toUpperCase() ?? 'COPY';
  if (directive === 'REPLACE') return given;
  if (directive !== 'COPY') throw invalidArgument('x-oss-tagging-directive', directive);
  const { tags: _, ...own } = given;
  return tags ? { ...own, tags } : own;
}

function newHeaders(call: Call, source: StoredObject) {
  const directive = call.headers['x-oss-metadata-directive']?.toUpperCase() ?? 'COPY';
  if (directive === 'COPY') return source.headers;
  if (directive === 'REPLACE') return keptHeaders(call.headers);
  throw invalidArgument('x-oss-metadata-directive', directive);
}
