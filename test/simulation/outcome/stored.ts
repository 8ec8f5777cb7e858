import { manifestKey } from '../../../shared/core/set/keys.ts';
import { isAged, type Manifest } from '../../../shared/core/set/manifest.ts';
import type { SimulatedBucket } from '../bucket.ts';
import { manifestIn } from '../manifest-in.ts';
import type { World } from '../world.ts';

export function manifestAt({ objects }: SimulatedBucket, key: string): Manifest | undefined {
  const stored = objects.get(key);
  return stored && manifestIn(stored.bytes);
}

/** Undefined where it is none. */
export function jsonAt({ objects }: SimulatedBucket, key: string) {
  const text = objects.get(key)?.bytes.toString('utf8') ?? '';
  return text.startsWith('{') ? JSON.parse(text) : undefined;
}

/** What grew old before the same bytes were uploaded again stays so until a view. */
export function isAgedIn(original: string, key: string, { buckets }: World): boolean {
  const manifest = manifestAt(buckets.derivatives, manifestKey(original));
  return isAged(manifest?.variants.find(one => one.key === key));
}

/** What there is of it stays until a person has it tried again. */
export function isBlamed(original: string, derivatives: SimulatedBucket): boolean {
  return manifestAt(derivatives, manifestKey(original))?.failure?.code === 'ORIGINAL_CRASHED';
}
