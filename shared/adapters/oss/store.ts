import { Readable } from 'node:stream';
import { Failure } from '../../core/failure.ts';
import type { OriginalObject } from '../../core/set/manifest.ts';
import type { ListOptions, ObjectStore } from '../../ports.ts';
import { type Asking, askingIn } from './asking.ts';
import { bodyOf, unlike } from './body.ts';
import type { OssConnection } from './client.ts';
import { failureFrom } from './failures.ts';
import { growingCrc64 } from './crc64.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { listPage } from './listing.ts';
import { isLink, objectFrom, type Said, saidOf } from './object-facts.ts';
import type { Asked } from './presence.ts';
import { readExactly, readUnless, readWhole } from './reading.ts';
import { removeAll, removeTogether } from './removal.ts';
import { write } from './writing.ts';

/** The objects of one bucket. */

export function ossStore(bucket: string, connection: OssConnection): ObjectStore {
  const asking = askingIn(bucket, connection);
  const { client, call, look } = asking;
  return {
    head: key =>
      look('HEAD', key, async asked => {
        const { what, attempt } = asked;
        const { res } = await client.head(key, { timeout: attempt.timeout });
        const object = objectFrom(what, key, res.headers);
        return isLink(res.headers) ? await withTarget(object, asked) : object;
      }),
    get: key => look('GET', key, readWhole),
    getUnless: (key, etag) => look('GET', key, asked => readUnless(asked, etag)),
    getExactly: (object, refuse) =>
      look('GET', object.key, asked => readExactly(asked, object, refuse)),
    put: async (key, bytes, attributes) => {
      checkKey(key);
      return await call(`PUT ${key}`, (attempt, what) =>
        write(client, { key, bytes, what, ...attributes }, attempt),
      );
    },
    remove: keys => remove(asking, keys),
    list: (prefix, options) => list(asking, prefix, options),
  };
}

/** If the link was turned meanwhile, its ETag is of another object than the one that it tells: of a secret one, maybe. */
async function withTarget(object: OriginalObject, asked: Asked): Promise<OriginalObject> {
  const { client, what, attempt } = asked;
  const target = await targetOf(asked);
  if (target === undefined) throw unlike(what, 'a symlink,', 'as it was just now', 'no symlink');
  const { res } = await client.head(target, { timeout: attempt.timeout });
  const { etag } = saidOf(what, res.headers);
  if (etag !== object.etag) throw unlike(what, `the ETag of ${target}`, etag, object.etag);
  return { ...object, link: { target } };
}

/** Undefined of what is no symlink. */
async function targetOf({ client, key, what, attempt }: Asked): Promise<string | undefined> {
  try {
    const { targetName, res } = await client.getSymlink(key, { timeout: attempt.timeout });
    // ali-oss 6.23 decodes whatever comes: where nothing does, it says `undefined`.
    if ('x-oss-symlink-target' in res.headers) return targetName;
  } catch (cause) {
    if (failureFrom(what, cause).facts.ossCode === 'NotSymlink') return undefined;
    if (!(cause instanceof URIError)) throw cause;
  }
  throw unlike(what, 'the target of a symlink', 'URL-encoded', 'something else');
}

/** What a symlink leads to, be that there or not, for people; undefined of what is none. */
export function ossLinks(
  bucket: string,
  connection: OssConnection,
): (key: string) => Promise<string | undefined> {
  const { look } = askingIn(bucket, connection);
  return key => look('GET the symlink', key, targetOf);
}

async function remove({ client, call, look }: Asking, keys: string[]): Promise<void> {
  keys.forEach(checkKey);
  await removeAll(keys, {
    one: async key => {
      await look('DELETE', key, ({ attempt: { timeout } }) => client.delete(key, { timeout }));
    },
    many: page =>
      call(`DELETE ${page.length} keys`, attempt => removeTogether(client, page, attempt)),
  });
}

const LIST_PAGE = 1000;

async function* list({ client, call }: Asking, prefix: string, options?: ListOptions) {
  checkPrefix(prefix);
  let token: string | undefined;
  let last: string | undefined;
  do {
    const page = { prefix, max: LIST_PAGE, token, last, ...options };
    const found = await call(`LIST ${prefix}`, (attempt, what) =>
      listPage(client, { what, ...page }, attempt),
    );
    yield* found.objects;
    for (const rolledUp of found.prefixes) yield { prefix: rolledUp };
    token = found.token;
    last = found.objects.at(-1)?.key ?? last;
  } while (token);
}

/**
 * Whether these credentials may write into the bucket. Tried with a digest that cannot be right, which OSS looks at
 * after the rights: nothing is ever written, and no event fires.
 */
export async function ossMayWrite(bucket: string, connection: OssConnection): Promise<boolean> {
  const { client, call } = askingIn(bucket, connection);
  const headers = { 'Content-MD5': Buffer.alloc(16).toString('base64') };
  try {
    await call(`PUT ${PROBE}`, ({ timeout }) =>
      client.put(PROBE, Buffer.from('?'), { headers, timeout }),
    );
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    if (thrown.facts.ossCode === 'AccessDenied') return false;
    if (thrown.facts.status !== 400) throw thrown;
  }
  return true;
}

const PROBE = 'darkroom-doctor-was-here';

/** Whether OSS says to these credentials that an object is not there, though they may not list the bucket. */
export async function ossTellsMissing(bucket: string, connection: OssConnection): Promise<boolean> {
  try {
    await ossStore(bucket, connection).head(PROBE);
    return true;
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'STORE_DENIED') return false;
    throw thrown;
  }
}

/** A silent body is given up after this long. */
const SILENCE_MS = 30_000;

/** Large objects as they come, such as the files of an inventory: one that is not whole ends with STORE_UNAVAILABLE. */
export function ossReader(bucket: string, connection: OssConnection) {
  const { client, call } = askingIn(bucket, connection);
  return async (key: string): Promise<Readable> => {
    checkKey(key);
    return await call(`GET ${key}`, async ({ timeout }, what) => {
      const { stream, res } = await client.getStream(key, { timeout });
      if (res.status !== 200) throw unlike(what, 'status', 200, res.status);
      const said = saidOf(what, res.headers);
      const whole = Readable.from(compared(stream, { ...said, what }), { objectMode: false });
      return whole.once('close', () => stream.destroy());
    });
  };
}

async function* compared(stream: Readable, { what, bytes, crc64 }: Said & { what: string }) {
  const seen = await growingCrc64();
  for await (const chunk of bodyOf(stream, { what, bytes, silenceMs: SILENCE_MS })) {
    seen.add(chunk);
    yield chunk;
  }
  const received = seen.value();
  if (crc64 && received !== crc64) throw unlike(what, 'CRC-64', crc64, received);
}
