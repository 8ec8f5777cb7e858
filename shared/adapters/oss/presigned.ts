import { ossClient, type OssConnection } from './client.ts';
import { checkKey } from './keys.ts';

/**
 * An address that takes one object by PUT, of this content type, until the time is over: what an app's server hands to
 * its clients, so that photos do not go through it.
 */
export function ossUploads(bucket: string, connection: OssConnection) {
  const client = ossClient(bucket, connection);
  return async (key: string, contentType: string, seconds: number): Promise<string> => {
    checkKey(key);
    const headers = { 'content-type': contentType };
    return await client.signatureUrlV4('PUT', seconds, { headers }, key);
  };
}
