import type { OriginalObject } from '../../shared/core/set/manifest.ts';
import type { ObjectStore, StoredObject } from '../../shared/ports.ts';

/** What was asked of a store, as OSS would bill it. */
export interface Requests {
  heads: number;
  gets: number;
  puts: number;
  removes: number;
}

/** Nothing is ever overwritten by something else while a command runs. */
const etag = 'E';

/** What a HEAD tells of an object that lies in a bucket, too. */
export type Told = Partial<Omit<OriginalObject, 'key' | 'bytes'>>;

/** A bucket for as long as a command runs, which counts what is asked of it. */
export function memoryStore(
  objects: Map<string, Buffer>,
  requests: Requests,
  told: ReadonlyMap<string, Told> = new Map(),
): ObjectStore {
  const etagOf = (key: string) => told.get(key)?.etag ?? etag;
  const facts = (key: string, bytes: Buffer) => ({ key, etag: etagOf(key), bytes: bytes.length });
  const get = async (key: string): Promise<StoredObject | undefined> => {
    requests.gets += 1;
    const bytes = objects.get(key);
    return bytes && { etag: etagOf(key), bytes };
  };
  return {
    head: async key => {
      requests.heads += 1;
      const bytes = objects.get(key);
      return bytes && { ...told.get(key), ...facts(key, bytes) };
    },
    get,
    getUnless: async key => ((await get(key)) ? 'unchanged' : undefined),
    getExactly: async ({ key }) => (await get(key))?.bytes,
    put: async (key, bytes) => {
      requests.puts += 1;
      objects.set(key, bytes);
      return { etag };
    },
    remove: async keys => {
      requests.removes += 1;
      for (const key of keys) objects.delete(key);
    },
    async *list(prefix, { delimiter } = {}) {
      requests.puts += 1;
      const prefixes = new Set<string>();
      for (const [key, bytes] of objects) {
        const rolledUp = delimiter && rolledUpBy(delimiter, key, prefix);
        if (rolledUp) prefixes.add(rolledUp);
        else if (key.startsWith(prefix)) yield { ...facts(key, bytes), modifiedAt: new Date(0) };
      }
      for (const rolledUp of prefixes) yield { prefix: rolledUp };
    },
  };
}

function rolledUpBy(delimiter: string, key: string, prefix: string): string | undefined {
  const end = key.startsWith(prefix) ? key.indexOf(delimiter, prefix.length) : -1;
  return end < 0 ? undefined : key.slice(0, end + 1);
}

export function noRequests(): Requests {
  return { heads: 0, gets: 0, puts: 0, removes: 0 };
}
