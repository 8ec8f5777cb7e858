import type { Readable } from 'node:stream';
import OSS from 'ali-oss';
import pRetry from 'p-retry';
import { Failure } from '../core/failure.ts';
import type { OriginalObject } from '../core/manifest.ts';
import type { Attributes, ListOptions, ObjectStore, StoredObject } from '../ports.ts';

/** One bucket through ali-oss 6.23; the only place that knows its errors. */

export interface OssConnection {
  /** `oss-cn-hangzhou`. */
  region: string;
  /** Undefined for Alibaba's own, from inside its network. */
  endpoint: string | undefined;
  /** Real OSS refuses path style (SecondLevelDomainForbidden): for local servers only. */
  pathStyle: boolean;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
}

/** `sldEnable` is real and missing from @types/ali-oss 6.23. */
type Options = OSS.Options & { sldEnable?: boolean };

const TIMEOUT_MS = 30_000;
const LIST_PAGE = 1000;
/** DeleteMultipleObjects takes at most 1,000 keys. */
const REMOVE_PAGE = 1000;
/** ali-oss retries connection errors only: neither 5xx, nor throttling, nor timeouts. */
const RETRIES = { retries: 4, minTimeout: 100, maxTimeout: 2000, factor: 3, randomize: true };

export function ossStore(bucket: string, connection: OssConnection): ObjectStore {
  const client = new OSS(optionsFor(bucket, connection));
  const call = <T>(what: string, run: () => Promise<T>) => calling(`${what} in ${bucket}`, run);
  return {
    head: key => orUndefined(() => call(`HEAD ${key}`, () => head(client, key))),
    get: key => orUndefined(() => call(`GET ${key}`, () => get(client, key))),
    getUnless: (key, etag) =>
      orUndefined(() => call(`GET ${key}`, () => getUnless(client, key, etag))),
    put: (key, bytes, attributes) =>
      call(`PUT ${key}`, () => put(client, key, { bytes, ...attributes })),
    remove: async keys => {
      for (let from = 0; from < keys.length; from += REMOVE_PAGE) {
        const page = keys.slice(from, from + REMOVE_PAGE);
        await call(`DELETE ${page.length} keys`, () => client.deleteMulti(page, { quiet: true }));
      }
    },
    list: (prefix, options) => list(client, call, { prefix, ...options }),
  };
}

/** A silent body is given up after this long: ali-oss's own timeout ends with the headers. */
const IDLE_MS = 30_000;

/** Large objects as they come, such as the files of an inventory. */
export function ossReader(bucket: string, connection: OssConnection) {
  const client = new OSS(optionsFor(bucket, connection));
  return async (key: string): Promise<Readable> => {
    const what = `GET ${key} in ${bucket}`;
    const { stream } = await calling(what, () => client.getStream(key));
    const giveUp = () => {
      const message = `${what}: OSS fell silent for ${IDLE_MS / 1000} s`;
      stream.destroy(new Failure('STORE_UNAVAILABLE', message));
    };
    let timer = setTimeout(giveUp, IDLE_MS);
    stream.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, IDLE_MS);
    });
    stream.on('close', () => clearTimeout(timer));
    return stream;
  };
}

function optionsFor(bucket: string, connection: OssConnection): Options {
  const { region, endpoint, pathStyle, credentials } = connection;
  return {
    bucket,
    region,
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    ...(credentials.securityToken ? temporary(credentials, credentials.securityToken) : {}),
    ...(endpoint ? { endpoint } : { internal: true, secure: true }),
    sldEnable: pathStyle,
    timeout: TIMEOUT_MS,
    authorizationV4: true,
  };
}

/** A store lives for one event and a role's credentials for 36 hours: there is nothing to refresh but the SDK's warning. */
function temporary({ accessKeyId, accessKeySecret }: OssConnection['credentials'], token: string) {
  const refreshSTSToken = async () => ({ accessKeyId, accessKeySecret, stsToken: token });
  return { stsToken: token, refreshSTSToken };
}

