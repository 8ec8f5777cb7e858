import type { Call } from './call.ts';
import { isSigning } from './claim.ts';
import { notImplemented } from './errors.ts';
import { isKnownToOss } from './known-parameters.ts';
import { type OssAction, permit } from './permit.ts';
import { refuseHeaders } from './refused-headers.ts';
import type { Reply } from './reply.ts';
import { getAcl, putAcl } from './routes/acl.ts';
import { appendObject } from './routes/append.ts';
import {
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  listBuckets,
  putBucket,
} from './routes/buckets.ts';
import { completeUpload } from './routes/complete.ts';
import { copyObject } from './routes/copy.ts';
import { deleteMulti } from './routes/delete-multi.ts';
import { listParts, listUploads } from './routes/list-uploads.ts';
import { listBucket } from './routes/listing.ts';
import { abortUpload, initiateUpload, uploadPart, uploadPartCopy } from './routes/multipart.ts';
import { getObjectAcl, putObjectAcl } from './routes/object-acl.ts';
import { deleteObject, putObject } from './routes/objects.ts';
import { getObject, headObjectMeta, OVERRIDES } from './routes/read-object.ts';
import { restoreObject } from './routes/restore.ts';
import { deleteSetting, getSetting, putSetting } from './routes/settings.ts';
import { getSymlink, putSymlink } from './routes/symlink.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './routes/tagging.ts';

interface Route {
  readonly on: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** Query parameters that make the request this one. */
  readonly needs: readonly string[];
  readonly allows?: readonly string[];
  readonly copies?: boolean;
  /** Not said where it is asked for each key. */
  readonly action?: OssAction;
  readonly answer: (call: Call) => Promise<Reply>;
}

const encodingType = 'encoding-type';
const page = ['prefix', 'delimiter', encodingType];
const part = ['partNumber', 'uploadId'];
const list = [
  'list-type',
  'max-keys',
  'marker',
  'start-after',
  'continuation-token',
  'fetch-owner',
];
const uploads = ['max-uploads', 'key-marker', 'upload-id-marker'];
const callback = ['callback', 'callback-var'];
const parts = ['max-parts', 'part-number-marker', encodingType];

interface Subresource {
  readonly on: Route['on'];
  readonly name: string;
}

function asked(
  method: string,
  { on, name }: Subresource,
  action: OssAction,
  answer: Route['answer'],
): Route {
  return { on, method, needs: [name], action, answer };
}

function setting(method: string, name: string, action: OssAction, answer: Route['answer']): Route {
  return asked(method, { on: 'bucket', name }, action, answer);
}

function attribute(
  method: string,
  name: string,
  action: OssAction,
  answer: Route['answer'],
): Route {
  return asked(method, { on: 'object', name }, action, answer);
}

const settings: readonly Route[] = [
  setting('GET', 'acl', 'GetBucketAcl', getAcl),
  setting('PUT', 'acl', 'PutBucketAcl', putAcl),
  setting('GET', 'cors', 'GetBucketCors', getSetting('cors')),
  setting('PUT', 'cors', 'PutBucketCors', putSetting('cors')),
  setting('DELETE', 'cors', 'DeleteBucketCors', deleteSetting('cors')),
  setting('GET', 'lifecycle', 'GetBucketLifecycle', getSetting('lifecycle')),
  setting('PUT', 'lifecycle', 'PutBucketLifecycle', putSetting('lifecycle')),
  setting('DELETE', 'lifecycle', 'DeleteBucketLifecycle', deleteSetting('lifecycle')),
  setting('GET', 'website', 'GetBucketWebsite', getSetting('website')),
  setting('PUT', 'website', 'PutBucketWebsite', putSetting('website')),
  setting('DELETE', 'website', 'DeleteBucketWebsite', deleteSetting('website')),
];

const attributes: readonly Route[] = [
  attribute('GET', 'acl', 'GetObjectAcl', getObjectAcl),
  attribute('PUT', 'acl', 'PutObjectAcl', putObjectAcl),
  attribute('GET', 'tagging', 'GetObjectTagging', getObjectTagging),
  attribute('PUT', 'tagging', 'PutObjectTagging', putObjectTagging),
  attribute('DELETE', 'tagging', 'DeleteObjectTagging', deleteObjectTagging),
  attribute('POST', 'restore', 'RestoreObject', restoreObject),
  attribute('GET', 'symlink', 'GetObject', getSymlink),
  attribute('PUT', 'symlink', 'PutObject', putSymlink),
  { ...attribute('POST', 'append', 'PutObject', appendObject), allows: ['position'] },
];

