import { bucketOf, type Call } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { type Reply, xmlReply } from '../reply.ts';
import { OWNER } from './listing.ts';

export async function getAcl(call: Call): Promise<Reply> {
  bucketOf(call);
  const AccessControlList = { Grant: 'private' };
  return xmlReply({ AccessControlPolicy: { Owner: OWNER, AccessControlList } });
}

/** The router has refused all but `private`, which every bucket is. */
export async function putAcl(call: Call): Promise<Reply> {
  bucketOf(call);
  if (call.headers['x-oss-acl'] === undefined) throw invalidArgument('x-oss-acl', '');
  return { status: 200 };
}
