import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkKey, checkPrefix } from '../../shared/adapters/oss/keys.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { OriginalObject } from '../../shared/core/set/manifest.ts';
import type { ListedObject, ListOptions, ObjectStore } from '../../shared/ports.ts';

export type Said = Partial<Pick<OriginalObject, 'focus' | 'texts' | 'said'>>;

/**
 * A folder as a bucket, so that `render` takes the same way as an upload. An object's ETag is its MD5, as in OSS. A file
 * has no metadata: what is said is said of all.
 */
export function folderStore(root: string, said: Said = {}): ObjectStore {
  const get = async (key: string) => {
    const path = pathOf(root, key);
    const bytes = await orUndefined(() => readFile(path));
    return bytes && { bytes, etag: md5(bytes) };
  };
  return {
    head: async key => {
      const object = await head(root, key);
      return object && { ...object, ...said };
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
    put: async (key, bytes) => {
      await put(pathOf(root, key), bytes);
      return { etag: md5(bytes) };
    },
    remove: async keys => {
      const paths = keys.map(key => pathOf(root, key));
      for (const path of paths) await rm(path, { force: true });
    },
    list: (prefix, options) => list(root, prefix, options),
  };
}

/** A key is refused that OSS would change; dots would lead out of the folder, too. */
function pathOf(root: string, key: string): string {
  checkKey(key);
  return join(root, key);
}

async function head(root: string, key: string): Promise<OriginalObject | undefined> {
  const path = pathOf(root, key);
  const bytes = await orUndefined(() => readFile(path));
  return bytes && { key, etag: md5(bytes), bytes: bytes.length };
}

async function put(path: string, bytes: Buffer): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Failure(
      'STORE_DENIED',
      `expected to write ${path}, the file system refused (${code})`,
      { cause },
    );
  }
}

async function* list(
  root: string,
  prefix: string,
  { delimiter, after = '' }: ListOptions = {},
): AsyncGenerator<ListedObject | { prefix: string }> {
  checkPrefix(prefix);
  const entries = await orUndefined(() => readdir(join(root, prefix), { withFileTypes: true }));
  for (const entry of entries ?? []) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      if (delimiter) yield { prefix: `${name}/` };
      else yield* list(root, `${name}/`, { after });
    } else if (name > after) {
      const [found, { mtime }] = await Promise.all([head(root, name), stat(join(root, name))]);
      if (found) yield { ...found, modifiedAt: mtime };
    }
  }
}

async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Failure(
      'STORE_DENIED',
      `expected to read a file, the file system refused (${code})`,
      { cause },
    );
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase();
}