/** The first that fits answers, so those that need more come first. */
const routes: readonly Route[] = [
  ...settings,
  ...attributes,
  {
    on: 'service',
    method: 'GET',
    needs: [],
    allows: ['prefix', 'marker', 'max-keys'],
    action: 'ListBuckets',
    answer: listBuckets,
  },
  { on: 'bucket', method: 'PUT', needs: [], action: 'PutBucket', answer: putBucket },
  { on: 'bucket', method: 'DELETE', needs: [], action: 'DeleteBucket', answer: deleteBucket },
  {
    on: 'bucket',
    method: 'GET',
    needs: ['bucketInfo'],
    action: 'GetBucketInfo',
    answer: getBucketInfo,
  },
  {
    on: 'bucket',
    method: 'GET',
    needs: ['location'],
    action: 'GetBucketLocation',
    answer: getBucketLocation,
  },
  {
    on: 'bucket',
    method: 'GET',
    needs: ['uploads'],
    allows: [...page, ...uploads],
    action: 'ListMultipartUploads',
    answer: listUploads,
  },
  {
    on: 'bucket',
    method: 'GET',
    needs: [],
    allows: [...page, ...list],
    action: 'ListObjects',
    answer: listBucket,
  },
  { on: 'bucket', method: 'POST', needs: ['delete'], allows: [encodingType], answer: deleteMulti },
  {
    on: 'object',
    method: 'PUT',
    needs: part,
    copies: true,
    action: 'PutObject',
    answer: uploadPartCopy,
  },
  { on: 'object', method: 'PUT', needs: part, action: 'PutObject', answer: uploadPart },
  { on: 'object', method: 'PUT', needs: [], copies: true, action: 'PutObject', answer: copyObject },
  {
    on: 'object',
    method: 'PUT',
    needs: [],
    allows: callback,
    action: 'PutObject',
    answer: putObject,
  },
  {
    on: 'object',
    method: 'POST',
    needs: ['uploads'],
    allows: [encodingType],
    action: 'PutObject',
    answer: initiateUpload,
  },
  {
    on: 'object',
    method: 'POST',
    needs: ['uploadId'],
    allows: [encodingType, ...callback],
    action: 'PutObject',
    answer: completeUpload,
  },
  {
    on: 'object',
    method: 'GET',
    needs: ['uploadId'],
    allows: parts,
    action: 'ListParts',
    answer: listParts,
  },
  {
    on: 'object',
    method: 'GET',
    needs: [],
    allows: OVERRIDES,
    action: 'GetObject',
    answer: getObject,
  },
  {
    on: 'object',
    method: 'HEAD',
    needs: ['objectMeta'],
    action: 'GetObject',
    answer: headObjectMeta,
  },
  {
    on: 'object',
    method: 'HEAD',
    needs: [],
    allows: OVERRIDES,
    action: 'GetObject',
    answer: getObject,
  },
  {
    on: 'object',
    method: 'DELETE',
    needs: ['uploadId'],
    action: 'AbortMultipartUpload',
    answer: abortUpload,
  },
  { on: 'object', method: 'DELETE', needs: [], action: 'DeleteObject', answer: deleteObject },
];

/**
 * What OSS knows and this server does not do is refused by its name, and what the caller may not do as well. A
 * parameter that OSS itself does not know changes nothing, as in the cloud.
 */
export function findRoute(call: Call): Route['answer'] {
  refuseHeaders(call.headers);
  const names = call.query.map(item => item.name).filter(name => !isSigning(name));
  const level = levelOf(call);
  const route = routes.find(
    candidate =>
      candidate.on === level &&
      candidate.method === call.method &&
      candidate.needs.every(name => names.includes(name)) &&
      (!candidate.copies || call.headers['x-oss-copy-source'] !== undefined),
  );
  const done = new Set([...(route?.needs ?? []), ...(route?.allows ?? []), ...ALWAYS[level]]);
  const lacking = names.find(name => !done.has(name) && isKnownToOss(name));
  if (lacking !== undefined) throw notImplemented(`${call.method} ?${lacking} (${level})`);
  if (!route) throw notImplemented(`${call.method} (${level})`);
  if (route.action) permit(call, route.action);
  return route.answer;
}

/** Of every call. */
const ALWAYS = { service: [], bucket: [], object: ['x-oss-traffic-limit'] };

function levelOf({ address: { bucket, key } }: Call): Route['on'] {
  if (bucket === '') return 'service';
  return key === '' ? 'bucket' : 'object';
}
