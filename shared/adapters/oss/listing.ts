import type OSS from 'ali-oss';
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
  const name = isUrlEncoded(answer.res) ? decodeURIComponent : (raw: string) => raw;
  return {
    objects: objects.map(object => ({
      key: name(object.name),
      etag: bare(object.etag),
      bytes: object.size,
      modifiedAt: new Date(object.lastModified),
      ...(isArchived(object) ? { isArchived: true } : {}),
    })),
    prefixes: prefixes.map(name),
    token: token || undefined,
  };
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