async function head(client: OSS, key: string): Promise<OriginalObject> {
  const { res } = await client.head(key);
  const headers = res.headers as Record<string, string | undefined>;
  const crc64 = headers['x-oss-hash-crc64ecma'];
  return {
    key,
    etag: bare(headers.etag),
    bytes: Number(headers['content-length']),
    ...(crc64 ? { crc64 } : {}),
  };
}

async function get(client: OSS, key: string): Promise<StoredObject> {
  const { content, res } = await client.get(key);
  return { etag: bare((res.headers as Record<string, string>).etag), bytes: content };
}

async function getUnless(client: OSS, key: string, etag: string) {
  const { content, res } = await client.get(key, { headers: { 'If-None-Match': `"${etag}"` } });
  if (res.status === 304) return 'unchanged' as const;
  return { etag: bare((res.headers as Record<string, string>).etag), bytes: content as Buffer };
}

/** A Buffer goes with Content-MD5, which the server verifies, and can be sent again. */
async function put(client: OSS, key: string, object: Attributes & { bytes: Buffer }) {
  const { bytes, contentType, cacheControl } = object;
  await client.put(key, bytes, {
    mime: contentType,
    headers: { 'Content-Type': contentType, 'Cache-Control': cacheControl },
  });
}

type Call = <T>(what: string, run: () => Promise<T>) => Promise<T>;

async function* list(
  client: OSS,
  call: Call,
  { prefix, delimiter, after }: ListOptions & { prefix: string },
) {
  const whole = {
    prefix,
    'max-keys': String(LIST_PAGE),
    ...(delimiter ? { delimiter } : {}),
    ...(after ? { 'start-after': after } : {}),
  };
  let token: string | undefined;
  do {
    const query = { ...whole, ...(token ? { 'continuation-token': token } : {}) };
    // ali-oss takes the continuation token out of the object it is given: a fresh one for each attempt.
    const page = await call(`LIST ${prefix}`, () => client.listV2({ ...query }, {}));
    for (const { name, etag, size, lastModified } of page.objects ?? []) {
      yield { key: name, etag: bare(etag), bytes: size, modifiedAt: new Date(lastModified) };
    }
    for (const rolledUp of page.prefixes ?? []) yield { prefix: rolledUp };
    token = page.nextContinuationToken || undefined;
  } while (token);
}

function bare(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

const MISSING = Symbol('missing');

async function orUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.facts.missing === MISSING) return undefined;
    throw thrown;
  }
}

async function calling<T>(what: string, run: () => Promise<T>): Promise<T> {
  return await pRetry(
    async () => {
      try {
        return await run();
      } catch (cause) {
        throw failureFrom(what, cause);
      }
    },
    {
      ...RETRIES,
      shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
    },
  );
}

/** What ali-oss throws: `status` is -1 or -2 for connection errors, undefined for a timeout. */
function failureFrom(what: string, cause: unknown): Failure {
  const { status, code, name, requestId } = cause as Record<string, unknown>;
  const facts = { cause, status, ossCode: code, ossRequestId: requestId };
  const said = `${String(code ?? name)}${status ? `, status ${String(status)}` : ''}`;
  if (status === 404 && code !== 'NoSuchBucket') {
    return new Failure('UNEXPECTED', `${what}: there is no such object`, {
      ...facts,
      missing: MISSING,
    });
  }
  if (status === 403 || code === 'NoSuchBucket') {
    return new Failure('STORE_DENIED', `${what}: OSS refused (${said})`, facts);
  }
  const isPassing =
    status === -1 ||
    status === -2 ||
    status === 429 ||
    (typeof status === 'number' && status >= 500) ||
    /Timeout|Limit|ConnectionError/i.test(`${String(code)} ${String(name)}`);
  if (isPassing)
    return new Failure('STORE_UNAVAILABLE', `${what}: OSS did not answer (${said})`, facts);
  return new Failure('UNEXPECTED', `${what}: OSS answered ${said}`, facts);
}
