import { bucketOf, type Call, intParam, param } from '../call.ts';
import { encodeListed, readToken, writeToken } from '../encoding.ts';
import { invalidArgument } from '../errors.ts';
import { OWNER_ID } from '../events.ts';
import { type Listing, listObjects } from '../list.ts';
import { type Reply, xmlReply } from '../reply.ts';
import { restoreInfo } from '../restore.ts';
import type { StoredObject } from '../storage.ts';

const LIMIT = { max: 1000, fallback: 100 };
export const OWNER = { ID: OWNER_ID, DisplayName: OWNER_ID };

export async function listBucket(call: Call): Promise<Reply> {
  const version = param(call, 'list-type');
  if (version !== '' && version !== '2') throw invalidArgument('list-type', version);
  return version === '2' ? listV2(call) : listV1(call);
}

function listV1(call: Call): Reply {
  const marker = param(call, 'marker');
  const listing = listPage(call, marker);
  const encode = (name: string) => encodeListed(call, name);
  return xmlReply({
    ListBucketResult: {
      ...common(call, listing),
      Marker: encode(marker),
      ...(listing.next !== undefined && { NextMarker: encode(listing.next) }),
      // ali-oss reads Owner.ID of every entry, so V1 may not leave it out.
      Contents: listing.objects.map(object => ({ ...entry(call, object), Owner: OWNER })),
      CommonPrefixes: listing.prefixes.map(prefix => ({ Prefix: encode(prefix) })),
    },
  });
}

function listV2(call: Call): Reply {
  const token = param(call, 'continuation-token');
  const startAfter = param(call, 'start-after');
  const listing = listPage(call, token === '' ? startAfter : readToken(token));
  const owner = param(call, 'fetch-owner') === 'true' ? { Owner: OWNER } : {};
  return xmlReply({
    ListBucketResult: {
      ...common(call, listing),
      ...(startAfter !== '' && { StartAfter: encodeListed(call, startAfter) }),
      ...(token !== '' && { ContinuationToken: token }),
      ...(listing.next !== undefined && { NextContinuationToken: writeToken(listing.next) }),
      KeyCount: listing.objects.length + listing.prefixes.length,
      Contents: listing.objects.map(object => ({ ...entry(call, object), ...owner })),
      CommonPrefixes: listing.prefixes.map(prefix => ({ Prefix: encodeListed(call, prefix) })),
    },
  });
}

function listPage(call: Call, after: string): Listing {
  return listObjects(bucketOf(call).objects, {
    prefix: param(call, 'prefix'),
    delimiter: param(call, 'delimiter'),
    after,
    limit: intParam(call, 'max-keys', LIMIT),
  });
}

function common(call: Call, listing: Listing) {
  return {
    Name: call.address.bucket,
    Prefix: encodeListed(call, param(call, 'prefix')),
    MaxKeys: intParam(call, 'max-keys', LIMIT),
    Delimiter: encodeListed(call, param(call, 'delimiter')),
    ...encodingType(call),
    IsTruncated: listing.next !== undefined,
  };
}

export function encodingType(call: Call) {
  const type = param(call, 'encoding-type');
  return type === '' ? {} : { EncodingType: type };
}

function entry(call: Call, object: StoredObject) {
  const restored = restoreInfo(object, call.clock());
  return {
    Key: encodeListed(call, object.key),
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: `"${object.etag}"`,
    Type: object.type,
    Size: object.size,
    StorageClass: object.storageClass ?? 'Standard',
    ...(restored !== undefined && { RestoreInfo: restored }),
  };
}
