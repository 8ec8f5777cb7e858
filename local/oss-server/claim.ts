import type { Address, QueryItem } from './address.ts';
import { invalidArgument, OssError } from './errors.ts';

/** What a signature covers. Header values hold one byte per character, as Node reads them. */
export interface SignedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly QueryItem[];
}

export interface Attempt {
  readonly signature: string;
  readonly stringToSign: string;
}

/** Who says to have signed, and how to sign the same again. */
export interface Claim {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly ec: string;
  sign(secret: string, address: Address): Attempt[];
}

const SKEW_MS = 15 * 60_000;

const SIGNING = new Set([
  'OSSAccessKeyId',
  'Expires',
  'Signature',
  'security-token',
  'x-oss-signature-version',
  'x-oss-credential',
  'x-oss-date',
  'x-oss-expires',
  'x-oss-signature',
  'x-oss-additional-headers',
  'x-oss-security-token',
]);

/** Whether a query parameter belongs to a signature, not to the call. */
export function isSigning(name: string): boolean {
  return SIGNING.has(name);
}

export function queryValue(query: readonly QueryItem[], name: string): string | undefined {
  return query.find(item => item.name === name)?.value;
}

export function checkSkew(signedAt: number, now: number): void {
  if (Number.isNaN(signedAt)) {
    throw new OssError('AccessDenied', 'OSS authentication requires a valid Date.');
  }
  if (Math.abs(now - signedAt) > SKEW_MS) {
    throw new OssError('RequestTimeTooSkewed', undefined, {
      RequestTime: new Date(signedAt).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  }
}

export function checkExpiry(expiresAt: number, now: number): void {
  if (!Number.isFinite(expiresAt)) throw invalidArgument('Expires', String(expiresAt));
  if (now > expiresAt) {
    throw new OssError('AccessDenied', 'Request has expired.', {
      Expires: new Date(Math.min(expiresAt, 8.64e15)).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  }
}
