import { createHmac } from 'node:crypto';
import type { Address } from './address.ts';
import {
  type Attempt,
  type Claim,
  checkExpiry,
  checkSkew,
  queryValue,
  type SignedRequest,
} from './claim.ts';

/** The query parameters V1 signs; all others (prefix, marker, max-keys …) are outside the signature. */
const SIGNED = new Set(
  (
    'acl uploads location cors logging website referer lifecycle delete append tagging objectMeta uploadId ' +
    'partNumber security-token position img style styleName replication replicationProgress ' +
    'replicationLocation cname bucketInfo comp qos qosInfo live status vod startTime endTime symlink ' +
    'x-oss-process x-oss-async-process x-oss-traffic-limit response-content-type response-content-language ' +
    'response-expires response-cache-control response-content-disposition response-content-encoding restore ' +
    'callback callback-var policy stat encryption versions versioning versionId requestPayment ' +
    'x-oss-request-payer sequential inventory inventoryId continuation-token asyncFetch worm wormId wormExtend ' +
    'withHashContext x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx ' +
    'transferAcceleration regionList cloudboxes metaQuery resourceGroup rtc responseHeader'
  ).split(' '),
);

export function isSubresource(name: string): boolean {
  return SIGNED.has(name) || name.startsWith('x-oss-ac-') || name.startsWith('udf');
}

/** Also the signature of a PostObject policy, whose text is the policy in base64. */
export function signV1(secret: string, stringToSign: string | Buffer): string {
  return createHmac('sha1', secret).update(stringToSign).digest('base64');
}

export function readV1Header(request: SignedRequest, now: number): Claim | undefined {
  const match = /^OSS ([^:]+):(.+)$/.exec(request.headers.authorization ?? '');
  if (!match) return undefined;
  const date = request.headers['x-oss-date'] ?? request.headers.date ?? '';
  checkSkew(Date.parse(date), now);
  return claim(request, match[1] ?? '', match[2] ?? '', date);
}

export function readV1Url(request: SignedRequest, now: number): Claim | undefined {
  const signature = queryValue(request.query, 'Signature');
  const accessKeyId = queryValue(request.query, 'OSSAccessKeyId');
  if (signature === undefined || accessKeyId === undefined) return undefined;
  const expires = queryValue(request.query, 'Expires') ?? '';
  checkExpiry(/^\d+$/.test(expires) ? Number(expires) * 1000 : Number.NaN, now);
  return claim(request, accessKeyId, signature, expires);
}

function claim(
  request: SignedRequest,
  accessKeyId: string,
  signature: string,
  date: string,
): Claim {
  const sign = (secret: string, address: Address): Attempt[] => {
    const text = stringToSignV1(request, date, address);
    return [{ signature: signV1(secret, text), stringToSign: text.toString() }];
  };
  return { accessKeyId, signature, ec: '0002-00000040', sign };
}

/** Bytes, not text: headers may be in any encoding, the resource is UTF-8. */
export function stringToSignV1(request: SignedRequest, date: string, address: Address): Buffer {
  const { method, headers } = request;
  const head = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date];
  const ossHeaders = Object.keys(headers)
    .filter(name => name.startsWith('x-oss-'))
    .sort()
    .map(name => `${name}:${headers[name]?.trim()}\n`);
  return Buffer.concat([
    Buffer.from(`${head.join('\n')}\n${ossHeaders.join('')}`, 'latin1'),
    Buffer.from(canonicalResource(request, address)),
  ]);
}

function canonicalResource(request: SignedRequest, { bucket, key }: Address): string {
  const subresources = request.query
    .filter(item => isSubresource(item.name))
    .map(item => (item.value === '' ? item.name : `${item.name}=${item.value}`))
    .sort();
  const resource = bucket === '' ? '/' : `/${bucket}/${key}`;
  return subresources.length === 0 ? resource : `${resource}?${subresources.join('&')}`;
}
