import { invalidArgument, notImplemented, OssError } from './errors.ts';
import { readTagHeader, type Tags } from './tags.ts';

export const STORAGE_CLASSES = [
  'Standard',
  'IA',
  'Archive',
  'ColdArchive',
  'DeepColdArchive',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

export type ObjectAcl = 'private' | 'public-read';

/** What an object was given beside its bytes and its headers; where it is left out, OSS's default holds. */
export interface Attributes {
  readonly storageClass?: StorageClass;
  readonly acl?: ObjectAcl;
  readonly tags?: Tags;
  readonly encryption?: { readonly algorithm: string; readonly keyId?: string };
}

/** Of an archived object that somebody restored, in milliseconds. */
export interface Restore {
  readonly readyAt: number;
  readonly until: number;
}

type Headers = Readonly<Record<string, string>>;

/** From the headers of an upload, or the fields of a form. */
export function readAttributes(headers: Headers): Attributes {
  const storageClass = readStorageClass(headers['x-oss-storage-class']);
  const acl = readAcl(headers['x-oss-object-acl']);
  const tags = readTagHeader(headers['x-oss-tagging']);
  const encryption = readEncryption(headers);
  return {
    ...(storageClass && { storageClass }),
    ...(acl && { acl }),
    ...(tags && { tags }),
    ...(encryption && { encryption }),
  };
}

function readStorageClass(value: string | undefined): StorageClass | undefined {
  const known = STORAGE_CLASSES.find(one => one === value);
  if (value !== undefined && !known) throw invalidArgument('x-oss-storage-class', value);
  return known;
}

/** `default` is the bucket's, which is private. */
export function readAcl(value: string | undefined): ObjectAcl | undefined {
  if (value === undefined || value === 'default') return undefined;
  if (value === 'private' || value === 'public-read') return value;
  if (value === 'public-read-write') throw notImplemented(`x-oss-object-acl ${value}`);
  throw invalidArgument('x-oss-object-acl', value);
}

function readEncryption(headers: Headers): Attributes['encryption'] {
  const algorithm = headers['x-oss-server-side-encryption'];
  const keyId = headers['x-oss-server-side-encryption-key-id'];
  if (keyId !== undefined && algorithm !== 'KMS') {
    throw invalidArgument('x-oss-server-side-encryption-key-id', keyId);
  }
  if (algorithm === undefined) return undefined;
  if (!['AES256', 'KMS', 'SM4'].includes(algorithm)) {
    throw new OssError('InvalidEncryptionAlgorithmError');
  }
  return { algorithm, ...(keyId !== undefined && { keyId }) };
}

export function encryptionHeaders({ encryption }: Attributes): Record<string, string> {
  if (!encryption) return {};
  const { algorithm, keyId } = encryption;
  return {
    'x-oss-server-side-encryption': algorithm,
    ...(keyId !== undefined && { 'x-oss-server-side-encryption-key-id': keyId }),
  };
}
