import {
  manifestKey,
  parseDerivativeKey,
  parseManifestKey,
} from '../../../shared/core/set/keys.ts';
import type { SimulatedBucket } from '../bucket.ts';
import { manifestIn } from '../manifest-in.ts';
import type { World } from '../world.ts';
import type { Comparison } from './comparison.ts';
import { isAgedIn, manifestAt } from './stored.ts';

/** Each object of ours: there where it is to be, nowhere else, and with the bytes that it has to have. */
export function checkFiles({ world, fresh, taken, accuse }: Comparison): void {
  const { buckets } = world;
  const onDemand = onDemandIn(fresh);
  for (const [key, { bytes }] of buckets.derivatives.objects) {
    const original = parseDerivativeKey(key)?.original;
    if (original === undefined) continue;
    const wanted = fresh.objects.get(key);
    if (taken.has(original)) accuse('taken-down-remains', key, original);
    else if (onDemand.has(key)) accuse('file-on-demand', key, original);
    else if (!wanted) accuse(leftoverKind(buckets, key), key, original);
    else if (!wanted.bytes.equals(bytes)) accuse('wrong-bytes', key, original);
  }
  for (const key of fresh.objects.keys()) {
    const original = parseDerivativeKey(key)?.original;
    if (!original || taken.has(original) || buckets.derivatives.objects.has(key)) continue;
    if (isAgedIn(original, key, world)) continue;
    accuse('missing-file', key, original);
  }
}

function leftoverKind({ originals, derivatives }: World['buckets'], key: string): string {
  const name = parseDerivativeKey(key);
  if (!name || !originals.objects.has(name.original)) return 'orphan-of-the-gone';
  const manifest = manifestAt(derivatives, manifestKey(name.original));
  return name.version === manifest?.version ? 'leftover-of-a-list' : 'leftover-version';
}

function onDemandIn({ objects }: SimulatedBucket): Set<string> {
  const keys = new Set<string>();
  for (const [key, { bytes }] of objects) {
    if (parseManifestKey(key) === undefined) continue;
    for (const one of manifestIn(bytes).variants) if (one.state === 'on_demand') keys.add(one.key);
  }
  return keys;
}

/** The edge forgets what is gone. */
export function checkEdge({ world: { cdn, buckets }, fresh, accuse }: Comparison): void {
  for (const key of cdn.held) {
    const name = parseDerivativeKey(key);
    if (!name || buckets.derivatives.objects.has(key)) continue;
    const now = manifestAt(fresh, manifestKey(name.original));
    const isCurrent = now && !now.takenDown && now.version === name.version;
    const kind = isCurrent ? 'replaced-by-an-edit-and-held' : 'not-purged';
    accuse(kind, `the edge still has ${key}`, name.original);
  }
}
