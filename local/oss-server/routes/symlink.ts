import { checkKey, decodeKey } from '../address.ts';
import { type Call, overwriteGuard, targetOf } from '../call.ts';
import { invalidArgument, OssError } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { permittedAttributes } from '../permitted-attributes.ts';
import type { Reply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { created, findObject } from './objects.ts';

const TARGET = 'x-oss-symlink-target';

/** Whether there is such a target is looked at when it is read, as in the cloud. */
export async function putSymlink(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const given = call.headers[TARGET];
  if (given === undefined) throw invalidArgument(TARGET, '');
  const target = decodeKey(Buffer.from(given, 'latin1').toString());
  checkKey(target);
  const attributes = permittedAttributes(call);
  const blob = await bucket.receive(textOf(target));
  const object = normalObject(key, blob, keptHeaders(call.headers), attributes);
  const link: StoredObject = { ...object, size: 0, type: 'Symlink', target };
  const previous = await bucket.commit(link, overwriteGuard(call.headers));
  await call.publish(created('PutSymlink', bucket, link, previous));
  return { status: 200, headers: { etag: `"${link.etag}"` } };
}

/** Kept so that each link has an ETag of its own. */
async function* textOf(target: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(target);
}

export async function getSymlink(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const { target, etag, lastModified } = findObject(bucket, key);
  if (target === undefined) throw new OssError('NotSymlink', undefined, { ObjectName: key });
  const headers = {
    [TARGET]: encodeURIComponent(target),
    etag: `"${etag}"`,
    'last-modified': new Date(lastModified).toUTCString(),
  };
  return { status: 200, headers };
}

/** The bytes and validators of the target under the headers of the link; a link to a link leads nowhere. */
export function followLink(bucket: BucketStorage, object: StoredObject): StoredObject {
  if (object.target === undefined) return object;
  const target = bucket.objects.get(object.target);
  if (!target) {
    const details = { ObjectName: object.key, TargetObjectName: object.target };
    throw new OssError('SymlinkTargetNotExist', undefined, details);
  }
  if (target.target !== undefined) throw new OssError('InvalidTargetType');
  const { blob, size, etag, crc64, storageClass, restore } = target;
  return {
    ...object,
    ...{ blob, size, etag, crc64 },
    ...(storageClass && { storageClass }),
    ...(restore && { restore }),
    lastModified: Math.max(object.lastModified, target.lastModified),
  };
}
