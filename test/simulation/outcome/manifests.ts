import { PUBLISHED_KEY } from '../../../shared/core/list/published.ts';
import { manifestKey, parseManifestKey } from '../../../shared/core/set/keys.ts';
import { isAged, type Manifest, type ManifestVariant } from '../../../shared/core/set/manifest.ts';
import type { Thing } from '../bucket.ts';
import { isWithheld } from '../moderator.ts';
import type { Comparison } from './comparison.ts';
import { manifestAt } from './stored.ts';

export function checkManifests({ world: { buckets }, fresh, taken, accuse }: Comparison): void {
  const keys = new Set([...buckets.derivatives.objects.keys(), ...fresh.objects.keys()]);
  for (const key of keys) {
    const original = parseManifestKey(key);
    if (original === undefined || key === PUBLISHED_KEY) continue;
    const is = manifestAt(buckets.derivatives, key);
    if (taken.has(original)) {
      if (is && !is.takenDown) accuse('taken-down-remains', `${key} is no tombstone`, original);
      continue;
    }
    const wanted = manifestAt(fresh, key);
    if (!wanted && staysWithheld(is, buckets.originals.objects.get(original))) continue;
    const loose = new Set([...keysIn(wanted, isOnDemand), ...keysIn(is, isAged)]);
    const [found, expected] = [is, wanted].map(one => essence(one, wanted, loose));
    if (found === expected) continue;
    accuse(manifestKind(is, wanted), `${key}: expected ${expected}, found ${found}`, original);
  }
  for (const key of taken) {
    if (!manifestAt(buckets.derivatives, manifestKey(key))) accuse('no-tombstone', key, key);
  }
}

/** That no rule asks for it any more says nothing of what was judged: docs/moderation.md. */
function staysWithheld(manifest: Manifest | undefined, original: Thing | undefined): boolean {
  if (!manifest?.state || !original) return false;
  const isOfIt = manifest.original.etag === original.etag && isWithheld(original.bytes);
  return isOfIt && manifest.variants.length === 0 && manifest.retired.length === 0;
}

function manifestKind(is: Manifest | undefined, wanted: Manifest | undefined): string {
  if (!is) return 'no-manifest';
  if (!wanted) return 'manifest-of-the-gone';
  if (is.retired.length > 0) return 'retired-for-ever';
  if (is.failure && !wanted.failure) return 'blamed';
  return 'wrong-manifest';
}

/**
 * What a reader takes from it. When it was committed, and by which list of those that come to the same, is history; a
 * file on demand that is recorded as rendered was made by a miss, and one that `keep` dropped is not made anew by a list
 * that would keep it. Whether it had the age is looked at when that is written.
 */
function essence(
  manifest: Manifest | undefined,
  wanted: Manifest | undefined,
  onDemand: ReadonlySet<string>,
): string {
  if (!manifest) return 'nothing';
  const { original, version, complete, failure, takenDown: down, variants, retired } = manifest;
  const files = variants.map(({ key, state }) => [key, onDemand.has(key) ? 'on_demand' : state]);
  // A copy may have none, and is the same bytes all the same by its ETag.
  const crc64 = wanted && wanted.original.crc64 === undefined ? undefined : original.crc64;
  const about = [original.key, original.bytes, crc64, version, complete];
  const old = retired.map(({ key }) => key);
  return JSON.stringify([about, failure?.code, down !== undefined, files, old]);
}

function keysIn(manifest: Manifest | undefined, is: (one: ManifestVariant) => boolean): string[] {
  return manifest?.variants.filter(is).map(({ key }) => key) ?? [];
}

const isOnDemand = ({ state }: ManifestVariant) => state === 'on_demand';
