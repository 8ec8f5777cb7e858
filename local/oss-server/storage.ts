import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { checkBucketName } from './address.ts';
import { type Blob, type Clock, readBlob, receiveBlob, stageRecord } from './blobs.ts';
import { OssError } from './errors.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { type Layout, layoutOf, prepareLayout, readRecords, removeOrphans } from './layout.ts';
import type { Attributes, Restore } from './attributes.ts';
import type { ByteRange } from './range.ts';
import { openSettings, type SettingsStorage } from './settings.ts';
import { openUploads, type UploadStorage } from './uploads.ts';

export interface StoredObject extends Attributes {
  readonly key: string;
  readonly blob: string;
  readonly size: number;
  /** Without quotes: 32 hex digits, with `-N` when it came in N parts. */
  readonly etag: string;
  readonly crc64: string;
  /** Milliseconds, of a whole second. */
  readonly lastModified: number;
  readonly type: 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';
  /** Lower-case names; values as on the wire, one byte per character. */
  readonly headers: Readonly<Record<string, string>>;
  readonly restore?: Restore;
  /** Of a symlink: the key that it leads to. */
  readonly target?: string;
}

/** Asked in the tick in which an object becomes visible; throws where it may not take the place of `previous`. */
export type Guard = (previous: StoredObject | undefined) => void;

export interface BucketStorage {
  readonly name: string;
  readonly created: number;
  readonly objects: Pick<KeyIndex<StoredObject>, 'size' | 'get' | 'seek' | 'at'>;
  readonly uploads: UploadStorage;
  readonly settings: SettingsStorage;
  receive(source: Readable | AsyncIterable<Uint8Array>): Promise<Blob>;
  discard(blob: string): Promise<void>;
  /** To be called in the tick in which the blob's record was found. */
  read(blob: string, range?: ByteRange): Readable;
  /** Makes the object visible, whole; answers what it replaced. */
  commit(object: StoredObject, guard?: Guard): Promise<StoredObject | undefined>;
  /** The object with another record for the same bytes; throws NoSuchKey. */
  amend(key: string, change: (object: StoredObject) => StoredObject): Promise<StoredObject>;
  /** Answers what was removed. */
  remove(key: string): Promise<StoredObject | undefined>;
}

export interface ObjectStorage {
  /** In alphabetical order. */
  buckets(): BucketStorage[];
  find(bucket: string): BucketStorage | undefined;
  create(bucket: string): BucketStorage;
  /** Throws BucketNotEmpty. */
  remove(bucket: string): void;
}

/** One process per directory: the index lives in memory. */
export function openStorage(dataDir: string, now: Clock = Date.now): ObjectStorage {
  mkdirSync(dataDir, { recursive: true });
  const names = readdirSync(dataDir).filter(name => existsSync(layoutOf(dataDir, name).info));
  const open = (name: string) => openBucket(name, layoutOf(dataDir, name), now);
  const buckets = new Map(names.map(name => [name, open(name)]));
  return {
    buckets: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: name => buckets.get(name),
    create(name) {
      checkBucketName(name);
      const bucket = buckets.get(name) ?? open(name);
      buckets.set(name, bucket);
      return bucket;
    },
    remove(name) {
      const bucket = buckets.get(name);
      if (bucket && bucket.objects.size + bucket.uploads.all().length > 0) {
        throw new OssError('BucketNotEmpty', undefined, { BucketName: name });
      }
      buckets.delete(name);
      rmSync(join(dataDir, name), { recursive: true, force: true });
    },
  };
}

function openBucket(name: string, layout: Layout, now: Clock): BucketStorage {
  prepareLayout(layout);
  if (!existsSync(layout.info)) writeFileSync(layout.info, JSON.stringify({ created: now() }));
  const { created } = JSON.parse(readFileSync(layout.info, 'utf8')) as { created: number };
  const stored = readRecords<StoredObject>(layout.meta);
  const index = createKeyIndex(stored.map(object => [object.key, object] as const));
  const uploads = openUploads(layout, now);
  const parts = uploads.all().flatMap(open => [...open.parts.values()]);
  removeOrphans(layout, new Set([...stored, ...parts].map(({ blob }) => blob)));
  return {
    name,
    created,
    objects: index,
    uploads,
    settings: openSettings(layout),
    receive: source => receiveBlob(layout.blobs, source, now),
    discard: blob => rm(layout.blob(blob), { force: true }),
    read: (blob, range) => readBlob(layout.blob(blob), range),
    commit: (object, guard = () => undefined) => commit(layout, index, object, guard),
    amend: (key, change) => amend(layout, index, key, change),
    remove: key => remove(layout, index, key),
  };
}

/** From the check to the index in one tick, so two writers of one key cannot interleave. */
async function commit(
  layout: Layout,
  index: KeyIndex<StoredObject>,
  object: StoredObject,
  guard: Guard,
): Promise<StoredObject | undefined> {
  const discard = () => rm(layout.blob(object.blob), { force: true });
  const staged = await stageRecord(layout.temp, object).catch(async error => {
    await discard();
    throw error;
  });
  const previous = index.get(object.key);
  try {
    guard(previous);
  } catch (error) {
    await rm(staged, { force: true });
    await discard();
    throw error;
  }
  renameSync(staged, layout.object(object.key));
  index.set(object.key, object);
  if (previous) await rm(layout.blob(previous.blob), { force: true });
  return previous;
}

/** Changed anew where an upload came in between. */
async function amend(
  layout: Layout,
  index: KeyIndex<StoredObject>,
  key: string,
  change: (object: StoredObject) => StoredObject,
): Promise<StoredObject> {
  for (;;) {
    const found = index.get(key);
    if (!found) throw new OssError('NoSuchKey', undefined, { Key: key });
    const changed = change(found);
    const staged = await stageRecord(layout.temp, changed);
    if (index.get(key) === found) {
      renameSync(staged, layout.object(key));
      index.set(key, changed);
      return changed;
    }
    await rm(staged, { force: true });
  }
}

async function remove(layout: Layout, index: KeyIndex<StoredObject>, key: string) {
  const previous = index.get(key);
  if (!previous) return undefined;
  unlinkSync(layout.object(key));
  index.delete(key);
  await rm(layout.blob(previous.blob), { force: true });
  return previous;
}
