import { checkKey, checkPrefix } from '../../shared/adapters/oss/keys.ts';
import { focusFrom } from '../../shared/core/picture/focus.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { OriginalObject } from '../../shared/core/set/manifest.ts';
import type { ListedObject, ListOptions, ObjectStore } from '../../shared/ports.ts';
import { type Actor, call, type Stage } from './actors.ts';
import { type SimulatedBucket, thingOf } from './bucket.ts';

/** Few enough that a set takes several pages and several deletes. */
const PAGE = 3;
const PART = 2;

/** One bucket as one process sees it. */
export function simulatedStore(bucket: SimulatedBucket, actor: Actor, stage: Stage): ObjectStore {
  const where = bucket.name;
  const ask = <T>(verb: string, about: string, effect: () => T): Promise<T> => {
    try {
      if (verb === 'LIST') checkPrefix(about);
      else if (verb !== 'DELETE') checkKey(about);
    } catch (refused) {
      return Promise.reject(refused);
    }
    const refusal = () =>
      new Failure('STORE_UNAVAILABLE', `${verb} ${about} in ${where}: the store did not answer`);
    return call(stage, actor, { where, verb, about }, { effect, refusal });
  };
  const now = () => stage.line.now;
  const read = (key: string) => bucket.objects.get(key);
  return {
    head: key => ask('HEAD', key, () => headOf(bucket, key)),
    get: key => ask('GET', key, () => read(key)),
    getUnless: (key, etag) =>
      ask('GET', key, () => {
        const stored = read(key);
        return stored?.etag === etag ? ('unchanged' as const) : stored;
      }),
    getExactly: object => ask('GET', object.key, () => exactly(bucket, object)),
    put: (key, bytes) =>
      ask('PUT', key, () => {
        const thing = thingOf(bytes, now());
        bucket.put(key, thing, actor);
        return thing;
      }),
    remove: async keys => {
      keys.forEach(checkKey);
      const askedAt = now();
      for (let from = 0; from < keys.length; from += PART) {
        const part = keys.slice(from, from + PART);
        await ask('DELETE', part.join(' '), () => {
          for (const key of part) bucket.remove(key, actor, askedAt);
        });
      }
    },
    list: (prefix, options = {}) =>
      pages(options.after, after =>
        ask('LIST', prefix, () => pageOf(bucket, prefix, { ...options, after })),
      ),
  };
}

/** No closure: V8 makes a hidden class of each, and keeps with it until it collects all garbage what the closure knew. */
async function* pages(
  from: string | undefined,
  pageAfter: (after: string | undefined) => Promise<Page>,
): AsyncGenerator<ListedEntry> {
  for (let after = from; ; ) {
    const { entries, next } = await pageAfter(after);
    yield* entries;
    if (next === undefined) return;
    after = next;
  }
}

function exactly({ objects }: SimulatedBucket, { key, etag, bytes }: OriginalObject) {
  const thing = objects.get(key);
  if (!thing) return undefined;
  return thing.etag === etag && thing.bytes.length === bytes ? thing.bytes : ('changed' as const);
}

function headOf({ objects }: SimulatedBucket, key: string) {
  const thing = objects.get(key);
  if (!thing) return undefined;
  const { etag, crc64, bytes, focus, modifiedAt } = thing;
  return {
    key,
    etag,
    bytes: bytes.length,
    uploadedAt: new Date(modifiedAt).toISOString(),
    ...(crc64 === undefined ? {} : { crc64 }),
    ...(focus === undefined ? {} : { focus: focusFrom(focus) }),
  };
}

type ListedEntry = ListedObject | { prefix: string };

interface Page {
  entries: ListedEntry[];
  next: string | undefined;
}

/** As OSS pages: keys and rolled-up prefixes count alike, and the next page begins after the last of them. */
export function pageOf(
  bucket: SimulatedBucket,
  prefix: string,
  { delimiter, after = '' }: Omit<ListOptions, 'after'> & { after?: string | undefined },
  most = PAGE,
): Page {
  const entries: ListedEntry[] = [];
  let last = after;
  const isRolledUp = (key: string, into: string) =>
    delimiter !== undefined &&
    into.length > prefix.length &&
    into.endsWith(delimiter) &&
    key.startsWith(into);
  const keys = bucket.keys();
  for (let at = placeOf(prefix > last ? prefix : last, keys); at < keys.length; at += 1) {
    const key = keys[at] ?? '';
    if (!key.startsWith(prefix)) break;
    if (key <= last || isRolledUp(key, last)) continue;
    if (entries.length === most) return { entries, next: last };
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end !== -1) {
      last = key.slice(0, end + 1);
      entries.push({ prefix: last });
      continue;
    }
    const thing = bucket.objects.get(key);
    if (!thing) continue;
    last = key;
    const { etag, bytes, modifiedAt } = thing;
    entries.push({ key, etag, bytes: bytes.length, modifiedAt: new Date(modifiedAt) });
  }
  return { entries, next: undefined };
}

/** Of the first key that does not come before it. */
function placeOf(key: string, ascending: string[]): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? '') < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** As it is at this very moment, for whoever only looks on. */
export function immediateStore(bucket: SimulatedBucket, now: () => number): ObjectStore {
  const read = async (key: string) => {
    checkKey(key);
    const thing = bucket.objects.get(key);
    return thing && { etag: thing.etag, bytes: thing.bytes };
  };
  return {
    head: async key => {
      checkKey(key);
      return headOf(bucket, key);
    },
    get: read,
    getUnless: async (key, etag) => {
      const stored = await read(key);
      return stored?.etag === etag ? ('unchanged' as const) : stored;
    },
    getExactly: async object => {
      checkKey(object.key);
      return exactly(bucket, object);
    },
    put: async (key, bytes) => {
      checkKey(key);
      const thing = thingOf(bytes, now());
      bucket.put(key, thing, undefined);
      return { etag: thing.etag };
    },
    remove: async keys => {
      keys.forEach(checkKey);
      for (const key of keys) bucket.remove(key, undefined);
    },
    list: (prefix, options = {}) =>
      pages(options.after, async () => {
        checkPrefix(prefix);
        return pageOf(bucket, prefix, options, Number.POSITIVE_INFINITY);
      }),
  };
}
