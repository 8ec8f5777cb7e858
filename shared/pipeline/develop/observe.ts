import { namedIn } from '../../core/set/findings.ts';
import { manifestKey } from '../../core/set/keys.ts';
import { isMadeAgain, type Manifest } from '../../core/set/manifest.ts';
import { isCurrent, type Seen, type SeenOriginal } from '../../core/set/seen.ts';
import { withMore } from '../../core/set/unpurged.ts';
import type { ListedObject } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { headBehindLink } from '../removal/behind-link.ts';
import { filesOfSet, lookUpManifest } from '../stored-set.ts';

export interface Observed extends Seen {
  /**
   * The manifest as it lies in the bucket. If `manifest` is not this very object, files are gone or a bulk run amended
   * it: a commit is due even where the plan is settled.
   */
  stored: Manifest | undefined;
  /** `stored` without the files that are known to be gone; `manifest` is this, amended where a bulk run asks for it. */
  known: Manifest | undefined;
  /** Of the manifest, or of what lies in its place. */
  manifestEtag: string | undefined;
}

export type ObservedOriginal = Observed & SeenOriginal;

type Observing = Parameters<typeof headBehindLink>[1] & Pick<Darkroom, 'listInForce' | 'amend'>;

interface Doubts {
  /** Earlier attempts at this key may have ended between a write and the manifest that tells of it. */
  isDoubtful: boolean;
  /**
   * Versions of which the CDN may have files that nobody knows of, if that is in doubt: what is seen now is added. A
   * commit that tells of it may fail, and the next manifest that is seen be of another version.
   */
  moreCached: Set<string> | undefined;
}

const NO_DOUBTS: Doubts = { isDoubtful: false, moreCached: undefined };

/**
 * What there is for a key now, whatever an event said of it: two small requests, side by side, and the list in force.
 * The manifest's word is checked by a listing where it may not be true, or may not be all.
 */
export async function observe(
  key: string,
  darkroom: Observing,
  doubts = NO_DOUBTS,
): Promise<Observed> {
  const { derivatives, listInForce, amend } = darkroom;
  const [original, found, { list, fingerprint }] = await Promise.all([
    headBehindLink(key, darkroom),
    lookUpManifest(key, derivatives),
    listInForce.current(),
  ]);
  const stored = found.manifest === 'unreadable' ? undefined : found.manifest;
  const seen = { key, original, manifest: stored, list, listFingerprint: fingerprint };
  const isReplaced = original !== undefined && stored !== undefined && !isCurrent(seen);
  const isDoubtful = doubts.isDoubtful || isReplaced || found.manifest === 'unreadable';
  const files = isDoubtful && !stored?.takenDown ? await filesOfSet(key, derivatives) : undefined;
  const there = files && timesOf(files);
  const told = stored && withTrueTimes(stored, there);
  const known = told && withoutGone(doubted(told, doubts), there);
  return {
    ...seen,
    stored,
    known,
    ...(known && amend ? amended(known, amend, files) : { manifest: known }),
    manifestEtag: found.etag,
    ...(there ? { there, leftovers: leftoversIn(there, key, told) } : {}),
  };
}

function doubted(stored: Manifest, { moreCached }: Doubts): Manifest {
  moreCached?.add(stored.version);
  return [...(moreCached ?? [])].reduce<Manifest>((told, one) => withMore(told, one), stored);
}

function amended(
  known: Manifest,
  amend: NonNullable<Darkroom['amend']>,
  files: ListedObject[] = [],
) {
  const manifest = amend(known, new Map(files.map(file => [file.key, file])));
  const kept = new Set(manifest.variants.map(({ key }) => key));
  const anew = known.variants.flatMap(one =>
    one.state === 'rendered' && !kept.has(one.key) ? [[one.key, one.renderedAt] as const] : [],
  );
  return { manifest, anew: new Map(anew) };
}

/** A retired file that was made again is taken for one that nothing names, whose time begins now. */
function withTrueTimes(manifest: Manifest, there: ReadonlyMap<string, string> | undefined) {
  const retired = manifest.retired.filter(file => !there || !isMadeAgain(file, there));
  return retired.length === manifest.retired.length ? manifest : { ...manifest, retired };
}

export async function filesThere(key: string, derivatives: Darkroom['derivatives']) {
  return timesOf(await filesOfSet(key, derivatives));
}

function timesOf(files: ListedObject[]): Map<string, string> {
  return new Map(files.map(file => [file.key, file.modifiedAt.toISOString()]));
}

/** Files that nothing names. */
function leftoversIn(
  there: ReadonlyMap<string, string>,
  key: string,
  manifest: Manifest | undefined,
): string[] {
  const named = manifest ? namedIn(manifest) : new Set([manifestKey(key)]);
  return [...there.keys()].filter(file => !named.has(file));
}

/** The same where none of its files is gone. */
function withoutGone(manifest: Manifest, there: ReadonlyMap<string, string> | undefined): Manifest {
  const variants = manifest.variants.filter(
    ({ state, key }) => state !== 'rendered' || !there || there.has(key),
  );
  return variants.length === manifest.variants.length ? manifest : { ...manifest, variants };
}
