import type { Readable } from 'node:stream';
import type OSS from 'ali-oss';
import { Failure } from '../../core/failure.ts';
import type { OriginalObject } from '../../core/set/manifest.ts';
import type { Attributes, ListOptions, ObjectStore, StoredObject } from '../../ports.ts';
import { bare, calling, type OssConnection, orUndefined, ossClient } from './client.ts';

/** The objects of one bucket. */

const LIST_PAGE = 1000;
/** DeleteMultipleObjects takes at most 1,000 keys. */
const REMOVE_PAGE = 1000;
export function ossStore(bucket: string, connection: OssConnection): ObjectStore {
  const client = ossClient(bucket, connection);
  const call = <T>(what: string, run: () => Promise<T>) => calling(`${what} in ${bucket}`, run);
  return {
    head: key => orUndefined(() => call(`HEAD ${key}`, () => head(client, key))),
    get: key => orUndefined(() => call(`GET ${key}`, () => get(client, key))),
    getUnless: (key, etag) =>
      orUndefined(() => call(`GET ${key}`, () => getUnless(client, key, etag))),
    getExactly: async ({ key, etag }) => {
      const stored = await orUndefined(() => call(`GET ${key}`, () => get(client, key)));
      return stored && (stored.etag === etag ? stored.bytes : 'changed');
    },
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

/**
 * Whether these credentials may write into the bucket. Tried with a digest that cannot be right, which OSS looks at
 * after the rights: nothing is ever written, and no event fires.
 */
export async function ossMayWrite(bucket: string, connection: OssConnection): Promise<boolean> {
  const client = ossClient(bucket, connection);
  const headers = { 'Content-MD5': Buffer.alloc(16).toString('base64') };
  try {
    await calling(`PUT ${PROBE} in ${bucket}`, () =>
      client.put(PROBE, Buffer.from('?'), { headers }),
    );
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    if (thrown.facts.ossCode === 'AccessDenied') return false;
    if (thrown.facts.status !== 400) throw thrown;
  }
  return true;
}

const PROBE = 'darkroom-doctor-was-here';

/** A silent body is given up after this long: ali-oss's own timeout ends with the headers. */
const IDLE_MS = 30_000;

/** Large objects as they come, such as the files of an inventory. */
export function ossReader(bucket: string, connection: OssConnection) {
  const client = ossClient(bucket, connection);
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
  const { res } = await client.put(key, bytes, {
    mime: contentType,
    headers: { 'Content-Type': contentType, 'Cache-Control': cacheControl },
  });
  return { etag: bare((res.headers as Record<string, string>).etag) };
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
