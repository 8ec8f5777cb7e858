import { isSubresource } from './signature-v1.ts';

/** Subresources of OSS that V1 does not sign, as its API reference lists them. */
const UNSIGNED = new Set(
  (
    'accessmonitor accessPoint accessPointPolicy bucketArchiveDirectRead cleanRestoredObject httpsConfig ' +
    'objectWorm overwriteConfig policyStatus processConfiguration publicAccessBlock resourceProfile sealAppend ' +
    'userDefinedLogFieldsConfig'
  ).split(' '),
);

/** Whether a query parameter means something to OSS, beyond a listing's own. */
export function isKnownToOss(name: string): boolean {
  return isSubresource(name) || UNSIGNED.has(name) || name.startsWith('x-oss-');
}
