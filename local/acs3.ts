import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Credential } from './oss-server/authenticate.ts';

/** The signature that all of Alibaba's OpenAPI takes, verified. */

interface SignedRequest {
  method: string;
  /** As on the wire. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature */
const ALGORITHM = 'ACS3-HMAC-SHA256';
const SYNTAX = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=(\w+)$/;
const MUST_BE_SIGNED = ['host', 'x-acs-content-sha256', 'x-acs-date'];
const TOLERANCE_MS = 15 * 60_000;

/** Why a sender is not known; FC has codes of its own for it. */
export interface Unproven {
  because: 'unsigned' | 'malformed' | 'unknown-key' | 'mismatch';
  message: string;
}

/** What the APIs of the RPC style answer it with. */
export const UNPROVEN: Record<Unproven['because'], [status: number, code: string]> = {
  unsigned: [400, 'IncompleteSignature'],
  malformed: [400, 'IncompleteSignature'],
  'unknown-key': [404, 'InvalidAccessKeyId.NotFound'],
  mismatch: [400, 'SignatureDoesNotMatch'],
};

const unproven = (because: Unproven['because'], message: string): Unproven => ({
  because,
  message,
});

/** Who asks, when the signature is right. It covers the body by `x-acs-content-sha256`: see readSigned. */
export function authenticate(
  request: SignedRequest,
  credentials: Credential[],
  now = Date.now(),
): Unproven | Credential {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    return unproven('unsigned', 'required HTTP header Authorization was not specified');
  }
  const [, accessKeyId, signedHeaders, signature] = SYNTAX.exec(authorization) ?? [];
  if (accessKeyId === undefined || signedHeaders === undefined) {
    return unproven('malformed', `expected an Authorization by ${ALGORITHM}`);
  }
  const names = signedHeaders.split(';');
  const doubt = doubtOf(request, names, now);
  if (doubt) return unproven('malformed', doubt);
  const known = credentials.find(one => one.accessKeyId === accessKeyId);
  if (!known) return unproven('unknown-key', `the AccessKey ID ${accessKeyId} is not known`);
  if (signature === sign(request, names, known.accessKeySecret)) return known;
  return unproven(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your access key and signing method',
  );
}

/**
 * The body that a verified signature covers. What is too much is read to its end and thrown away, so that the
 * client can hear why.
 */
export async function readSigned(
  request: IncomingMessage,
  most: number,
): Promise<Buffer | 'too-large' | 'another'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > most) return 'too-large';
  const body = Buffer.concat(chunks);
  return sha256(body) === request.headers['x-acs-content-sha256'] ? body : 'another';
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function doubtOf({ headers }: SignedRequest, signed: string[], now: number): string | undefined {
  const own = Object.keys(headers).filter(name => name.startsWith('x-acs-'));
  const unsigned = [...MUST_BE_SIGNED, ...own].find(name => !signed.includes(name));
  if (unsigned) return `expected the header ${unsigned} to be signed`;
  const date = String(headers['x-acs-date']);
  if (Math.abs(now - Date.parse(date)) < TOLERANCE_MS) return undefined;
  return `expected x-acs-date within 15 minutes of now, received ${date}`;
}

function sign({ method, url, headers }: SignedRequest, names: string[], secret: string): string {
  const [path = '', query = ''] = url.split('?');
  const request = [
    method,
    path.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~'),
    canonicalQuery(query),
    ...names.map(name => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    String(headers['x-acs-content-sha256']),
  ].join('\n');
  return createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(request)}`)
    .digest('hex');
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

function encode(text: string): string {
  const rest = /[!'()*]/g;
  return encodeURIComponent(text).replace(
    rest,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
