import { createHash, createHmac } from 'node:crypto';
import type { Address, QueryItem } from './address.ts';
import { type Claim, checkExpiry, checkSkew, queryValue, type SignedRequest } from './claim.ts';
import { invalidArgument, OssError } from './errors.ts';
import { isSubresource } from './signature-v1.ts';

const ALGORITHM = 'OSS4-HMAC-SHA256';
const WEEK_SECONDS = 604_800;

export interface Scope {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
}

interface Facts {
  readonly credential: string;
  readonly date: string;
  readonly signature: string;
  readonly additional: readonly string[];
}

/** RFC 3986, which leaves alone less than encodeURIComponent does. */
export function encode(text: string): string {
  const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/** `<ak>/<yyyymmdd>/<region>/oss/aliyun_v4_request`; `region` is the server's, without `oss-`. */
export function readScope(credential: string, date: string, region: string): Scope {
  const [accessKeyId = '', day = '', signedRegion, product, end] = credential.split('/');
  if (product !== 'oss' || end !== 'aliyun_v4_request' || !date.startsWith(`${day}T`)) {
    throw invalidArgument('x-oss-credential', credential);
  }
  if (signedRegion !== region) {
    const message = `Invalid signing region: expected ${region} but received ${signedRegion}.`;
    throw invalidArgument('x-oss-credential', credential, message);
  }
  return { accessKeyId, day, region };
}

/** `20250411T064124Z` in milliseconds; NaN when it is something else. */
export function parseV4Date(date: string): number {
  return Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}

/** Also the signature of a PostObject policy, whose text is the policy in base64. */
export function signV4(secret: string, scope: Scope, stringToSign: string): string {
  const chain = [scope.day, scope.region, 'oss', 'aliyun_v4_request', stringToSign];
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  let key: string | Buffer = `aliyun_v4${secret}`;
  for (const link of chain) key = hmac(key, link);
  return Buffer.from(key).toString('hex');
}

export function readV4Header(
  request: SignedRequest,
  region: string,
  now: number,
): Claim | undefined {
  const header = request.headers.authorization ?? '';
  if (!header.startsWith(`${ALGORITHM} `)) return undefined;
  const parts = new Map<string, string>();
  for (const part of header.slice(ALGORITHM.length).split(',')) {
    const mark = part.indexOf('=');
    parts.set(part.slice(0, mark).trim(), part.slice(mark + 1).trim());
  }
  const date = request.headers['x-oss-date'] ?? '';
  checkSkew(parseV4Date(date), now);
  return claim(request, region, {
    credential: parts.get('Credential') ?? '',
    date,
    signature: parts.get('Signature') ?? '',
    additional: splitNames(parts.get('AdditionalHeaders')),
  });
}

export function readV4Url(request: SignedRequest, region: string, now: number): Claim | undefined {
  const value = (name: string) => queryValue(request.query, name) ?? '';
  if (value('x-oss-signature-version') !== ALGORITHM) return undefined;
  const date = value('x-oss-date');
  const seconds = Number(value('x-oss-expires') || Number.NaN);
  if (!(seconds > 0 && seconds <= WEEK_SECONDS)) {
    throw invalidArgument('x-oss-expires', value('x-oss-expires'));
  }
  const signedAt = parseV4Date(date);
  checkExpiry(signedAt + seconds * 1000, now);
  if (signedAt > now) checkSkew(signedAt, now);
  return claim(request, region, {
    credential: value('x-oss-credential'),
    date,
    signature: value('x-oss-signature'),
    additional: splitNames(value('x-oss-additional-headers')),
  });
}

function splitNames(names = ''): string[] {
  return names.split(';').filter(name => name !== '');
}

function claim(request: SignedRequest, region: string, facts: Facts): Claim {
  const scope = readScope(facts.credential, facts.date, region);
  const { accessKeyId } = scope;
  checkPayloadHash(request);
  const sign = (secret: string, address: Address) =>
    canonicalQueries(request.query).map(query => {
      const canonical = canonicalRequest(request, address, query, facts.additional);
      const stringToSign = stringToSignV4(scope, facts.date, canonical);
      return { signature: signV4(secret, scope, stringToSign), stringToSign };
    });
  return { accessKeyId, signature: facts.signature, ec: '0002-00000201', sign };
}

/** The cloud takes no other value, and a hash that nobody verifies must not look verified. */
function checkPayloadHash({ headers }: SignedRequest): void {
  const hash = headers['x-oss-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  if (hash !== 'UNSIGNED-PAYLOAD') throw invalidArgument('x-oss-content-sha256', hash);
}

export function stringToSignV4(scope: Scope, date: string, canonical: string): string {
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return [ALGORITHM, date, `${scope.day}/${scope.region}/oss/aliyun_v4_request`, hash].join('\n');
}

/** Percent-encoding leaves ASCII, and header values hold a byte per character: latin1 is exact for both. */
export function canonicalRequest(
  request: SignedRequest,
  { bucket, key }: Address,
  query: string,
  additional: readonly string[],
): string {
  const { method, headers } = request;
  const uri = bucket === '' ? '/' : `/${bucket}/${encode(key).replaceAll('%2F', '/')}`;
  const extra = [...additional].map(name => name.toLowerCase()).sort();
  const missing = extra.find(name => headers[name] === undefined);
  if (missing !== undefined) {
    throw new OssError('SignatureDoesNotMatch', `The signed header ${missing} is missing.`);
  }
  const always = Object.keys(headers).filter(
    name => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'),
  );
  const lines = [...new Set([...always, ...extra])]
    .sort()
    .map(name => `${name}:${headers[name]?.trim()}\n`);
  return [method, uri, query, lines.join(''), extra.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
}

/**
 * On the wire `?acl=` and `?prefix=` look alike, but ali-oss signs the first as `acl` and the second as
 * `prefix=`, and others do it otherwise: an empty value is tried in each way.
 */
function canonicalQueries(query: readonly QueryItem[]): string[] {
  const ways = [isSubresource, () => true, () => false];
  return [...new Set(ways.map(isBare => canonicalQuery(query, isBare)))];
}

function canonicalQuery(query: readonly QueryItem[], isBare: (name: string) => boolean): string {
  return query
    .filter(item => item.name !== 'x-oss-signature')
    .map(({ name, value }) => ({ name: encode(name), bare: value === '' && isBare(name), value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, bare, value }) => (bare ? name : `${name}=${encode(value)}`))
    .join('&');
}
