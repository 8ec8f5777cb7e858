import picomatch from 'picomatch';
import * as z from 'zod';
import type { Address } from '../address.ts';
import { errorCodes } from '../errors.ts';

/** A pause longer than this is a store that never answers. */
const LONGEST_MS = 600_000;
const ms = z.int().min(0).max(LONGEST_MS);

/** Whether a key is meant: a glob of picomatch, or a regular expression as its source. */
const key = z.union([
  z.string().min(1),
  z.strictObject({ source: z.string(), flags: z.string().default('') }).refine(isExpression, {
    error: 'expected a regular expression',
  }),
]);

const meant = {
  method: z.enum(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']).optional(),
  bucket: z.string().optional(),
  /** Without it, requests to buckets and forms are meant too: these have no key when it is decided. */
  key: key.optional(),
  /** A query parameter that the request has: `delete`, `uploads`, `partNumber`, `list-type`. */
  query: z.string().optional(),
  /** Of the requests that are meant. */
  share: z.number().min(0).max(1).default(1),
  /** So many at most. */
  times: z.int().positive().optional(),
};

/** `before` the request is carried out: nothing happens. `after`: it happened, and the answer is lost. */
const when = z.enum(['before', 'after']).default('before');
/** Which body suffers: the one that comes in, or the answer's. */
const body = z.enum(['before', 'after']).default('after');

export const faultRule = z.discriminatedUnion('kind', [
  z.strictObject({
    ...meant,
    kind: z.literal('error'),
    when,
    code: z.enum(errorCodes),
    /** Instead of the code's own, such as 429. */
    status: z.int().min(400).max(599).optional(),
  }),
  z.strictObject({ ...meant, kind: z.literal('slow'), when, ms }),
  /** The connection ends with a reset. */
  z.strictObject({ ...meant, kind: z.literal('reset'), when }),
  /** Half of the body, then silence, then the rest. */
  z.strictObject({ ...meant, kind: z.literal('stall'), when: body, ms }),
  /** Half of the promised body, then the connection ends. */
  z.strictObject({ ...meant, kind: z.literal('cut'), when: body }),
  /** One byte of the body is another. */
  z.strictObject({ ...meant, kind: z.literal('corrupt'), when: body }),
  /** Half of the body, and a Content-Length that says so. */
  z.strictObject({ ...meant, kind: z.literal('short') }),
]);

export type FaultRule = z.infer<typeof faultRule>;

export interface Aimed {
  readonly method: string;
  readonly address: Address;
  readonly query: readonly { readonly name: string }[];
}

export function isMeant(rule: FaultRule, { method, address, query }: Aimed): boolean {
  return (
    (rule.method === undefined || rule.method === method) &&
    (rule.bucket === undefined || rule.bucket === address.bucket) &&
    (rule.query === undefined || query.some(({ name }) => name === rule.query)) &&
    (rule.key === undefined || (address.key !== '' && matches(rule.key, address.key)))
  );
}

function matches(wanted: NonNullable<FaultRule['key']>, name: string): boolean {
  if (typeof wanted === 'string') return picomatch.isMatch(name, wanted, { dot: true });
  return new RegExp(wanted.source, wanted.flags).test(name);
}

function isExpression({ source, flags }: { source: string; flags: string }): boolean {
  try {
    return new RegExp(source, flags).source !== '';
  } catch {
    return false;
  }
}
