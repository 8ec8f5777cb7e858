import { createHash } from 'node:crypto';
import { bodyOf, type Call, checkDigest, param, targetOf } from '../call.ts';
import { invalidArgument, notImplemented, OssError } from '../errors.ts';
import { keptHeaders, normalObject } from '../new-object.ts';
import { permittedAttributes } from '../permitted-attributes.ts';
import type { Reply } from '../reply.ts';
import type { BucketStorage, StoredObject } from '../storage.ts';
import { created, storedHeaders } from './objects.ts';

/** Headers and attributes are those of the first part. */
export async function appendObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  if (call.headers['x-oss-callback'] !== undefined) throw notImplemented('a callback of an append');
  const position = readPosition(call);
  const before = bucket.objects.get(key);
  checkPosition(before, position);
  const attributes = permittedAttributes(call);
  const part = createHash('md5');
  const blob = await bucket.receive(longer(call, bucket, before, part));
  const appended = part.digest('hex');
  await verify(call, bucket, blob.id, appended);
  const fresh = before ?? normalObject(key, blob, keptHeaders(call.headers), attributes);
  const { size, crc64, lastModified } = normalObject(key, blob, {});
  const etag = chained(before, appended);
  const object: StoredObject = {
    ...fresh,
    ...{ blob: blob.id, size, crc64, lastModified, etag, type: 'Appendable' },
  };
  // Somebody else may have come first while the part came in.
  const previous = await bucket.commit(object, now => checkPosition(now, position));
  await call.publish(created('AppendObject', bucket, object, previous));
  const next = { 'x-oss-next-append-position': String(size) };
  return { status: 200, headers: { ...storedHeaders(object), ...next } };
}

function readPosition(call: Call): number {
  const text = param(call, 'position');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArgument('position', text);
}

function checkPosition(found: StoredObject | undefined, position: number): void {
  if (found && found.type !== 'Appendable') throw new OssError('ObjectNotAppendable');
  const length = found?.size ?? 0;
  if (position === length) return;
  const headers = { 'x-oss-next-append-position': String(length) };
  throw new OssError('PositionNotEqualToLength', undefined, {}, { headers });
}

/** What is there and what comes in. */
async function* longer(
  call: Call,
  bucket: BucketStorage,
  before: StoredObject | undefined,
  part: ReturnType<typeof createHash>,
) {
  if (before && before.size > 0) yield* bucket.read(before.blob);
  for await (const chunk of bodyOf(call)) {
    part.update(chunk);
    yield chunk;
  }
}

async function verify(call: Call, bucket: BucketStorage, blob: string, hex: string): Promise<void> {
  try {
    checkDigest(call.headers['content-md5'], hex);
  } catch (error) {
    await bucket.discard(blob);
    throw error;
  }
}

/** Opaque, and no MD5 of the whole: nobody is to rely on that. */
function chained(before: StoredObject | undefined, appended: string): string {
  const parts = `append ${before?.etag ?? ''} ${appended}`;
  return createHash('md5').update(parts).digest('hex').toUpperCase();
}
