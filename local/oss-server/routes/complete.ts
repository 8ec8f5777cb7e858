import { createHash } from 'node:crypto';
import { type Call, overwriteGuard, readText } from '../call.ts';
import { callBack } from '../call-back.ts';
import { readCallback } from '../callback.ts';
import { encodeListed } from '../encoding.ts';
import { OssError } from '../errors.ts';
import { normalObject } from '../new-object.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import type { OpenUpload, Part } from '../uploads.ts';
import { readXml } from '../xml.ts';
import { openUpload } from './multipart.ts';
import { created, storedHeaders } from './objects.ts';

const MIN_PART_BYTES = 100 * 1024;

export async function completeUpload(call: Call): Promise<Reply> {
  const callback = readCallback(call);
  const wanted = readParts(await readText(call));
  const { bucket, open } = openUpload(call);
  const parts = choose(open, wanted);
  open.sealed = true;
  try {
    const object = await assemble(bucket, open, parts);
    const previous = await bucket.commit(object, overwriteGuard(call.headers));
    await bucket.uploads.remove(open);
    await call.publish(created('CompleteMultipartUpload', bucket, object, previous));
    const uploaded = { bucket, object, operation: 'CompleteMultipartUpload' } as const;
    return await callBack(call, callback, uploaded, completed(call, object));
  } finally {
    open.sealed = false;
  }
}

/** What the client says it has sent: numbers, ascending, each with its ETag. */
function readParts(text: string): { number: number; etag: string }[] {
  const root = readXml(text).CompleteMultipartUpload as Record<string, unknown> | undefined;
  const parts = root?.Part as Record<string, unknown>[] | undefined;
  if (!Array.isArray(parts)) throw new OssError('MalformedXML');
  const wanted = parts.map(part => ({
    number: Number(part.PartNumber),
    etag: String(part.ETag).replaceAll('"', '').trim().toUpperCase(),
  }));
  const ascends = wanted.every(({ number }, at) => number > (wanted[at - 1]?.number ?? 0));
  if (!ascends) throw new OssError('InvalidPartOrder');
  return wanted;
}

function choose(open: OpenUpload, wanted: { number: number; etag: string }[]): Part[] {
  const parts = wanted.map(({ number, etag }) => {
    const part = open.parts.get(number);
    if (part?.etag !== etag) {
      throw new OssError('InvalidPart', undefined, { PartNumber: String(number), ETag: etag });
    }
    return part;
  });
  if (parts.slice(0, -1).some(part => part.size < MIN_PART_BYTES)) {
    throw new OssError('EntityTooSmall', undefined, { MinSizeAllowed: String(MIN_PART_BYTES) });
  }
  return parts;
}

/** The parts stay until the object is there: a crash in between loses neither. */
async function assemble(
  bucket: BucketStorage,
  open: OpenUpload,
  parts: Part[],
): Promise<StoredObject> {
  const blob = await bucket.receive(concatenate(bucket, parts));
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  return {
    ...normalObject(open.upload.key, blob, open.upload.headers, open.upload.attributes),
    etag: `${md5.digest('hex').toUpperCase()}-${parts.length}`,
    type: 'Multipart',
  };
}

async function* concatenate(bucket: BucketStorage, parts: Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* bucket.read(part.blob);
}

function completed(call: Call, object: StoredObject): Reply {
  const result = {
    Location: `http://${call.headers.host}/${encodeURIComponent(object.key)}`,
    Bucket: call.address.bucket,
    Key: encodeListed(call, object.key),
    ETag: `"${object.etag}"`,
  };
  return xmlReply({ CompleteMultipartUploadResult: result }, storedHeaders(object));
}
