import * as z from 'zod';
import { bucketOf, type Call, intParam, param, readText } from '../call.ts';
import { only, readDocument } from '../document.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage } from '../storage.ts';
import { OWNER } from './listing.ts';

export async function listBuckets(call: Call): Promise<Reply> {
  const limit = intParam(call, 'max-keys', { max: 1000, fallback: 100 });
  const found = call.store
    .buckets()
    .filter(({ name }) => name.startsWith(param(call, 'prefix')) && name > param(call, 'marker'));
  const page = found.slice(0, limit);
  const truncated = found.length > page.length;
  return xmlReply({
    ListAllMyBucketsResult: {
      Owner: OWNER,
      ...(truncated && { IsTruncated: true, NextMarker: page.at(-1)?.name }),
      Buckets: { Bucket: page.map(bucket => describe(call, bucket)) },
    },
  });
}

const creation = z.strictObject({
  StorageClass: only('Standard').optional(),
  DataRedundancyType: only('LRS').optional(),
});

/** Creating one's own bucket again succeeds, as in the cloud. */
export async function putBucket(call: Call): Promise<Reply> {
  const body = await readText(call);
  if (body !== '') readDocument(body, 'CreateBucketConfiguration', creation);
  call.store.create(call.address.bucket);
  return { status: 200 };
}

export async function deleteBucket(call: Call): Promise<Reply> {
  call.store.remove(bucketOf(call).name);
  return { status: 204 };
}

export async function getBucketInfo(call: Call): Promise<Reply> {
  const Bucket = { ...describe(call, bucketOf(call)), Owner: OWNER };
  const AccessControlList = { Grant: 'private' };
  return xmlReply({ BucketInfo: { Bucket: { ...Bucket, AccessControlList } } });
}

export async function getBucketLocation(call: Call): Promise<Reply> {
  return xmlReply({ LocationConstraint: describe(call, bucketOf(call)).Location });
}

function describe(call: Call, bucket: BucketStorage) {
  const region = call.keyring.region;
  return {
    Name: bucket.name,
    Location: `oss-${region}`,
    Region: region,
    CreationDate: new Date(bucket.created).toISOString(),
    ExtranetEndpoint: call.headers.host ?? '',
    IntranetEndpoint: call.headers.host ?? '',
    StorageClass: 'Standard',
  };
}
