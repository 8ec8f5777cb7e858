import { createHash, timingSafeEqual } from 'node:crypto';
import { ACCEPT_CH, VARY } from './client-facts.ts';
import type { HttpReply, HttpRequest } from './http-event.ts';

/** What a miss is answered with. Nothing here tells of buckets, lists or reasons. */

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
/** Long enough to blunt a flood of made-up URLs, short enough for an upload that is under way. */
const NOTHING_CACHE = 'public, max-age=10';
const FILE_CACHE = 'public, max-age=31536000, immutable';
/** The current version may be replaced; the file that is named never changes. */
const REDIRECT_CACHE = 'public, max-age=60';

const refused = (status: number, body: string, cache = 'no-store'): HttpReply => ({
  status,
  headers: { ...PLAIN, 'cache-control': cache },
  body,
});

/** Never stored by a CDN: the next moment may answer otherwise. */
const refusals = {
  'no-manifest': refused(404, 'Not Found\n'),
  forbidden: refused(403, 'Forbidden\n'),
  'not-allowed': refused(405, 'Method Not Allowed\n'),
  unavailable: refused(503, 'Service Unavailable\n'),
};
const nothing = refused(404, 'Not Found\n', NOTHING_CACHE);
const gone = refused(410, 'Gone\n', NOTHING_CACHE);

export const SECRET_HEADER = 'x-darkroom-secret';

/** Only the CDN, and OSS's mirror rule, know the secret. Hashed, so that a comparison takes the same time for all. */
export function isFromCdn({ headers }: HttpRequest, secret: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(headers[SECRET_HEADER] ?? ''), hash(secret));
}

/** What serve.ts of the pipeline answers. */
type Served =
  | { served: keyof typeof refusals }
  | { served: 'auto'; auto: Chosen }
  | { served: 'miss'; miss: Found };
type Chosen =
  | { found: 'variant'; key: string }
  | { found: 'nothing' }
  | { found: 'mistake'; expected: string };
type Found =
  | { found: 'file'; bytes: Buffer; contentType: string }
  | { found: 'moved'; key: string }
  | { found: 'nothing' }
  | { found: 'no-manifest' }
  | { found: 'gone' }
  | { found: 'taken-down' };

/**
 * The same to a HEAD as to a GET: whoever speaks HTTP to the client leaves the body out. FC takes the length from the
 * body and lets nobody else say it, so an answer without one would say that the file is empty.
 */
export function replyTo(served: Served): HttpReply {
  if (served.served === 'auto') return replyToAuto(served.auto);
  if (served.served === 'miss') return replyToMiss(served.miss);
  return refusals[served.served];
}

function replyToMiss(miss: Found): HttpReply {
  switch (miss.found) {
    case 'file':
      return replyWith(miss);
    case 'moved':
      return redirectTo(miss.key);
    case 'nothing':
      return nothing;
    case 'no-manifest':
      return refusals['no-manifest'];
    // Who is told that something was taken down, and why, is not for this answer.
    case 'gone':
    case 'taken-down':
      return gone;
  }
}

function replyWith({ contentType, bytes }: { contentType: string; bytes: Buffer }): HttpReply {
  const headers = {
    'content-type': contentType,
    'cache-control': FILE_CACHE,
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body: bytes };
}

function replyToAuto(auto: Chosen): HttpReply {
  const asked = { vary: VARY, 'accept-ch': ACCEPT_CH };
  if (auto.found === 'nothing') return { ...nothing, headers: { ...nothing.headers, ...asked } };
  if (auto.found === 'mistake') return refused(400, `${auto.expected}\n`, NOTHING_CACHE);
  return redirectTo(auto.key, asked);
}

function redirectTo(key: string, more: HttpReply['headers'] = {}): HttpReply {
  const location = `/${key.split('/').map(encodeURIComponent).join('/')}`;
  const headers = { ...PLAIN, ...more, 'cache-control': REDIRECT_CACHE, location };
  return { status: 302, headers, body: '' };
}
