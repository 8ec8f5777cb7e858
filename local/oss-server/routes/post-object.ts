import { checkKey } from '../address.ts';
import { bucketOf, type Call, overwriteGuard } from '../call.ts';
import { callBack } from '../call-back.ts';
import { readFormCallback } from '../callback.ts';
import { notImplemented, OssError } from '../errors.ts';
import { type FormFile, receiveForm } from '../form.ts';
import { readAttributes } from '../attributes.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { type Fields, type LengthRange, verifyForm } from '../post-policy.ts';
import { refuseHeaders } from '../refused-headers.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { paced, toBytes } from '../traffic-limit.ts';
import { created, storedHeaders } from './objects.ts';

/** Replaced by the name of the file on the sender's disk. */
const FILENAME = /\$\{filename\}/g;
const REFUSED = ['success_action_redirect', 'x-oss-tagging'];

export async function postObject(call: Call): Promise<Reply> {
  const bucket = bucketOf(call);
  return receiveForm(call, (fields, file) => storeForm(call, bucket, fields, file));
}

async function storeForm(
  call: Call,
  bucket: BucketStorage,
  fields: Map<string, string>,
  file: FormFile,
): Promise<Reply> {
  const refused = REFUSED.find(name => fields.has(name));
  if (refused !== undefined) throw notImplemented(`the form field ${refused}`);
  const key = (fields.get('key') ?? '').replaceAll(FILENAME, () => file.filename);
  const length = verifyForm(fields, bucket.name, call);
  checkKey(key);
  const headers = formHeaders(fields, file);
  refuseHeaders(headers);
  const attributes = readAttributes(headers);
  const callback = readFormCallback(fields);
  const blob = await bucket.receive(slowed(limited(file, length), headers));
  if (blob.size < length.min) {
    await bucket.discard(blob.id);
    throw new OssError('EntityTooSmall', undefined, { MinSizeAllowed: String(length.min) });
  }
  const object = normalObject(key, blob, keptHeaders(headers), attributes);
  const previous = await bucket.commit(object, overwriteGuard(headers));
  await call.publish(created('PostObject', bucket, object, previous));
  const uploaded = { bucket, object, operation: 'PostObject' } as const;
  return await callBack(call, callback, uploaded, posted(call, fields, object));
}

/** A form is UTF-8, stored headers are bytes. */
function formHeaders(fields: Fields, file: FormFile): Record<string, string> {
  const bytes = (value: string) => Buffer.from(value).toString('latin1');
  const given = [...fields].map(([name, value]) => [name, bytes(value)] as const);
  const type = fields.get('x-oss-content-type') ?? fields.get('content-type') ?? file.type;
  return { ...Object.fromEntries(given), 'content-type': bytes(type) };
}

async function* limited(file: FormFile, { max }: LengthRange): AsyncGenerator<Buffer> {
  let size = 0;
  // Left alone when too long: a destroyed part would stall the rest of the form.
  const chunks = file.stream.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max)
      throw new OssError('EntityTooLarge', undefined, { MaxSizeAllowed: String(max) });
    yield chunk;
  }
}

function slowed(chunks: AsyncIterable<Buffer>, headers: Readonly<Record<string, string>>) {
  const limit = headers['x-oss-traffic-limit'];
  return limit === undefined ? chunks : paced(chunks, toBytes('x-oss-traffic-limit', limit));
}

function posted(call: Call, fields: Fields, object: StoredObject): Reply {
  const status = Number(fields.get('success_action_status') ?? 204);
  if (status === 200) return { status, headers: storedHeaders(object) };
  if (status !== 201) return { status: 204, headers: storedHeaders(object) };
  const PostResponse = {
    Bucket: call.address.bucket,
    ETag: `"${object.etag}"`,
    Key: object.key,
    Location: `http://${call.headers.host}/${encodeURIComponent(object.key)}`,
  };
  return { ...xmlReply({ PostResponse }, storedHeaders(object)), status };
}
