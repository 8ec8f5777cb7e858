import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../shared/core/failure.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { whyUnread } from '../terminal/unread.ts';

/** One original to be measured; `read` is not part of the measurement. */
export interface Photo {
  key: string;
  read(): Promise<Buffer | undefined>;
}

/** From a package of development, as local/seed.ts uploads them: 24 megapixels, 13, and one made small for the web. */
const OWN_PHOTOS = [
  'exif/test/sony-alpha-6000.jpg',
  'exif/test/short-ascii-II.jpg',
  'exif-parser/test/starfish.jpg',
];

export function ownPhotos(): Photo[] {
  const { resolve: find } = createRequire(import.meta.url);
  return OWN_PHOTOS.map(from => {
    const [name = '', ...path] = from.split('/');
    return photoAt(join(dirname(find(`${name}/package.json`)), ...path), basename(from));
  });
}

/** Every file below the folder that is not hidden. */
export async function photosIn(folder: string): Promise<Photo[]> {
  const root = resolve(folder);
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      const message = `expected a folder of photos at ${folder}, ${whyUnread(cause)}`;
      throw new Failure('SETTINGS_INVALID', message, { cause });
    },
  );
  return entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map(path => photoAt(path, relative(root, path).split(sep).join('/')))
    .filter(({ key }) => !key.split('/').some(segment => segment.startsWith('.')))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function photoAt(path: string, key: string): Photo {
  return { key, read: () => readFile(path) };
}

export function photoOf(key: string, originals: ObjectStore): Photo {
  return { key, read: async () => (await originals.get(key))?.bytes };
}

/** At most `most` of them, from all over. */
export function evenly<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, index) => all[Math.floor((index * all.length) / most)] as T,
  );
}
