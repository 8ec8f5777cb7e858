import { type Attributes, readAttributes } from './attributes.ts';
import type { Call } from './call.ts';
import { permit } from './permit.ts';

/** Those of an upload; an ACL and tags need rights of their own. */
export function permittedAttributes(call: Call): Attributes {
  const attributes = readAttributes(call.headers);
  if (call.headers['x-oss-object-acl'] !== undefined) permit(call, 'PutObjectAcl');
  if (attributes.tags) permit(call, 'PutObjectTagging');
  return attributes;
}
