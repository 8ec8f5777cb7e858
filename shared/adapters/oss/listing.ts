import type OSS from 'ali-oss';
import { byteOrder } from '../../core/set/side-by-side.ts';
import type { ListedObject, ListOptions } from '../../ports.ts';
import { unlike } from './body.ts';
import type { Attempt } from './calling.ts';
import { bare, isArchiveClass } from './object-facts.ts';

export interface Page {
  /** For people. */
  what: string;
  prefix: string;
  max: number;
  delimiter?: ListOptions['delimiter'];
  after?: string | undefined;
  token?: string | undefined;
  /** The last key of the page before. */
  last?: string | undefined;
}

export interface Found {
  objects: ListedObject[];
  prefixes: string[];
  /** Of the page that comes next. */
  token: string | undefined;
}

/** One page, or a failure: a page that is not all there would make originals and files vanish. */
export async function listPage(client: OSS, page: Page, { timeout }: Attempt): Promise<Found> {
  const { what } = page;
  const answer = await client.listV2(queryOf(page), { timeout });
  const { objects = [], isTruncated, nextContinuationToken: token } = answer;
  // ali-oss says null where there are none.
  const prefixes: string[] = answer.prefixes ?? [];
  const found = objects.length + prefixes.length;
  if (answer.keyCount !== found) throw unlike(what, 'KeyCount', answer.keyCount, found);
  if (isTruncated && !token) throw unlike(what, 'a token', 'of the next page', 'none');
  if (token && token === page.token) throw unlike(what, 'a token', 'of the next page', 'the same');
  const name = isUrlEncoded(answer.res) ? decodeURIComponent : (raw: string) => raw;
  const listed: Found = {
    objects: objects.map(object => ({
      key: name(object.name),
      etag: bare(object.etag),
      bytes: object.size,
      modifiedAt: new Date(object.lastModified),
      ...(isArchived(object) ? { isArchived: true } : {}),
      ...(object.type === 'Symlink' ? { isLink: true } : {}),
    })),
    prefixes: prefixes.map(name),
    token: token || undefined,
  };
  checkKeys(listed, page);
  return listed;
}

/** Each once, in the order of their bytes, below what was asked for: who walks two buckets side by side relies on it. */
function checkKeys({ objects, prefixes }: Found, { what, prefix, after = '', last = after }: Page) {
  const keys = objects.map(({ key }) => key);
  const foreign = [...keys, ...prefixes].find(key => !key.startsWith(prefix));
  if (foreign !== undefined) throw unlike(what, 'keys below', prefix, foreign);
  const wrong = keys.findIndex((key, index) => byteOrder(key, keys[index - 1] ?? last) <= 0);
  if (wrong >= 0) throw unlike(what, 'a key after', keys[wrong - 1] ?? last, keys[wrong]);
}

/** What is archived and was restored can be read for a while. ali-oss reads RestoreInfo, and its types miss it. */
function isArchived(object: { storageClass: string; restoreInfo?: { ongoingRequest: boolean } }) {
  if (!isArchiveClass(object.storageClass)) return false;
  return object.restoreInfo?.ongoingRequest !== false;
}

/** Fresh each time: ali-oss takes the token out of the object that it is given. */
function queryOf({ prefix, max, delimiter, after, token }: Page): OSS.ListV2ObjectsQuery {
  return {
    prefix,
    'max-keys': String(max),
    // Keys may hold what XML 1.0 cannot.
    'encoding-type': 'url',
    ...(delimiter ? { delimiter } : {}),
    ...(after ? { 'start-after': after } : {}),
    ...(token ? { 'continuation-token': token } : {}),
  };
}

/** ali-oss decodes nothing, and drops what says whether there is something to decode. */
function isUrlEncoded(res: object): boolean {
  return 'data' in res && String(res.data).includes('<EncodingType>url</EncodingType>');
}
