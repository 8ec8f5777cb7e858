import { readAcl } from '../attributes.ts';
import { type Call, targetOf } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { type Reply, xmlReply } from '../reply.ts';
import { OWNER } from './listing.ts';
import { findObject } from './objects.ts';

export async function getObjectAcl(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const Grant = findObject(bucket, key).acl ?? 'default';
  return xmlReply({ AccessControlPolicy: { Owner: OWNER, AccessControlList: { Grant } } });
}

export async function putObjectAcl(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const given = call.headers['x-oss-object-acl'];
  if (given === undefined) throw invalidArgument('x-oss-object-acl', '');
  const acl = readAcl(given);
  await bucket.amend(key, ({ acl: _, ...object }) => ({ ...object, ...(acl && { acl }) }));
  return { status: 200 };
}
