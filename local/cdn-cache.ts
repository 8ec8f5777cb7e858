import type { IncomingHttpHeaders } from 'node:http';
import CachePolicy from 'http-cache-semantics';
import { LRUCache } from 'lru-cache';
import type { Validators } from './oss-server/conditions.ts';

/** What an edge keeps, by the rules of a shared cache (RFC 9111): as long as Cache-Control says, or until it is purged. */
export interface CdnCache {
  find(path: string, headers: IncomingHttpHeaders): (Kept & { age: number }) | undefined;
  /** To be called before the origin is asked: what is purged meanwhile is not kept. */
  ticket(): Ticket;
  keep(answered: Answered, kept: Kept, ticket: Ticket): void;
  /** Decoded paths without the first slash; a directory's ends with one, or is empty for all. */
  purge(what: 'files' | 'directories', paths: string[]): void;
}

/** A whole answer to a GET. */
export interface Kept {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Of an object of the bucket. */
  validators: Validators | undefined;
}

interface Answered {
  /** As the client sent it, with its query. */
  path: string;
  headers: IncomingHttpHeaders;
}

type Ticket = { purges: number };

const MEMORY = 64 * 1024 * 1024;
/** Larger answers pass by. */
export const LARGEST = 8 * 1024 * 1024;

export function cdnCache(): CdnCache {
  const held = new LRUCache<string, { policy: CachePolicy; kept: Kept }>({
    maxSize: MEMORY,
    sizeCalculation: ({ kept }, path) => kept.body.length + path.length + 1000,
  });
  let purges = 0;
  return {
    find(path, headers) {
      const found = held.get(path);
      const asked = { method: 'GET', url: path, headers: withoutWishes(headers) };
      if (!found?.policy.satisfiesWithoutRevalidation(asked)) return undefined;
      return { ...found.kept, age: Math.floor(found.policy.age()) };
    },
    ticket: () => ({ purges }),
    keep({ path, headers }, kept, ticket) {
      if (ticket.purges !== purges || kept.body.length > LARGEST) return;
      const asked = { method: 'GET', url: path, headers: withoutWishes(headers) };
      // Nothing is kept that its origin does not say how long.
      const policy = new CachePolicy(asked, kept, { shared: true, cacheHeuristic: 0 });
      if (policy.storable() && policy.timeToLive() > 0) held.set(path, { policy, kept });
    },
    purge(what, paths) {
      purges += 1;
      const files = new Set(paths);
      for (const held_ of [...held.keys()]) {
        const path = decoded(held_);
        const isMeant =
          what === 'files' ? files.has(path) : paths.some(directory => path.startsWith(directory));
        if (isMeant) held.delete(held_);
      }
    },
  };
}

/** A client cannot make an edge ask its origin. */
function withoutWishes({ 'cache-control': _, pragma: __, ...headers }: IncomingHttpHeaders) {
  return headers;
}

/** Only what could be decoded was ever kept. */
function decoded(path: string): string {
  return decodeURIComponent((path.split('?')[0] ?? '').slice(1));
}
