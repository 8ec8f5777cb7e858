import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where a bucket's things lie: keys never become file names, so every key can be stored. */
export interface Layout {
  readonly root: string;
  readonly blobs: string;
  readonly meta: string;
  readonly uploads: string;
  readonly settings: string;
  readonly temp: string;
  readonly info: string;
  blob(id: string): string;
  object(key: string): string;
  upload(id: string): string;
  part(id: string, number: number): string;
  setting(name: string): string;
}

export function layoutOf(dataDir: string, bucket: string): Layout {
  const root = join(dataDir, bucket);
  const inRoot = (name: string) => join(root, name);
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  return {
    root,
    blobs: inRoot('blobs'),
    meta: inRoot('meta'),
    uploads: inRoot('uploads'),
    settings: inRoot('settings'),
    temp: inRoot('temp'),
    info: inRoot('bucket.json'),
    blob: id => join(root, 'blobs', id),
    object: key => join(root, 'meta', `${sha256(key)}.json`),
    upload: id => join(root, 'uploads', id, 'upload.json'),
    part: (id, number) => join(root, 'uploads', id, `part-${number}.json`),
    setting: name => join(root, 'settings', `${name}.json`),
  };
}

/** Whatever a killed server had staged goes first. */
export function prepareLayout(layout: Layout): void {
  rmSync(layout.temp, { recursive: true, force: true });
  const { blobs, meta, uploads, settings, temp } = layout;
  for (const directory of [blobs, meta, uploads, settings, temp]) {
    mkdirSync(directory, { recursive: true });
  }
}

export function readRecords<T>(directory: string, prefix = ''): T[] {
  return readdirSync(directory)
    .filter(name => name.startsWith(prefix) && name.endsWith('.json'))
    .map(name => JSON.parse(readFileSync(join(directory, name), 'utf8')) as T);
}

export function readRecord<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

/** A blob without a record was cut off between the two writes, or was being replaced. */
export function removeOrphans(layout: Layout, referenced: ReadonlySet<string>): void {
  for (const id of readdirSync(layout.blobs)) {
    if (!referenced.has(id)) rmSync(layout.blob(id), { force: true });
  }
}
