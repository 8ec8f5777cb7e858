import { describe, expect, it } from 'vitest';
import type { OriginalObject } from '../../shared/core/set/manifest.ts';
import type { ListOptions, ObjectStore } from '../../shared/ports.ts';

const attributes = { contentType: 'text/plain', cacheControl: 'no-cache' };

async function listed(
  store: ObjectStore,
  prefix: string,
  options: ListOptions = {},
): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of store.list(prefix, options)) {
    found.push('key' in entry ? entry.key : entry.prefix);
  }
  return found.sort();
}

interface Abilities {
  /** Keys that this store holds; a file system knows neither `dir` beside `dir/x` nor long names. */
  oddKeys: string[];
  manyKeys: number;
  /** A folder knows no uploads, and a simulation has a time of its own. */
  tellTime?: true;
}

function tellsTime(open: () => Promise<ObjectStore>): void {
  it('a HEAD tells when an object was written', async () => {
    const store = await open();
    const before = Date.now();
    await store.put('a', Buffer.from('x'), attributes);
    const { uploadedAt = '' } = (await store.head('a')) ?? {};
    // OSS tells seconds.
    expect(Math.abs(Date.parse(uploadedAt) - before)).toBeLessThan(60_000);
  });
}

/** What any ObjectStore must do. `open` answers an empty one. */
export function objectStoreContract(open: () => Promise<ObjectStore>, can: Abilities): void {
  if (can.tellTime) tellsTime(open);

  it('a missing object is undefined, not an exception', async () => {
    const store = await open();
    expect(await store.head('missing')).toBeUndefined();
    expect(await store.get('missing')).toBeUndefined();
    expect(await store.getUnless('missing', 'ETAG')).toBeUndefined();
  });

  it('what was put is there, whole', async () => {
    const store = await open();
    const bytes = Buffer.from([0, 255, 10, 13, 0]);
    await store.put('a', bytes, attributes);
    const stored = await store.get('a');
    expect(stored?.bytes.equals(bytes)).toBe(true);
    expect(await store.head('a')).toMatchObject({ key: 'a', bytes: 5, etag: stored?.etag });
  });

  it('an empty object is an object', async () => {
    const store = await open();
    await store.put('empty', Buffer.alloc(0), attributes);
    expect(await store.head('empty')).toMatchObject({ bytes: 0 });
    expect((await store.get('empty'))?.bytes.length).toBe(0);
  });

  it('the ETag has no quotes, is the same for the same content and another for another', async () => {
    const store = await open();
    const etags: (string | undefined)[] = [];
    for (const content of ['one', 'two', 'one']) {
      await store.put('a', Buffer.from(content), attributes);
      etags.push((await store.head('a'))?.etag);
    }
    expect(etags[0]).toMatch(/^[0-9A-F]{32}$/);
    expect(etags[1]).not.toBe(etags[0]);
    expect(etags[2]).toBe(etags[0]);
  });

  it('an object that still has an ETag is unchanged', async () => {
    const store = await open();
    await store.put('a', Buffer.from('one'), attributes);
    const etag = (await store.head('a'))?.etag ?? '';
    expect(await store.getUnless('a', etag)).toBe('unchanged');
    await store.put('a', Buffer.from('two'), attributes);
    expect(await store.getUnless('a', etag)).toMatchObject({ bytes: Buffer.from('two') });
  });

  it('what is read exactly are the bytes that a HEAD told of', async () => {
    const store = await open();
    await store.put('a', Buffer.from('one'), attributes);
    const seen = await headOf(store, 'a');
    expect(await store.getExactly(seen)).toEqual(Buffer.from('one'));
    await store.put('a', Buffer.from('two'), attributes);
    expect(await store.getExactly(seen)).toBe('changed');
    await store.remove(['a']);
    expect(await store.getExactly(seen)).toBeUndefined();
  });

  it('a PUT answers the ETag that the object has', async () => {
    const store = await open();
    const { etag } = await store.put('a', Buffer.from('one'), attributes);
    expect(etag).toBe((await headOf(store, 'a')).etag);
  });

  it('may be asked twice to remove, and to remove nothing', async () => {
    const store = await open();
    await store.put('a', Buffer.from('one'), attributes);
    await store.remove(['a', 'never-there']);
    await store.remove(['a']);
    await store.remove([]);
    expect(await store.head('a')).toBeUndefined();
  });

  it('a prefix a/a/ leaves a/aaa/a out', async () => {
    const store = await open();
    for (const key of ['a/a/1', 'a/a/2/3', 'a/aaa/a', 'b']) {
      await store.put(key, Buffer.from(key), attributes);
    }
    expect(await listed(store, 'a/a/')).toEqual(['a/a/1', 'a/a/2/3']);
    expect(await listed(store, 'a/', { delimiter: '/' })).toEqual(['a/a/', 'a/aaa/']);
    expect(await listed(store, 'c/')).toEqual([]);
  });

  it(`lists and removes ${can.manyKeys} keys, whatever a page holds`, async () => {
    const store = await open();
    const keys = Array.from({ length: can.manyKeys }, (_, index) => `many/${10_000 + index}`);
    await Promise.all(keys.map(key => store.put(key, Buffer.from('x'), attributes)));
    expect(await listed(store, 'many/')).toEqual(keys);
    await store.remove(keys);
    expect(await listed(store, 'many/')).toEqual([]);
  });

  it('removes odd keys and plain ones together, and leaves all others', async () => {
    const store = await open();
    const keys = [...can.oddKeys, 'plain', 'plain too'];
    for (const key of [...keys, 'another']) await store.put(key, Buffer.from('x'), attributes);
    await store.remove([...keys, ...keys, 'never-there', 'never\rthere']);
    expect(await listed(store, '')).toEqual(['another']);
  });

  describe.each(changedKeys)('the key %j, which a store would change or refuse,', key => {
    it('is refused in a sentence that names it, whatever is asked', async () => {
      const store = await open();
      const calls = [
        () => store.head(key),
        () => store.get(key),
        () => store.getUnless(key, 'ETAG'),
        () => store.getExactly({ key, etag: 'ETAG', bytes: 1 }),
        () => store.put(key, Buffer.from('x'), attributes),
        () => store.remove(['a', key]),
      ];
      for (const call of calls) {
        const failure = {
          code: 'KEY_UNUSABLE',
          message: expect.stringContaining(JSON.stringify(key)),
        };
        await expect(call()).rejects.toMatchObject(failure);
      }
    });
  });

  it('a prefix that no key can have is refused', async () => {
    const store = await open();
    await expect(listed(store, '/p/')).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
      message: expect.stringContaining('did you mean p/?'),
    });
  });

  it.each(can.oddKeys)('keeps the key %j', async key => {
    const store = await open();
    await store.put(key, Buffer.from(key), attributes);
    expect((await store.get(key))?.bytes.toString()).toBe(key);
    expect(await store.head(key)).toMatchObject({ key });
    expect(await listed(store, '')).toEqual([key]);
    await store.remove([key]);
    expect(await store.get(key)).toBeUndefined();
  });
}

async function headOf(store: ObjectStore, key: string): Promise<OriginalObject> {
  const found = await store.head(key);
  if (!found) throw new Error(`expected ${key} to be there`);
  return found;
}

/** ali-oss takes leading slashes away and folds dots, OSS refuses a backslash there, empty and long keys. */
const changedKeys = [
  '/p/cat.jpg',
  '//cat.jpg',
  '\\cat.jpg',
  'a/../cat.jpg',
  './cat.jpg',
  'a/..',
  '',
  'half \uD83D of one.jpg',
  'x'.repeat(1024),
];

export const oddKeys = [
  'dir/sub dir/a b.jpg',
  '50% +1=&?#.jpg',
  'a%20b%2Fc.jpg',
  'é-NFC.jpg',
  '中文照片 (1).jpg',
  '🐸📷.jpg',
  '__proto__',
  'quote\'s "double";<tag>&amp;.jpg',
  '.hidden',
  'line\r\nbreak.jpg',
  'tab\t.jpg',
  'bell\u0007.jpg',
  'no character \uFFFE.jpg',
];
