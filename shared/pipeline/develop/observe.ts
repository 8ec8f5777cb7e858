import { namedIn } from '../../core/set/findings.ts';
import { manifestKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import { isCurrent, type Seen, type SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import type { Writer } from '../removal/take-down-guard.ts';
import { filesOfSet, lookUpManifest } from '../stored-set.ts';

export interface Observed extends Seen {
  /** As it lies in the bucket. Where `manifest` is another, seen otherwise, what differs is to be committed. */
  stored: Manifest | undefined;
  /** Of the manifest, or of what lies in its place. */
  manifestEtag: string | undefined;
}

export type ObservedOriginal = Observed & SeenOriginal;

type Observing = Pick<Darkroom, 'originals' | 'derivatives' | 'listInForce' | 'amend'>;

interface Doubts {
  removed: Writer['removed'];
  /** Earlier attempts at this key may have crashed between a write and the manifest that tells of it. */
  mayHaveCrashed: boolean;
}

const NO_DOUBTS: Doubts = { removed: new Set(), mayHaveCrashed: false };

/**
 * What there is for a key now, whatever an event said of it: two small requests, side by side, and the list in force.
 * The manifest's word is checked by a listing where it may not be true, or may not be all.
 */
export async function observe(
  key: string,
  darkroom: Observing,
  doubts = NO_DOUBTS,
): Promise<Observed> {
  const [original, found, { list, fingerprint }] = await Promise.all([
    darkroom.originals.head(key),
    lookUpManifest(key, darkroom.derivatives),
    darkroom.listInForce.current(),
  ]);
  const stored = found.manifest === 'unreadable' ? undefined : found.manifest;
  const manifest = stored && seenBy(stored, doubts.removed, darkroom);
  const about = { manifestEtag: found.etag, list, listFingerprint: fingerprint };
  const seen = { key, original, manifest, stored, ...about };
  const isReplaced = original !== undefined && manifest !== undefined && !isCurrent(seen);
  const isDoubtful = doubts.mayHaveCrashed || isReplaced || found.manifest === 'unreadable';
  return isDoubtful && !manifest?.takenDown ? await compared(seen, darkroom) : seen;
}

function seenBy(stored: Manifest, removed: Set<string>, { amend }: Observing): Manifest {
  const manifest = amend ? amend(stored) : stored;
  if (!manifest.variants.some(({ key }) => removed.has(key))) return manifest;
  return { ...manifest, variants: manifest.variants.filter(({ key }) => !removed.has(key)) };
}

/** By a listing: files that are not there are not taken for rendered, and those that nothing names are known. */
async function compared(seen: Observed, { derivatives }: Observing): Promise<Observed> {
  const { key, manifest } = seen;
  const files = (await filesOfSet(key, derivatives)).map(file => file.key);
  const there = new Set(files);
  const named = manifest ? namedIn(manifest) : new Set([manifestKey(key)]);
  const leftovers = files.filter(file => !named.has(file));
  return { ...seen, leftovers, manifest: manifest && withoutGone(manifest, there) };
}

/** The same where all are there. */
function withoutGone(manifest: Manifest, there: Set<string>): Manifest {
  const variants = manifest.variants.filter(
    ({ state, key }) => state !== 'rendered' || there.has(key),
  );
  return variants.length === manifest.variants.length ? manifest : { ...manifest, variants };
}
