import { hash } from 'node:crypto';
import type { Actor } from './actors.ts';

/** One bucket as it lies there, with a watch on every change. */
export interface SimulatedBucket {
  name: string;
  objects: Map<string, Thing>;
  put(key: string, thing: Thing, by: Actor | undefined): void;
  remove(key: string, by: Actor | undefined, askedAt?: number): void;
  /** In OSS's order. */
  keys(): string[];
  watch: (change: Change) => void;
}

export interface Thing {
  bytes: Buffer;
  etag: string;
  /** OSS gives none to some copies. */
  crc64?: string;
  modifiedAt: number;
  /** `x-oss-meta-focus`. */
  focus?: string;
}

export interface Change {
  bucket: string;
  key: string;
  before: Thing | undefined;
  after: Thing | undefined;
  by: Actor | undefined;
  /** Of a removal, when it was sent: nobody can call it back. */
  askedAt?: number | undefined;
}

export function simulatedBucket(name: string): SimulatedBucket {
  const objects = new Map<string, Thing>();
  let sorted: string[] | undefined;
  const bucket: SimulatedBucket = {
    name,
    objects,
    watch: () => undefined,
    put: (key, after, by) => {
      const before = objects.get(key);
      if (!before) sorted = undefined;
      objects.set(key, after);
      bucket.watch({ bucket: name, key, before, after, by });
    },
    remove: (key, by, askedAt) => {
      const before = objects.get(key);
      if (!before) return;
      sorted = undefined;
      objects.delete(key);
      bucket.watch({ bucket: name, key, before, after: undefined, by, askedAt });
    },
    keys: () => {
      sorted ??= [...objects.keys()].sort();
      return sorted;
    },
  };
  return bucket;
}

/** Its digest is taken when it is first asked for: most records are read without it. */
export function thingOf(bytes: Buffer, modifiedAt: number): Thing {
  return Object.assign(Object.create(digested), { bytes, modifiedAt, digest: undefined });
}

interface Digested {
  bytes: Buffer;
  digest: string | undefined;
}

/** Shared: of an object with getters of its own V8 makes a hidden class, and keeps it until it collects all garbage. */
const digested = {
  get etag(): string {
    return digestOf(this as unknown as Digested).toUpperCase();
  },
  get crc64(): string {
    return BigInt(`0x${digestOf(this as unknown as Digested).slice(0, 16)}`).toString();
  },
};

function digestOf(thing: Digested): string {
  thing.digest ??= hash('md5', thing.bytes, 'hex');
  return thing.digest;
}
