import type { Call } from './call.ts';
import type { OssAction } from './permit.ts';
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

export interface Route {
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

function ofBucket(method: string, name: string, action: OssAction, answer: Route['answer']): Route {
  return asked(method, { on: 'bucket', name }, action, answer);
}

function ofObject(method: string, name: string, action: OssAction, answer: Route['answer']): Route {
  return asked(method, { on: 'object', name }, action, answer);
}

const settings: readonly Route[] = [
  ofBucket('GET', 'acl', 'GetBucketAcl', getAcl),
  ofBucket('PUT', 'acl', 'PutBucketAcl', putAcl),
  ofBucket('GET', 'cors', 'GetBucketCors', getSetting('cors')),
  ofBucket('PUT', 'cors', 'PutBucketCors', putSetting('cors')),
  ofBucket('DELETE', 'cors', 'DeleteBucketCors', deleteSetting('cors')),
  ofBucket('GET', 'lifecycle', 'GetBucketLifecycle', getSetting('lifecycle')),
  ofBucket('PUT', 'lifecycle', 'PutBucketLifecycle', putSetting('lifecycle')),
  ofBucket('DELETE', 'lifecycle', 'DeleteBucketLifecycle', deleteSetting('lifecycle')),
  ofBucket('GET', 'website', 'GetBucketWebsite', getSetting('website')),
  ofBucket('PUT', 'website', 'PutBucketWebsite', putSetting('website')),
  ofBucket('DELETE', 'website', 'DeleteBucketWebsite', deleteSetting('website')),
];

const attributes: readonly Route[] = [
  ofObject('GET', 'acl', 'GetObjectAcl', getObjectAcl),
  ofObject('PUT', 'acl', 'PutObjectAcl', putObjectAcl),
  ofObject('GET', 'tagging', 'GetObjectTagging', getObjectTagging),
  ofObject('PUT', 'tagging', 'PutObjectTagging', putObjectTagging),
  ofObject('DELETE', 'tagging', 'DeleteObjectTagging', deleteObjectTagging),
  ofObject('POST', 'restore', 'RestoreObject', restoreObject),
  ofObject('GET', 'symlink', 'GetObject', getSymlink),
  ofObject('PUT', 'symlink', 'PutObject', putSymlink),
  { ...ofObject('POST', 'append', 'PutObject', appendObject), allows: ['position'] },
];

/** The first that fits answers, so those that need more come first. */
export const routes: readonly Route[] = [
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
  ofBucket('GET', 'bucketInfo', 'GetBucketInfo', getBucketInfo),
  ofBucket('GET', 'location', 'GetBucketLocation', getBucketLocation),
  {
    ...ofBucket('GET', 'uploads', 'ListMultipartUploads', listUploads),
    allows: [...page, ...uploads],
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
  { ...ofObject('POST', 'uploads', 'PutObject', initiateUpload), allows: [encodingType] },
  {
    ...ofObject('POST', 'uploadId', 'PutObject', completeUpload),
    allows: [encodingType, ...callback],
  },
  { ...ofObject('GET', 'uploadId', 'ListParts', listParts), allows: parts },
  {
    on: 'object',
    method: 'GET',
    needs: [],
    allows: OVERRIDES,
    action: 'GetObject',
    answer: getObject,
  },
  ofObject('HEAD', 'objectMeta', 'GetObject', headObjectMeta),
  {
    on: 'object',
    method: 'HEAD',
    needs: [],
    allows: OVERRIDES,
    action: 'GetObject',
    answer: getObject,
  },
  ofObject('DELETE', 'uploadId', 'AbortMultipartUpload', abortUpload),
  { on: 'object', method: 'DELETE', needs: [], action: 'DeleteObject', answer: deleteObject },
];
