import type { FailureCode } from '../failure.ts';
import { manifestKey } from './keys.ts';
import type { Manifest, ManifestVariant } from './manifest.ts';
import { isPending, type Status } from './status.ts';
import type { VariantStatus } from './variant-state.ts';

/** What is not right with the set of one original, and what mends it. */
export interface Finding {
  problem: 'missing' | 'stale' | 'orphan' | 'corrupt' | 'remains';
  original: string;
  /** In the derivatives bucket, where it is about one object. */
  key?: string;
  why: string;
  /**
   * `settle`: the next run of the original, whatever wakes it. `force`: rendering it anew, since a run takes the
   * manifest's word for what is there. `retry-failed`: another try, since a recorded failure stands else. `takedown`:
   * carrying out what is left of a take-down. `remove`: taking the object away.
   */
  mend: 'settle' | 'force' | 'retry-failed' | 'takedown' | 'remove' | 'by-hand';
}

export interface SetFile {
  key: string;
  bytes: number;
  modifiedAt: Date;
}

export interface SetFacts {
  status: Status;
  manifest: Manifest | 'unreadable' | undefined;
  /** What lies in the place of this set: derivatives and manifest. */
  files: SetFile[];
  modifiedAt: Date;
  /** What is younger may be the work of a run that has not committed yet. */
  settledBefore: Date;
  now: Date;
}

export function findingsOf(found: SetFacts): Finding[] {
  const { status, manifest, modifiedAt, settledBefore } = found;
  const original = status.key;
  if (manifest === 'unreadable') return ofUnreadable(found);
  // What a take-down left is found by its record, whether the original is still there or not.
  if (status.takenDown) return [];
  if (status.withheld) return remainsOf(found, status.withheld);
  if (isPending(status)) {
    const [first] = status.variants;
    const why = `not developed: ${first?.state === 'pending' ? first.why : ''}`;
    return modifiedAt > settledBefore
      ? []
      : [{ problem: 'missing', original, why, mend: 'settle' }];
  }
  if (!isAsked(status)) return unasked(found);
  const wanted = status.variants.flatMap(one => ofVariant(original, one));
  const files = manifest ? ofFiles(found, manifest) : [];
  return [...blamed(status), ...wanted, ...leftovers(found), ...files];
}

function ofUnreadable(found: SetFacts): Finding[] {
  const { status } = found;
  // Where nothing of ours is beside it, it may be anyone's.
  if (!isAsked(status)) return hasDerivatives(found) ? unasked(found) : [];
  const why =
    'expected a manifest that this Darkroom can read, received something else: the next run makes the set anew';
  const about = { original: status.key, key: manifestKey(status.key) };
  return [{ problem: 'corrupt', ...about, why, mend: 'settle' }];
}

function isAsked({ unasked }: Status): boolean {
  return unasked === undefined;
}

function hasDerivatives({ status, files }: SetFacts): boolean {
  return files.some(({ key }) => key !== manifestKey(status.key));
}

/** A crash is blamed on the picture for want of anyone else: it may have been the moment's fault, or an older decoder's. */
export function isWorthAnotherTry(code: FailureCode): boolean {
  return code === 'ORIGINAL_CRASHED';
}

function blamed({ key: original, failure }: Status): Finding[] {
  if (!failure || !isWorthAnotherTry(failure.code)) return [];
  const why = `not developed: ${failure.code}: ${failure.message}`;
  return [{ problem: 'missing', original, why, mend: 'retry-failed' }];
}

/** Of what was judged: a run removes all but the manifest. */
function remainsOf({ status, files, settledBefore }: SetFacts, withheld: string): Finding[] {
  const original = status.key;
  return files
    .filter(({ key, modifiedAt }) => key !== manifestKey(original) && modifiedAt <= settledBefore)
    .map(({ key }) => {
      const why = `its original is ${withheld}, it is still there`;
      return { problem: 'remains', original, key, why, mend: 'settle' };
    });
}

/** A run would clear the whole set away. */
function unasked({ status: { key: original, unasked: reason }, files }: SetFacts): Finding[] {
  if (files.length === 0) return [];
  const why = `${reason}, its set of ${files.length} objects is still there`;
  return [{ problem: 'stale', original, why, mend: 'settle' }];
}

function ofVariant(original: string, variant: VariantStatus): Finding[] {
  const { preset, width, format } = variant;
  const about = { original, mend: 'settle' as const };
  const name = `${preset} ${width} ${format}`;
  if (variant.state === 'missing') {
    return [{ problem: 'missing', ...about, ...keyOf(variant), why: `${name}: ${variant.why}` }];
  }
  if (variant.state === 'stale') {
    const why = `${name}: made by an older recipe`;
    return [{ problem: 'stale', ...about, key: variant.replaces, why }];
  }
  if (variant.state === 'aged') {
    const why = `${name}: older than \`keep\` of its preset, no sweep came for it`;
    return variant.isOverdue ? [{ problem: 'stale', ...about, ...keyOf(variant), why }] : [];
  }
  // A final failure is an answer, not a gap: it is counted, and explained, and nothing is to be done.
  if (variant.state !== 'failed' || variant.final) return [];
  const why = `${name}: failed with ${variant.code}, which another run may mend`;
  return [{ problem: 'missing', ...about, ...keyOf(variant), why }];
}

function keyOf({ key }: VariantStatus): { key?: string } {
  return key === undefined ? {} : { key };
}

function leftovers({ status, files, now }: SetFacts): Finding[] {
  const original = status.key;
  const there = new Set(files.map(({ key }) => key));
  const about = { problem: 'stale', original, mend: 'settle' } as const;
  const overdue = status.retired.filter(
    ({ key, goesAt }) => there.has(key) && Date.parse(goesAt) <= now.getTime(),
  );
  return [
    ...status.unwanted.map(key => ({ ...about, key, why: 'the list no longer names it' })),
    ...overdue.map(({ key, goesAt }) => ({
      ...about,
      key,
      why: `replaced, and its time was over at ${goesAt}`,
    })),
  ];
}

type Rendered = Extract<ManifestVariant, { state: 'rendered' }>;

export function renderedOf(manifest: Manifest): Rendered[] {
  return manifest.variants.filter(variant => variant.state === 'rendered');
}

function ofFiles({ status, files, settledBefore }: SetFacts, manifest: Manifest): Finding[] {
  const original = status.key;
  const there = new Map(files.map(file => [file.key, file]));
  const named = namedIn(manifest);
  const unnamed = files.filter(
    ({ key, modifiedAt }) => !named.has(key) && modifiedAt <= settledBefore,
  );
  return [
    ...renderedOf(manifest).flatMap(variant => ofFile(original, variant, there.get(variant.key))),
    ...unnamed.map(({ key }) => ({
      problem: 'orphan' as const,
      original,
      key,
      why: 'no manifest names it',
      mend: 'remove' as const,
    })),
  ];
}

function ofFile(original: string, { key, bytes }: Rendered, file: SetFile | undefined): Finding[] {
  const about = { original, key, mend: 'force' as const };
  if (!file)
    return [{ problem: 'missing', ...about, why: 'the manifest names it, it is not there' }];
  if (file.bytes === bytes) return [];
  const why = `expected ${bytes} bytes, as the manifest says, it has ${file.bytes}`;
  return [{ problem: 'corrupt', ...about, why }];
}

/** Its own key, and every file that is or may yet be spoken of. */
export function namedIn({ original, variants, retired }: Manifest): Set<string> {
  return new Set([
    manifestKey(original.key),
    ...variants.map(({ key }) => key),
    ...retired.map(({ key }) => key),
  ]);
}
