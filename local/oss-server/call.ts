import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Address, checkKey, type QueryItem } from './address.ts';
import type { Credential, Keyring } from './authenticate.ts';
import type { Clock } from './blobs.ts';
import { invalidArgument, OssError } from './errors.ts';
import type { Publish } from './events.ts';
import type { Mirror } from './mirror.ts';
import type { BucketStorage, Guard, ObjectStorage } from './storage.ts';

/**
 * https://www.alibabacloud.com/help/doc-detail/31983.htm says so of DeleteMultipleObjects; ten thousand parts and a
 * thousand lifecycle rules fit as well.
 */
const MAX_XML_BYTES = 2 * 1024 * 1024;

/** One request whose sender is known. */
export interface Call {
  readonly method: string;
  readonly address: Address;
  /** Undefined for a form, which carries its signature inside. */
  readonly credential?: Credential;
  readonly query: readonly QueryItem[];
  /** Lower-case names, one byte per character. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  readonly store: ObjectStorage;
  readonly keyring: Keyring;
  readonly publish: Publish;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly requestId: string;
  /** The address of the sender. */
  readonly from: string;
  /** How long restoring an archived object takes. */
  readonly restoreMs: number;
}

export function bucketOf(call: Call): BucketStorage {
  return findBucket(call.store, call.address.bucket);
}

export function findBucket(store: ObjectStorage, name: string): BucketStorage {
  const bucket = store.find(name);
  if (!bucket) throw new OssError('NoSuchBucket', undefined, { BucketName: name });
  return bucket;
}

/** The bucket and the key of an object request, both checked. */
export function targetOf(call: Call): { bucket: BucketStorage; key: string } {
  checkKey(call.address.key);
  return { bucket: bucketOf(call), key: call.address.key };
}

export function param(call: Call, name: string): string {
  return call.query.find(item => item.name === name)?.value ?? '';
}

export function intParam(
  call: Call,
  name: string,
  { max, fallback }: { max: number; fallback: number },
) {
  const text = param(call, name);
  const value = text === '' ? fallback : Number(text);
  if (!/^\d*$/.test(text) || value < 1 || value > max) throw invalidArgument(name, text);
  return value;
}

/** x-oss-forbid-overwrite: who comes second is refused. */
export function overwriteGuard(headers: Call['headers']): Guard {
  const forbids = headers['x-oss-forbid-overwrite']?.toLowerCase() === 'true';
  return previous => {
    if (!previous || !forbids) return;
    throw new OssError('FileAlreadyExists', undefined, { ObjectName: previous.key });
  };
}

/** Left alone when it is not read to its end: a destroyed request could not be answered. */
export function bodyOf(call: Call): AsyncIterable<Buffer> {
  return call.body.iterator({ destroyOnReturn: false });
}

export async function readText(call: Call): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(call.headers['content-length'] ?? 0) > MAX_XML_BYTES) throw tooLong();
  for await (const chunk of bodyOf(call)) {
    size += chunk.length;
    if (size > MAX_XML_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  checkDigest(call.headers['content-md5'], createHash('md5').update(body).digest('hex'));
  return decodeText(body);
}

function tooLong(): OssError {
  return new OssError('MalformedXML', `expected an XML of ${MAX_XML_BYTES} bytes at most`);
}

function decodeText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new OssError('MalformedXML', 'expected UTF-8');
  }
}

/** `hex` in either case; without a Content-MD5 there is nothing to verify. */
export function checkDigest(contentMd5: string | undefined, hex: string): void {
  if (contentMd5 === undefined) return;
  if (contentMd5.trim() === toBase64(hex)) return;
  throw new OssError('InvalidDigest', undefined, { 'Content-MD5': contentMd5 });
}

export function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
