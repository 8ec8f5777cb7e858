import { bodyOf, type Call, checkDigest, overwriteGuard, targetOf, toBase64 } from '../call.ts';
import { callBack } from '../call-back.ts';
import { readCallback } from '../callback.ts';
import { encryptionHeaders } from '../attributes.ts';
import { OssError } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { permittedAttributes } from '../permitted-attributes.ts';
import type { Reply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';

export async function putObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const { headers } = call;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new OssError('MissingContentLength');
  }
  const attributes = permittedAttributes(call);
  const callback = readCallback(call);
  const blob = await receiveVerified(call, bucket);
  const object = normalObject(key, blob, keptHeaders(headers), attributes);
  const previous = await bucket.commit(object, overwriteGuard(headers));
  await call.publish(created('PutObject', bucket, object, previous));
  const reply = { status: 200, headers: storedHeaders(object) };
  return await callBack(call, callback, { bucket, object, operation: 'PutObject' }, reply);
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

export function storedHeaders(object: StoredObject): Record<string, string> {
  const { etag, crc64, type } = object;
  return {
    ...encryptionHeaders(object),
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
