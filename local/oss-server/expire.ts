import { isDue, type LifecycleRule } from './lifecycle.ts';
import type { BucketStorage, ObjectStorage } from './storage.ts';
import type { OpenUpload } from './uploads.ts';

export interface Expired {
  readonly bucket: string;
  readonly key: string;
  /** Of a multipart upload that was aborted; without it an object was removed. */
  readonly uploadId?: string;
}

/** Carries out the lifecycle rules of all buckets as of `now`, in milliseconds. As in the cloud, no event tells of it. */
export async function expire(store: ObjectStorage, now: number): Promise<Expired[]> {
  const expired: Expired[] = [];
  for (const bucket of store.buckets()) {
    const rules = bucket.settings.get('lifecycle')?.Rule ?? [];
    for (const rule of rules.filter(({ Status }) => Status === 'Enabled')) {
      expired.push(...(await removeObjects(bucket, rule, now)));
      expired.push(...(await abortUploads(bucket, rule, now)));
    }
  }
  return expired;
}

async function removeObjects(
  bucket: BucketStorage,
  { Prefix, Expiration }: LifecycleRule,
  now: number,
): Promise<Expired[]> {
  if (!Expiration) return [];
  const expired: Expired[] = [];
  for (const key of keysUnder(bucket, Prefix)) {
    // Looked up again in the tick of its removal: an upload may have come in between.
    const object = bucket.objects.get(key);
    if (!object || !isDue(object.lastModified, Expiration, now)) continue;
    await bucket.remove(key);
    expired.push({ bucket: bucket.name, key });
  }
  return expired;
}

/** A list of its own, since removing moves the positions. */
function keysUnder({ objects }: BucketStorage, prefix: string): string[] {
  const keys: string[] = [];
  for (let at = objects.seek(prefix); ; at += 1) {
    const key = objects.at(at);
    if (!key?.startsWith(prefix)) return keys;
    keys.push(key);
  }
}

async function abortUploads(
  bucket: BucketStorage,
  { Prefix, AbortMultipartUpload }: LifecycleRule,
  now: number,
): Promise<Expired[]> {
  if (!AbortMultipartUpload) return [];
  const expired: Expired[] = [];
  for (const open of bucket.uploads.all()) {
    const { key, id } = open.upload;
    if (open.sealed || !key.startsWith(Prefix)) continue;
    if (!isDue(lastChange(open), AbortMultipartUpload, now)) continue;
    await bucket.uploads.remove(open);
    expired.push({ bucket: bucket.name, key, uploadId: id });
  }
  return expired;
}

/** https://help.aliyun.com/en/oss/user-guide/0014-00000073: days after a part was last updated. */
function lastChange({ upload, parts }: OpenUpload): number {
  return Math.max(upload.initiated, ...[...parts.values()].map(part => part.lastModified));
}
