import type { Address } from './address.ts';
import type { Attempt, Claim, SignedRequest } from './claim.ts';
import { OssError } from './errors.ts';
import { readV1Header, readV1Url } from './signature-v1.ts';
import { readV4Header, readV4Url } from './signature-v4.ts';

export interface Credential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Of a role: what its policy allows. Without it, everything. */
  readonly may?: (action: string, resource: string) => boolean;
}

export interface Keyring {
  readonly credentials: readonly Credential[];
  /** As V4 writes it: without `oss-`. */
  readonly region: string;
  /** Throws where the key holds no longer. */
  readonly checkKey: (accessKeyId: string) => void;
}

/** Who asks, and the address whose reading makes the signature right. A wrong one is refused; undefined has none. */
export function authenticate(
  request: SignedRequest,
  addresses: readonly Address[],
  keyring: Keyring,
  now: number,
): { address: Address; credential: Credential } | undefined {
  const claim = readClaim(request, keyring.region, now);
  if (claim === undefined) return undefined;
  const credential = findCredential(keyring, claim.accessKeyId);
  const attempts: Attempt[] = [];
  for (const address of addresses) {
    const made = claim.sign(credential.accessKeySecret, address);
    if (made.some(attempt => attempt.signature === claim.signature)) {
      return { address, credential };
    }
    attempts.push(...made);
  }
  throw mismatch(claim, attempts[0]);
}

export function findCredential(keyring: Keyring, accessKeyId: string): Credential {
  const found = keyring.credentials.find(credential => credential.accessKeyId === accessKeyId);
  if (!found) throw new OssError('InvalidAccessKeyId', undefined, { OSSAccessKeyId: accessKeyId });
  keyring.checkKey(accessKeyId);
  return found;
}

function readClaim(request: SignedRequest, region: string, now: number): Claim | undefined {
  const inHeader = readV4Header(request, region, now) ?? readV1Header(request, now);
  if (inHeader) return inHeader;
  if (request.headers.authorization !== undefined) {
    throw new OssError('AccessDenied', 'The Authorization header is neither V1 nor V4.');
  }
  return readV4Url(request, region, now) ?? readV1Url(request, now);
}

function mismatch(claim: Claim, attempt: Attempt | undefined): OssError {
  return new OssError('SignatureDoesNotMatch', undefined, {
    OSSAccessKeyId: claim.accessKeyId,
    SignatureProvided: claim.signature,
    StringToSign: attempt?.stringToSign ?? '',
    EC: claim.ec,
  });
}
