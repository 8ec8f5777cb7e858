import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { QueryItem } from './address.ts';
import { isSigning } from './claim.ts';
import { OssError } from './errors.ts';
import { isKnownToOss } from './known-parameters.ts';

import { encode } from './signature-v4.ts';
import { isLoopback, isPassable, type MirrorRule } from './website.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 10;

/** A request for a key that is not there. */
export interface Missed {
  readonly key: string;
  readonly query: readonly QueryItem[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** `path` apart from the URL, which would fold `a/../b`; both as they go on the wire. */
interface Target {
  readonly url: URL;
  readonly path: string;
}

/**
 * The origin's answer to a GET of MirrorURL and the key, as it comes: nothing is decompressed.
 * Throws MirrorFailed where there is none, or where a redirect leads off this machine.
 */
export async function askOrigin(
  missed: Missed,
  rule: MirrorRule,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = headersFor(missed, rule.MirrorHeaders ?? {});
  let target = targetFor(missed, rule);
  for (let redirects = 0; ; redirects += 1) {
    const response = await request(target, headers, signal).catch(cause => {
      throw mirrorFailed(target.url, cause);
    });
    const { location } = response.headers;
    if (!isRedirect(response) || rule.MirrorFollowRedirect === 'false') return response;
    response.destroy();
    target = redirected(target, location);
    if (redirects === MOST_REDIRECTS) {
      throw mirrorFailed(target.url, new Error(`expected ${MOST_REDIRECTS} redirects at most`));
    }
  }
}

export function isRedirect({ statusCode, headers }: IncomingMessage): boolean {
  return REDIRECTS.has(statusCode ?? 0) && headers.location !== undefined;
}

export function mirrorFailed(origin: URL | string, cause: unknown): OssError {
  const reason = cause instanceof Error ? cause.message || String(cause) : String(cause);
  return new OssError('MirrorFailed', `The origin ${origin} did not give the object: ${reason}.`);
}

function request({ url, path }: Target, headers: Record<string, string>, signal: AbortSignal) {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...urlToHttpOptions(url), path, headers, signal }, resolve)
      .on('error', reject)
      .end();
  });
}

function targetFor({ key, query }: Missed, rule: MirrorRule): Target {
  const url = new URL(rule.MirrorURL);
  const path = url.pathname + encode(key).replaceAll('%2F', '/');
  const passed = query
    .filter(({ name }) => rule.PassQueryString === 'true' && isForeign(name))
    .map(({ name, value }) => `${encode(name)}=${encode(value)}`);
  return { url, path: passed.length > 0 ? `${path}?${passed.join('&')}` : path };
}

/** Whether a parameter is none of OSS's own: these are signatures and subresources, and no origin's business. */
function isForeign(name: string): boolean {
  return !isSigning(name) && !isKnownToOss(name);
}

function redirected(from: Target, location = ''): Target {
  const base = from.url.origin + from.path;
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url && isLoopback(url)) return { url, path: url.pathname + url.search };
  throw mirrorFailed(
    from.url,
    new Error(`expected a redirect to this machine, received ${location}`),
  );
}

type Rules = NonNullable<MirrorRule['MirrorHeaders']>;

/** Set outdoes Remove, and Remove what is passed. */
function headersFor({ headers }: Missed, { PassAll, Pass, Remove, Set: given }: Rules) {
  const has = (names: string[] | undefined, name: string) =>
    names?.some(one => one.toLowerCase() === name) ?? false;
  const passed = Object.entries(headers).filter(
    ([name]) => isPassable(name) && (PassAll === 'true' || has(Pass, name)) && !has(Remove, name),
  );
  const set = given?.map(({ Key, Value }) => [Key.toLowerCase(), Value] as const) ?? [];
  return Object.fromEntries([...passed, ...set]);
}
