import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../shared/core/failure.ts';
import { isPictureByBytes } from '../../shared/core/picture/source-format.ts';
import { whyUnread } from '../terminal/unread.ts';

/** One picture on disk: `key` is its path below the folder it was found through. */
export interface Picked {
  root: string;
  key: string;
  path: string;
}

export interface Selection {
  picked: Picked[];
  /** Files of folders that are no pictures, neither by name nor by bytes. */
  leftOut: number;
}

interface Wanted {
  /** No original is in it. */
  out: string;
  /** Also of folders what is no picture. */
  all: boolean;
}

/** A file that is named is taken; of a folder every picture below it, but not in hidden folders. */
export async function pick(paths: string[], wanted: Wanted): Promise<Selection> {
  const picked: Picked[] = [];
  let leftOut = 0;
  for (const path of paths.map(given => resolve(given))) {
    const found = await filesAt(path, wanted);
    const root = found.isFolder ? path : dirname(path);
    picked.push(...found.files.map(file => ({ root, path: file, key: keyOf(root, file) })));
    leftOut += found.leftOut;
  }
  const twice = picked.find(({ key }, index) => picked.findIndex(one => one.key === key) !== index);
  if (!twice) return { picked, leftOut };
  throw new Failure(
    'KEY_UNUSABLE',
    `expected pictures of different names, received ${twice.key} twice: both would be one original`,
  );
}

function keyOf(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}

async function filesAt(path: string, { out, all }: Wanted) {
  const stats = await orUnusable(path, stat(path));
  if (!stats.isDirectory()) return { isFolder: false, files: [path], leftOut: 0 };
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const found = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !isInHiddenFolder(keyOf(path, file)) && !file.startsWith(`${out}${sep}`));
  const files: string[] = [];
  for (const file of found.sort()) if (all || (await isPicture(file))) files.push(file);
  return { isFolder: true, files, leftOut: found.length - files.length };
}

function isInHiddenFolder(key: string): boolean {
  return key
    .split('/')
    .slice(0, -1)
    .some(folder => folder.startsWith('.'));
}

/** What people call a picture, the kinds that are refused among them: they are to hear of it. `.png` is a name, too. */
const BY_NAME =
  /\.(jpe?g|jfif|png|apng|webp|gif|avif|tiff?|hei[cf]|bmp|svgz?|psd|jxl|jp2|ico|dng|cr[23w]|nef|arw|raf|orf|rw2|pef|srw|x3f)$/i;
/** macOS puts a file of this name beside each on a foreign disk. */
const RESOURCE_FORK = /(^|[\\/])\._[^\\/]*$/;

const HEAD_BYTES = 4096;

async function isPicture(path: string): Promise<boolean> {
  if (BY_NAME.test(path) && !RESOURCE_FORK.test(path)) return true;
  const file = await orUnusable(path, open(path));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return isPictureByBytes(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function orUnusable<T>(path: string, asked: Promise<T>): Promise<T> {
  return await asked.catch((cause: NodeJS.ErrnoException) => {
    const message = `expected a picture or a folder at ${path}, ${whyUnread(cause)}`;
    throw new Failure('KEY_UNUSABLE', message, { cause });
  });
}
