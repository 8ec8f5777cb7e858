import { bucketOf, type Call, intParam, param } from '../call.ts';
import { encodeListed } from '../encoding.ts';
import { invalidArgument } from '../errors.ts';
import { compareBytes } from '../key-index.ts';
import { commonPrefix } from '../list.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Part, Upload } from '../uploads.ts';
import { encodingType } from './listing.ts';
import { openUpload } from './multipart.ts';

const LIMIT = { max: 1000, fallback: 1000 };

export async function listParts(call: Call): Promise<Reply> {
  const { bucket, open } = openUpload(call);
  const limit = intParam(call, 'max-parts', LIMIT);
  const after = Number(param(call, 'part-number-marker') || 0);
  if (!Number.isInteger(after)) throw invalidArgument('part-number-marker', String(after));
  const parts = [...open.parts.values()]
    .filter(part => part.number > after)
    .sort((a, b) => a.number - b.number);
  const page = parts.slice(0, limit);
  return xmlReply({
    ListPartsResult: {
      Bucket: bucket.name,
      Key: encodeListed(call, open.upload.key),
      UploadId: open.upload.id,
      StorageClass: 'Standard',
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: parts.length > page.length,
      ...encodingType(call),
      Part: page.map(describePart),
    },
  });
}

function describePart(part: Part) {
  return {
    PartNumber: part.number,
    LastModified: new Date(part.lastModified).toISOString(),
    ETag: `"${part.etag}"`,
    HashCrc64ecma: part.crc64,
    Size: part.size,
  };
}

export async function listUploads(call: Call): Promise<Reply> {
  const limit = intParam(call, 'max-uploads', LIMIT);
  const prefix = param(call, 'prefix');
  const delimiter = param(call, 'delimiter');
  const rolledUp = (upload: Upload) => commonPrefix(upload.key, { prefix, delimiter });
  const found = findUploads(call, prefix);
  const page = found.filter(upload => rolledUp(upload) === undefined).slice(0, limit);
  const last = page.at(-1);
  const prefixes = [...new Set(found.map(rolledUp))].filter(name => name !== undefined);
  const encode = (name: string) => encodeListed(call, name);
  return xmlReply({
    ListMultipartUploadsResult: {
      Bucket: call.address.bucket,
      KeyMarker: encode(param(call, 'key-marker')),
      UploadIdMarker: param(call, 'upload-id-marker'),
      NextKeyMarker: encode(last?.key ?? ''),
      NextUploadIdMarker: last?.id ?? '',
      Delimiter: encode(delimiter),
      Prefix: encode(prefix),
      MaxUploads: limit,
      IsTruncated: found.filter(upload => rolledUp(upload) === undefined).length > page.length,
      ...encodingType(call),
      Upload: page.map(upload => describeUpload(call, upload)),
      CommonPrefixes: prefixes.map(name => ({ Prefix: encode(name) })),
    },
  });
}

/** By key, then by upload id; an upload-id-marker without a key-marker counts for nothing. */
function findUploads(call: Call, prefix: string): Upload[] {
  const key = param(call, 'key-marker');
  const id = param(call, 'upload-id-marker');
  const isAfter = (upload: Upload) => {
    const order = compareBytes(upload.key, key);
    return key === '' || order > 0 || (order === 0 && id !== '' && upload.id > id);
  };
  return bucketOf(call)
    .uploads.all()
    .map(({ upload }) => upload)
    .filter(upload => upload.key.startsWith(prefix) && isAfter(upload))
    .sort((a, b) => compareBytes(a.key, b.key) || compareBytes(a.id, b.id));
}

function describeUpload(call: Call, upload: Upload) {
  return {
    Key: encodeListed(call, upload.key),
    UploadId: upload.id,
    StorageClass: 'Standard',
    Initiated: new Date(upload.initiated).toISOString(),
  };
}
