import type { Blob } from '../blobs.ts';
import { type Call, intParam, param, targetOf } from '../call.ts';
import { encodeListed } from '../encoding.ts';
import { OssError } from '../errors.ts';
import { keptHeaders, wholeSecond } from '../new-object.ts';
import { permittedAttributes } from '../permitted-attributes.ts';
import { readRange } from '../range.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage } from '../storage.ts';
import type { Part, Upload } from '../uploads.ts';
import { copyResult, findSource } from './copy.ts';
import { receiveVerified } from './objects.ts';

const MAX_PART_NUMBER = 10_000;

export async function initiateUpload(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const upload = await bucket.uploads.start(
    key,
    keptHeaders(call.headers),
    permittedAttributes(call),
  );
  await call.publish(progress('ObjectCreated:InitiateMultipartUpload', bucket, upload));
  return xmlReply({
    InitiateMultipartUploadResult: {
      Bucket: bucket.name,
      Key: encodeListed(call, key),
      UploadId: upload.id,
    },
  });
}

export async function uploadPart(call: Call): Promise<Reply> {
  const { bucket } = openUpload(call);
  readPartNumber(call);
  const part = await addPart(call, await receiveVerified(call, bucket), 'UploadPart');
  const headers = { etag: `"${part.etag}"`, 'x-oss-hash-crc64ecma': part.crc64 };
  return { status: 200, headers };
}

export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { bucket } = openUpload(call);
  readPartNumber(call);
  const source = findSource(call);
  if (source === 'not-modified') return { status: 304 };
  const { blob, size } = source.object;
  const asked = call.headers['x-oss-copy-source-range'];
  const range = readRange(asked, size, true);
  if (range === 'unsatisfiable') throw new OssError('InvalidRange');
  const part = await addPart(
    call,
    await bucket.receive(source.bucket.read(blob, range)),
    'UploadPartCopy',
  );
  return xmlReply({ CopyPartResult: copyResult(part) }, { etag: `"${part.etag}"` });
}

export async function abortUpload(call: Call): Promise<Reply> {
  const { bucket, open } = openUpload(call);
  await bucket.uploads.remove(open);
  await call.publish(progress('ObjectRemoved:AbortMultipartUpload', bucket, open.upload));
  return { status: 204 };
}

export function openUpload(call: Call) {
  const { bucket, key } = targetOf(call);
  return { bucket, open: bucket.uploads.find(param(call, 'uploadId'), key) };
}

function readPartNumber(call: Call): number {
  return intParam(call, 'partNumber', { max: MAX_PART_NUMBER, fallback: 0 });
}

async function addPart(call: Call, blob: Blob, action: string): Promise<Part> {
  const { bucket, open } = await openUploadFor(call, blob);
  const part = {
    number: readPartNumber(call),
    blob: blob.id,
    size: blob.size,
    etag: blob.md5,
    crc64: blob.crc64,
    lastModified: wholeSecond(blob.received),
  };
  await bucket.uploads.addPart(open, part);
  await call.publish(progress(`ObjectCreated:${action}`, bucket, open.upload, part));
  return part;
}

/** The upload may have ended while the part came in. */
async function openUploadFor(call: Call, blob: Blob) {
  try {
    return openUpload(call);
  } catch (error) {
    await targetOf(call).bucket.discard(blob.id);
    throw error;
  }
}

/** Nothing is visible yet, so nothing changes in size. */
function progress(name: string, bucket: BucketStorage, { key, headers }: Upload, part?: Part) {
  const facts = { size: part?.size ?? 0, deltaSize: 0, etag: part?.etag ?? '' };
  return { name, bucket: bucket.name, key, ...facts, mimeType: headers['content-type'] };
}
