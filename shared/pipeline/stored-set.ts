import { Failure } from '../core/failure.ts';
import { isVersion, manifestKey, parseDerivativeKey } from '../core/set/keys.ts';
import { type Manifest, manifestSchema } from '../core/set/manifest.ts';
import type { Variant } from '../core/set/variants.ts';
import type { ListedObject, ObjectStore } from '../ports.ts';

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
  const stored = await derivatives.get(manifestKey(key));
  if (!stored) return undefined;
  const parsed = manifestSchema.safeParse(jsonIn(stored.bytes));
  return parsed.success && parsed.data.original.key === key ? parsed.data : 'unreadable';
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not JSON, then, which the schema refuses as well.
    return undefined;
  }
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
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  await derivatives.put(manifestKey(manifest.original.key), bytes, {
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
