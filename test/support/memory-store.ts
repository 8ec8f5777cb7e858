import { createHash } from 'node:crypto';
import { checkKey, checkPrefix } from '../../shared/adapters/oss/keys.ts';
import { crc64Of } from '../../shared/core/crc64.ts';
import { bytesId } from '../../shared/core/moderation/verdict.ts';
import { byteOrder } from '../../shared/core/set/side-by-side.ts';
import { type OriginalObject, wordsSaid } from '../../shared/core/set/manifest.ts';
import type { Texts } from '../../shared/core/watermark/mark-text.ts';
import type { ObjectStore } from '../../shared/ports.ts';

export interface Call {
  operation: 'head' | 'get' | 'put' | 'remove' | 'list';
  key: string;
}

export interface MemoryStore extends ObjectStore {
  objects: Map<
    string,
    {
      bytes: Buffer;
      contentType: string;
      cacheControl: string;
      modifiedAt: Date;
      focus?: OriginalObject['focus'];
      texts?: Texts;
      /** As OSS tells it of what was uploaded, and not of a copy. */
      crc64?: string;
      /** Of a symlink: the key that it leads to. */
      target?: string;
    }
  >;
  calls: Call[];
  /** What time it is where it writes. */
  now(): Date;
  /** Called before each operation takes effect: may throw, or change the world. */
  before: (call: Call) => void | Promise<void>;
  upload(key: string, bytes: Buffer | string, modifiedAt?: Date): void;
  /** The same, and the store tells its CRC-64. */
  uploadTold(key: string, bytes: Buffer | string): void;
  /** As a copy of an object, of which the store tells no CRC-64. */
  copy(from: string, to: string): void;
  /** As a copy of an object onto itself, with other metadata. */
  say(key: string, focus: OriginalObject['focus'], modifiedAt?: Date): void;
  /** The same with what watermarks say. */
  sayWords(key: string, texts: Texts, modifiedAt?: Date): void;
  /** As a symlink, from long ago. */
  link(key: string, target: string): void;
  keys(): string[];
}

export function memoryStore(): MemoryStore {
  const objects: MemoryStore['objects'] = new Map();
  const calls: Call[] = [];
  const happen = async (operation: Call['operation'], key: string) => {
    calls.push({ operation, key });
    await store.before({ operation, key });
  };
  const get = async (key: string) => {
    checkKey(key);
    await happen('get', key);
    const stored = read(key);
    return stored && { bytes: stored.bytes, etag: etagOf(stored.bytes) };
  };
  const read = (key: string) => {
    const stored = objects.get(key);
    return stored?.target === undefined ? stored : objects.get(stored.target);
  };
  const store: MemoryStore = {
    objects,
    calls,
    now: () => new Date(),
    before: () => undefined,
    upload: (key, bytes, modifiedAt = store.now()) => {
      const attributes = { contentType: '', cacheControl: '', modifiedAt };
      objects.set(key, { bytes: Buffer.from(bytes), ...attributes });
    },
    uploadTold: (key, bytes) => {
      store.upload(key, bytes);
      const stored = objects.get(key);
      if (stored) stored.crc64 = crc64Of(stored.bytes);
    },
    copy: (from, to) => {
      const stored = objects.get(from);
      if (!stored) throw new Error(`expected ${from} to be there`);
      const { crc64: _, ...rest } = stored;
      objects.set(to, { ...rest, modifiedAt: store.now() });
    },
    say: (key, focus, modifiedAt = new Date()) => {
      const stored = objects.get(key);
      if (!stored) throw new Error(`expected ${key} to be there`);
      const { focus: _, ...rest } = stored;
      objects.set(key, { ...rest, modifiedAt, ...(focus ? { focus } : {}) });
    },
    sayWords: (key, texts, modifiedAt = new Date()) => {
      const stored = objects.get(key);
      if (!stored) throw new Error(`expected ${key} to be there`);
      objects.set(key, { ...stored, modifiedAt, texts });
    },
    link: (key, target) => {
      store.upload(key, '', new Date(0));
      Object.assign(objects.get(key) ?? {}, { target });
    },
    keys: () => [...objects.keys()].sort(),
    head: async key => {
      checkKey(key);
      await happen('head', key);
      const stored = read(key);
      if (!stored) return undefined;
      const { bytes, focus, texts = {}, modifiedAt, crc64 } = stored;
      const target = objects.get(key)?.target;
      return {
        ...{ key, etag: etagOf(bytes), bytes: bytes.length },
        uploadedAt: modifiedAt.toISOString(),
        ...(crc64 === undefined ? {} : { crc64 }),
        ...(focus ? { focus } : {}),
        ...wordsSaid(texts),
        ...(target === undefined ? {} : { link: { target } }),
      };
    },
    get,
    getUnless: async (key, etag) => {
      const stored = await get(key);
      return stored?.etag === etag ? 'unchanged' : stored;
    },
    getExactly: async ({ key, etag, bytes }) => {
      const stored = await get(key);
      const isSame = stored?.etag === etag && stored.bytes.length === bytes;
      return stored && (isSame ? stored.bytes : 'changed');
    },
    put: async (key, bytes, attributes) => {
      checkKey(key);
      await happen('put', key);
      objects.set(key, { bytes, ...attributes, modifiedAt: store.now() });
      return { etag: etagOf(bytes) };
    },
    remove: async keys => {
      keys.forEach(checkKey);
      for (const key of keys) {
        await happen('remove', key);
        objects.delete(key);
      }
    },
    list: async function* (prefix, { delimiter, after = '' } = {}) {
      checkPrefix(prefix);
      await happen('list', prefix);
      const rolledUp = new Set<string>();
      for (const key of [...objects.keys()].sort(byteOrder)) {
        const stored = objects.get(key);
        if (!stored || !key.startsWith(prefix) || byteOrder(key, after) <= 0) continue;
        const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
        if (end === -1) {
          const { bytes, modifiedAt, target } = stored;
          const link = target === undefined ? {} : { isLink: true as const };
          yield { key, etag: etagOf(bytes), bytes: bytes.length, modifiedAt, ...link };
        } else rolledUp.add(key.slice(0, end + 1));
      }
      for (const one of rolledUp) yield { prefix: one };
    },
  };
  return store;
}

export function etagOf(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase();
}

/** What moderation calls these bytes. */
export function idOfText(text: string): string {
  const bytes = Buffer.from(text);
  return bytesId({ etag: etagOf(bytes), bytes: bytes.length, crc64: crc64Of(bytes) });
}
