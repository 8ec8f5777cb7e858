import { checkKey } from '../address.ts';
import { bucketOf, type Call, forbidsOverwrite } from '../call.ts';
import { notImplemented, OssError } from '../errors.ts';
import { type FormFile, receiveForm } from '../form.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { type Fields, type LengthRange, verifyForm } from '../post-policy.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { created, storedHeaders } from './objects.ts';

/** Replaced by the name of the file on the sender's disk. */
const FILENAME = /\$\{filename\}/g;
const REFUSED = [
  'callback',
  'callback-var',
  'success_action_redirect',
  'x-oss-object-acl',
  'x-oss-tagging',
];

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
  const blob = await bucket.receive(limited(file, length));
  if (blob.size < length.min) {
    await bucket.discard(blob.id);
    throw new OssError('EntityTooSmall', undefined, { MinSizeAllowed: String(length.min) });
  }
  const object = normalObject(key, blob, keptHeaders(headers));
  const previous = await bucket.commit(object, forbidsOverwrite(headers));
  await call.publish(created('PostObject', bucket, object, previous));
  return posted(call, fields, object);
}

/** A form is UTF-8, stored headers are bytes. */
function formHeaders(fields: Fields, file: FormFile): Record<string, string> {
  const bytes = (value: string) => Buffer.from(value).toString('latin1');
  const given = [...fields].map(([name, value]) => [name, bytes(value)] as const);
  const type = fields.get('x-oss-content-type') ?? fields.get('content-type') ?? file.type;
  return { ...Object.fromEntries(given), 'content-type': bytes(type) };
}

async function* limited(file: FormFile, { max }: LengthRange): AsyncGenerator<Uint8Array> {
  let size = 0;
  // Left alone when too long: a destroyed part would stall the rest of the form.
  const chunks = file.stream.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > max)
      throw new OssError('EntityTooLarge', undefined, { MaxSizeAllowed: String(max) });
    yield chunk;
  }
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
