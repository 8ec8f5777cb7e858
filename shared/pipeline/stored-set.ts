import { Failure } from '../core/failure.ts';
import { isVersion, manifestKey, parseDerivativeKey } from '../core/set/keys.ts';
import { type Manifest, manifestSchema } from '../core/set/manifest.ts';
import type { Variant } from '../core/set/variants.ts';
import type { ListedObject, ObjectStore } from '../ports.ts';
import { jsonIn } from './records.ts';

/** What lies in the derivatives bucket: one original's files and its manifest. */

/** A derivative's key names the original's version and the recipe, so its bytes never change. */
const DERIVATIVE_CACHE = 'public, max-age=31536000, immutable';
/** A reader may see a set this long after it was replaced. */
const MANIFEST_CACHE = 'public, max-age=60';

/** Small requests side by side: a latency of 20 ms then costs little more than 1 ms an object. */
export const REQUESTS_SIDE_BY_SIDE = 16;

/** 'unreadable' where something else lies in its place: what does not name this key may be anyone's `manifest.json`. */
export async function findManifest(
  key: string,
  derivatives: Pick<ObjectStore, 'get'>,
): Promise<Manifest | 'unreadable' | undefined> {
  return (await lookUpManifest(key, derivatives)).manifest;
}

/** The same, with the ETag of what lies there. */
export async function lookUpManifest(
  key: string,
  derivatives: Pick<ObjectStore, 'get'>,
): Promise<{ manifest: Manifest | 'unreadable' | undefined; etag: string | undefined }> {
  const stored = await derivatives.get(manifestKey(key));
  if (!stored) return { manifest: undefined, etag: undefined };
  const parsed = manifestSchema.safeParse(jsonIn(stored.bytes));
  const isOurs = parsed.success && parsed.data.original.key === key;
  return { manifest: isOurs ? parsed.data : 'unreadable', etag: stored.etag };
}

/** Throws UNEXPECTED where something else lies in its place. */
export async function readManifest(
  key: string,
  derivatives: Pick<ObjectStore, 'get'>,
): Promise<Manifest | undefined> {
  const manifest = await findManifest(key, derivatives);
  if (manifest !== 'unreadable') return manifest;
  const message = `expected a manifest that Darkroom wrote at ${manifestKey(key)}, received something else`;
  throw new Failure('UNEXPECTED', message, { key });
}

export async function writeManifest(
  manifest: Manifest,
  derivatives: Pick<ObjectStore, 'put'>,
): Promise<{ etag: string }> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return await derivatives.put(manifestKey(manifest.original.key), bytes, {
    contentType: 'application/json',
    cacheControl: MANIFEST_CACHE,
  });
}

export async function writeDerivative(
  { key, format }: Variant,
  bytes: Buffer,
  derivatives: Pick<ObjectStore, 'put'>,
): Promise<void> {
  await derivatives.put(key, bytes, {
    contentType: `image/${format}`,
    cacheControl: DERIVATIVE_CACHE,
  });
}

/**
 * All that lies in the place of one original's set, whether a manifest names it or not, and nothing of an original
 * whose key begins alike: the manifest, and the files of every version.
 */
export async function filesOfSet(
  original: string,
  derivatives: Pick<ObjectStore, 'list'>,
): Promise<ListedObject[]> {
  const files: ListedObject[] = [];
  // The delimiter keeps the listing short where other originals lie below this key as in a folder.
  for await (const entry of derivatives.list(`${original}/`, { delimiter: '/' })) {
    if ('key' in entry) {
      if (entry.key === manifestKey(original)) files.push(entry);
    } else if (isVersion(entry.prefix.slice(original.length + 1, -1))) {
      files.push(...(await derivativesBelow(entry.prefix, original, derivatives)));
    }
  }
  return files;
}

async function derivativesBelow(
  prefix: string,
  original: string,
  derivatives: Pick<ObjectStore, 'list'>,
): Promise<ListedObject[]> {
  const files: ListedObject[] = [];
  for await (const file of objectsIn(derivatives.list(prefix))) {
    if (parseDerivativeKey(file.key)?.original === original) files.push(file);
  }
  return files;
}

export async function* objectsIn(
  entries: AsyncIterable<ListedObject | { prefix: string }>,
): AsyncGenerator<ListedObject> {
  for await (const entry of entries) if ('key' in entry) yield entry;
}

interface Removing {
  isKept(key: string): boolean;
  around(there: ListedObject[], remove: () => Promise<void>): Promise<unknown>;
}

/** Rounds of listing and removing: a run that is under way may write a file between any two of them. */
const ROUNDS = 20;

/**
 * Removes all of one original's set but what `isKept` says, until a listing proves that nothing is left; throws
 * STORE_UNAVAILABLE where something is all the same. Answers what went; `around` has `remove` do it.
 */
export async function removeSet(
  original: string,
  derivatives: Pick<ObjectStore, 'list' | 'remove'>,
  { isKept, around }: Removing,
): Promise<string[]> {
  const removed = new Set<string>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    const left = (await filesOfSet(original, derivatives)).filter(({ key }) => !isKept(key));
    if (left.length === 0) return [...removed];
    if (round === ROUNDS) break;
    const keys = left.map(({ key }) => key);
    await around(left, () => derivatives.remove(keys));
    for (const key of keys) removed.add(key);
  }
  const message = `expected nothing of ${original} to be left, files are there after ${ROUNDS} removals`;
  throw new Failure('STORE_UNAVAILABLE', message, { key: original });
}
