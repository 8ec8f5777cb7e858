import { createHash } from 'node:crypto';
import type OSS from 'ali-oss';
import { Failure } from '../../core/failure.ts';
import type { Attributes } from '../../ports.ts';
import { unlike } from './body.ts';
import type { Attempt } from './calling.ts';
import { crc64Of } from './crc64.ts';
import { saidOf } from './object-facts.ts';

export interface Written extends Attributes {
  key: string;
  bytes: Buffer;
  /** For people. */
  what: string;
}

/** Content-MD5 is what the server verifies the body by; what it then says that it has is compared as well. */
export async function write(
  client: OSS,
  { key, bytes, what, contentType, cacheControl }: Written,
  { timeout }: Attempt,
): Promise<{ etag: string }> {
  const md5 = createHash('md5').update(bytes).digest();
  const headers = {
    'Content-Type': contentType,
    'Cache-Control': cacheControl,
    'Content-MD5': md5.toString('base64'),
  };
  const { res } = await client
    .put(key, bytes, { timeout, mime: contentType, headers })
    .catch(cause => Promise.reject(spoiltOnItsWay(what, cause)));
  const { etag, crc64 } = saidOf(what, res.headers);
  const expected = md5.toString('hex').toUpperCase();
  if (!isEncrypted(res.headers) && etag.toUpperCase() !== expected) {
    throw unlike(what, 'the ETag', expected, etag);
  }
  const sent = crc64 && (await crc64Of([bytes]));
  if (crc64 !== sent) throw unlike(what, 'the CRC-64', sent, crc64);
  return { etag };
}

/** The digest is of these very bytes: where OSS finds another, the line changed them. */
function spoiltOnItsWay(what: string, cause: unknown): unknown {
  if ((cause as { code?: unknown }).code !== 'InvalidDigest') return cause;
  const message = `${what}: expected OSS to receive what was sent, it received something else`;
  return new Failure('STORE_UNAVAILABLE', message, { cause });
}

/** The ETag of a PUT is promised to be the MD5 of the body, but nowhere of one that a KMS key encrypts; its CRC-64 is. */
function isEncrypted(headers: object): boolean {
  return 'x-oss-server-side-encryption' in headers;
}
