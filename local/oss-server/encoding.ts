import { type Call, param } from './call.ts';
import { invalidArgument } from './errors.ts';
import { encode } from './signature-v4.ts';

/** A name as the listing was asked to write it: raw, or percent-encoded with encoding-type=url. */
export function encodeListed(call: Call, name: string): string {
  const type = param(call, 'encoding-type');
  if (type !== '' && type !== 'url') throw invalidArgument('encoding-type', type);
  return type === 'url' ? encode(name) : name;
}

/** Where a listing went on to, opaque to its reader. */
export function writeToken(last: string): string {
  return Buffer.from(last).toString('base64url');
}

export function readToken(token: string): string {
  const last = Buffer.from(token, 'base64url');
  if (last.toString('base64url') !== token) throw invalidArgument('continuation-token', token);
  return last.toString();
}
