import { Failure } from '../../core/failure.ts';
import { manifestKey, versionOf } from '../../core/set/keys.ts';
import { type Manifest, manifestSchema, type OriginalObject } from '../../core/set/manifest.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';

/** What there is for a key now, whatever an event said of it. */
export interface Sight {
  key: string;
  original: (OriginalObject & { version: string }) | undefined;
  manifest: Manifest | undefined;
  /** As it lies in the bucket. Where `manifest` is another, seen otherwise, what differs is to be committed. */
  stored: Manifest | undefined;
  list: PresetList;
  presets: string;
}

export type WantedSight = Sight & { original: NonNullable<Sight['original']> };

/** Two small requests, side by side, and the list in force. */
export async function observe(key: string, darkroom: Darkroom): Promise<Sight> {
  const [original, manifest, { list, fingerprint }] = await Promise.all([
    darkroom.originals.head(key),
    readManifest(key, darkroom.derivatives),
    darkroom.presets.current(),
  ]);
  return {
    key,
    original: original && { ...original, version: versionOf(original.etag) },
    ...amended(manifest, darkroom),
    list,
    presets: fingerprint,
  };
}

function amended(manifest: Manifest | undefined, { amend }: Darkroom) {
  const seen = manifest && amend ? amend(manifest) : manifest;
  return { manifest: seen, stored: manifest };
}

export async function readManifest(
  key: string,
  derivatives: ObjectStore,
): Promise<Manifest | undefined> {
  const stored = await derivatives.get(manifestKey(key));
  if (!stored) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(stored.bytes.toString('utf8')));
  } catch (cause) {
    const message = `expected a manifest that Darkroom wrote at ${manifestKey(key)}, received something else`;
    throw new Failure('UNEXPECTED', message, { cause, key });
  }
}
