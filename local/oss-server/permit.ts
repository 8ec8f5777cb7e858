import type { Address } from './address.ts';
import type { Call } from './call.ts';
import { OssError } from './errors.ts';
import { OWNER_ID } from './events.ts';

/** https://www.alibabacloud.com/help/en/oss/user-guide/authorization-syntax-and-elements: which API asks for which action. */
export type OssAction =
  | 'AbortMultipartUpload'
  | 'DeleteBucket'
  | 'DeleteBucketCors'
  | 'DeleteBucketLifecycle'
  | 'DeleteBucketWebsite'
  | 'DeleteObject'
  | 'DeleteObjectTagging'
  | 'GetBucketAcl'
  | 'GetBucketCors'
  | 'GetBucketInfo'
  | 'GetBucketLifecycle'
  | 'GetBucketLocation'
  | 'GetBucketWebsite'
  | 'GetObject'
  | 'GetObjectAcl'
  | 'GetObjectTagging'
  | 'ListBuckets'
  | 'ListMultipartUploads'
  | 'ListObjects'
  | 'ListParts'
  | 'PutBucket'
  | 'PutBucketAcl'
  | 'PutBucketCors'
  | 'PutBucketLifecycle'
  | 'PutBucketWebsite'
  | 'PutObject'
  | 'PutObjectAcl'
  | 'PutObjectTagging'
  | 'RestoreObject';

/** Throws AccessDenied where the caller is a role whose policy does not allow it; an owner may do everything. */
export function permit(
  { credential, keyring, address }: Call,
  action: OssAction,
  { bucket, key }: Address = address,
): void {
  if (!credential?.may) return;
  const name = bucket === '' ? '*' : key === '' ? bucket : `${bucket}/${key}`;
  const resource = `acs:oss:${keyring.region}:${OWNER_ID}:${name}`;
  if (credential.may(`oss:${action}`, resource)) return;
  throw new OssError(
    'AccessDenied',
    'You have no right to access this object because of RAM policy.',
    {
      AuthAction: `oss:${action}`,
      NoPermissionType: 'ImplicitDeny',
      Resource: resource,
    },
  );
}
