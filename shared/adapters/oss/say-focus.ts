import { Failure } from '../../core/failure.ts';
import type { Focus } from '../../core/picture/focus.ts';
import { type Asking, askingIn } from './asking.ts';
import type { OssConnection } from './client.ts';
import { unlike } from './body.ts';
import { isLink } from './object-facts.ts';

/**
 * Says what an original is about, as its uploader may: OSS changes metadata by copying an object onto itself, which keeps
 * its bytes and its tags, and of all else only what is said again. Answers false where there is no such object.
 */
export function ossFocus(bucket: string, connection: OssConnection) {
  const asking = askingIn(bucket, connection);
  const { client, call, look } = asking;
  return async (key: string, { x, y }: Focus): Promise<boolean> => {
    const head = await look('HEAD', key, ({ attempt: { timeout } }) =>
      client.head(key, { timeout }),
    );
    if (!head) return false;
    const stored = new Map<string, unknown>(Object.entries(head.res.headers));
    if (isLink(head.res.headers)) throw noneOfItsOwn(key);
    const said = {
      ...heldIn(stored),
      ...(await ownAcl(key, asking)),
      'If-Match': String(stored.get('etag')),
    };
    const meta = { ...(head.meta as object), focus: `${x / 1000},${y / 1000}` };
    // ali-oss writes into the headers that it is given.
    await call(`COPY ${key} onto itself`, ({ timeout }) =>
      client.copy(key, key, { meta, headers: { ...said }, timeout } as never),
    );
    return true;
  };
}

/** A copy has these of its own, or OSS's defaults. */
const HELD = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
  'x-oss-storage-class',
  'x-oss-server-side-encryption',
  'x-oss-server-side-encryption-key-id',
];

function heldIn(stored: ReadonlyMap<string, unknown>): Record<string, string> {
  const held = HELD.filter(name => stored.has(name));
  return Object.fromEntries(held.map(name => [name, String(stored.get(name))]));
}

/** Without one the copy would have the bucket's, and what is private might be public. */
async function ownAcl(key: string, { client, call }: Asking): Promise<Record<string, string>> {
  const acl = await call(`GET the ACL of ${key}`, async ({ timeout }, what) => {
    const answer = await client.getACL(key, { timeout }).catch(cause => {
      // ali-oss takes the value out of whatever XML there is.
      throw cause instanceof TypeError ? noAcl(what, 'none') : cause;
    });
    const said: unknown = answer.acl;
    if (typeof said !== 'string' || !ACLS.includes(said)) throw noAcl(what, said || 'none');
    return said;
  });
  return acl === 'default' ? {} : { 'x-oss-object-acl': acl };
}

const ACLS = ['default', 'private', 'public-read', 'public-read-write'];

function noAcl(what: string, received: unknown): Failure {
  return unlike(what, 'one of', ACLS.join(', '), received);
}

function noneOfItsOwn(key: string): Failure {
  const expected = 'expected an original with bytes of its own';
  const message = `${expected}, ${key} is a symlink: say the focus of what it leads to`;
  return new Failure('KEY_UNUSABLE', message, { key });
}
