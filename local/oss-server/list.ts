import type { BucketStorage, StoredObject } from './storage.ts';

type Objects = BucketStorage['objects'];

export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after this key, or after everything under this common prefix. */
  readonly after: string;
  readonly limit: number;
}

export interface Listing {
  readonly objects: StoredObject[];
  readonly prefixes: string[];
  /** The last key or prefix given, when there is more. */
  readonly next: string | undefined;
}

/** Prefixes count against the limit, and a page may end on one. */
export function listObjects(keys: Objects, query: ListQuery): Listing {
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  let position = Math.max(seekAfter(keys, query), keys.seek(query.prefix));
  for (;;) {
    const key = keys.at(position);
    const object = key?.startsWith(query.prefix) ? keys.get(key) : undefined;
    if (object === undefined) return { objects, prefixes, next: undefined };
    if (objects.length + prefixes.length === query.limit) return { objects, prefixes, next: last };
    last = commonPrefix(object.key, query);
    if (last === undefined) {
      objects.push(object);
      last = object.key;
      position += 1;
    } else {
      prefixes.push(last);
      position = seekPast(keys, last);
    }
  }
}

export function commonPrefix(key: string, query: Pick<ListQuery, 'prefix' | 'delimiter'>) {
  if (query.delimiter === '') return undefined;
  const found = key.indexOf(query.delimiter, query.prefix.length);
  return found < 0 ? undefined : key.slice(0, found + query.delimiter.length);
}

function seekAfter(keys: Objects, query: ListQuery): number {
  if (query.after === '') return 0;
  const isPrefix =
    query.after.startsWith(query.prefix) && commonPrefix(query.after, query) === query.after;
  if (isPrefix) return seekPast(keys, query.after);
  const position = keys.seek(query.after);
  return keys.at(position) === query.after ? position + 1 : position;
}

/** Keys with one prefix are neighbours in byte order. */
function seekPast(keys: Objects, prefix: string): number {
  let position = keys.seek(prefix);
  while (keys.at(position)?.startsWith(prefix)) position += 1;
  return position;
}
