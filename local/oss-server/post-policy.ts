import { findCredential, type Keyring } from './authenticate.ts';
import type { Clock } from './blobs.ts';
import { checkSkew } from './claim.ts';
import { invalidArgument, notImplemented, OssError } from './errors.ts';
import { signV1 } from './signature-v1.ts';
import { parseV4Date, readScope, signV4 } from './signature-v4.ts';

/** Form fields by lower-case name: their case is free. */
export type Fields = ReadonlyMap<string, string>;

export interface LengthRange {
  readonly min: number;
  readonly max: number;
}

/** Throws unless the form was signed by a known key, in time, and is what its policy allows. */
export function verifyForm(
  fields: Fields,
  bucket: string,
  { keyring, clock }: { keyring: Keyring; clock: Clock },
): LengthRange {
  const now = clock();
  const encoded = fields.get('policy');
  if (encoded === undefined) throw denied('Anonymous access is forbidden for this operation.');
  verifySignature(fields, encoded, keyring, now);
  const policy = readPolicy(encoded);
  if (!(Date.parse(policy.expiration) > now))
    throw denied('Invalid according to Policy: Policy expired.');
  const value = (name: string) => (name === 'bucket' ? bucket : fields.get(name));
  return checkConditions(policy.conditions, value);
}

function verifySignature(fields: Fields, policy: string, keyring: Keyring, now: number): void {
  const field = (name: string) => fields.get(name) ?? '';
  if (fields.has('x-oss-signature-version')) {
    if (field('x-oss-signature-version') !== 'OSS4-HMAC-SHA256') {
      throw invalidArgument('x-oss-signature-version', field('x-oss-signature-version'));
    }
    const scope = readScope(field('x-oss-credential'), field('x-oss-date'), keyring.region);
    const signedAt = parseV4Date(field('x-oss-date'));
    if (signedAt > now || Number.isNaN(signedAt)) checkSkew(signedAt, now);
    const secret = ownersSecret(keyring, scope.accessKeyId);
    check(scope.accessKeyId, field('x-oss-signature'), signV4(secret, scope, policy));
  } else {
    const accessKeyId = field('ossaccesskeyid');
    check(accessKeyId, field('signature'), signV1(ownersSecret(keyring, accessKeyId), policy));
  }
}

function ownersSecret(keyring: Keyring, accessKeyId: string): string {
  const { accessKeySecret, may } = findCredential(keyring, accessKeyId);
  if (may) throw notImplemented('a form signed by a role');
  return accessKeySecret;
}

function check(accessKeyId: string, provided: string, calculated: string): void {
  if (provided === calculated) return;
  const details = { OSSAccessKeyId: accessKeyId, SignatureProvided: provided };
  throw new OssError('SignatureDoesNotMatch', undefined, details);
}

function readPolicy(encoded: string): { expiration: string; conditions: unknown[] } {
  try {
    const policy = JSON.parse(Buffer.from(encoded, 'base64').toString());
    if (typeof policy.expiration === 'string' && Array.isArray(policy.conditions)) return policy;
  } catch {
    // Told below, in the same words as a policy that lacks something.
  }
  throw invalidArgument(
    'policy',
    encoded,
    'The policy is not base64 JSON with expiration and conditions.',
  );
}

type Value = (name: string) => string | undefined;

function checkConditions(conditions: readonly unknown[], value: Value): LengthRange {
  let length: LengthRange = { min: 0, max: Number.POSITIVE_INFINITY };
  for (const condition of conditions.flatMap(normalize)) {
    const [operator, name, wanted] = condition;
    if (operator === 'content-length-range') length = { min: Number(name), max: Number(wanted) };
    else if (!holds(String(operator).toLowerCase(), value(fieldName(name)), wanted)) {
      throw denied(
        `Invalid according to Policy: Policy Condition failed: ${JSON.stringify(condition)}`,
      );
    }
  }
  return length;
}

/** `{ "bucket": "x" }` says the same as `["eq", "$bucket", "x"]`. */
function normalize(condition: unknown): unknown[][] {
  if (Array.isArray(condition)) return [condition];
  if (typeof condition !== 'object' || condition === null) return [['?']];
  return Object.entries(condition).map(([name, wanted]) => ['eq', `$${name}`, wanted]);
}

function fieldName(name: unknown): string {
  return String(name).replace(/^\$/, '').toLowerCase();
}

/** An operator nobody knows never holds. */
function holds(operator: string, value: string | undefined, wanted: unknown): boolean {
  const listed = Array.isArray(wanted) && wanted.includes(value);
  if (operator === 'eq') return value === String(wanted);
  if (operator === 'starts-with') return value?.startsWith(String(wanted)) ?? wanted === '';
  if (operator === 'in') return listed;
  return operator === 'not-in' && Array.isArray(wanted) && !listed;
}

function denied(message: string): OssError {
  return new OssError('AccessDenied', message);
}
