import type { SetFile } from '../../core/set/findings.ts';
import { isVersion, manifestKey, parseDerivativeKey, unusableKey } from '../../core/set/keys.ts';
import { type Manifest, manifestSchema, type OriginalObject } from '../../core/set/manifest.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { type Standing, standingOf } from '../../core/set/status.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';

/** Looking at originals and their sets without touching them. */
export interface Ground {
  originals: ObjectStore;
  derivatives: ObjectStore;
  /** In force. */
  presets: { list: PresetList; fingerprint: string };
}

export interface Look {
  standing: Standing;
  /** 'unreadable' where something else lies in its place. */
  manifest: Manifest | 'unreadable' | undefined;
}

/** One small request. An original from a listing has no CRC-64: ETag and size alone are compared then. */
export async function lookAt(
  key: string,
  original: OriginalObject | undefined,
  { derivatives, presets }: Ground,
): Promise<Look> {
  const manifest = unusableKey(key) ? undefined : await findManifest(key, derivatives);
  const readable = manifest === 'unreadable' ? undefined : manifest;
  const standing = standingOf({
    key,
    original: original && { ...withChecksum(original, readable), key },
    manifest: readable,
    list: presets.list,
    presetsFingerprint: presets.fingerprint,
  });
  return { standing, manifest };
}

function withChecksum(original: OriginalObject, manifest: Manifest | undefined): OriginalObject {
  const { key, etag, bytes, crc64 = manifest?.original.crc64 } = original;
  return { key, etag, bytes, ...(crc64 === undefined ? {} : { crc64 }) };
}

/** What does not say itself that it is the manifest of this key may be anyone's `manifest.json`. */
export async function findManifest(
  key: string,
  derivatives: Pick<ObjectStore, 'get'>,
): Promise<Look['manifest']> {
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

/** All that lies in the place of one original's set, whether a manifest names it or not. */
export async function filesOfSet(original: string, derivatives: ObjectStore): Promise<SetFile[]> {
  const files: SetFile[] = [];
  const prefixes: string[] = [];
  // The delimiter keeps the listing short where other originals lie below this key as in a folder.
  for await (const entry of derivatives.list(`${original}/`, { delimiter: '/' })) {
    if ('prefix' in entry) prefixes.push(entry.prefix);
    else if (entry.key === manifestKey(original)) files.push(entry);
  }
  const versions = prefixes.filter(prefix => isVersion(prefix.slice(original.length + 1, -1)));
  for (const version of versions) {
    for await (const file of objectsIn(derivatives.list(version))) {
      if (parseDerivativeKey(file.key)?.original === original) files.push(file);
    }
  }
  return files;
}

export async function* objectsIn(
  entries: AsyncIterable<ListedObject | { prefix: string }>,
): AsyncGenerator<ListedObject> {
  for await (const entry of entries) if ('key' in entry) yield entry;
}

/** A reservoir: `size` originals of all, each as likely as any other, in the order they came. */
export async function sampleOf<T>(
  items: AsyncIterable<T>,
  size: number,
): Promise<{ sample: T[]; total: number }> {
  const held: { item: T; place: number }[] = [];
  let total = 0;
  for await (const item of items) {
    const slot = total < size ? total : Math.floor(Math.random() * (total + 1));
    if (slot < size) held[slot] = { item, place: total };
    total += 1;
  }
  held.sort((a, b) => a.place - b.place);
  return { sample: held.map(({ item }) => item), total };
}
