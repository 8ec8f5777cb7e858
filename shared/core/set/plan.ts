import { fallbackOf } from './fallback.ts';
import { fitsOss } from './keys.ts';
import type { Manifest, ManifestVariant } from './manifest.ts';
import type { Picture } from '../picture/picture.ts';
import { retentionMilliseconds } from '../list/preset-list.ts';
import { presetsFor } from '../list/rules.ts';
import { isCurrent, type Seen, type SeenOriginal, versionIn } from './seen.ts';
import { type Variant, wantedVariants } from './variants.ts';

/** What has to be done to make one original's set right, as data. Nothing is read or written here. */
export interface Plan {
  /** Files to make now. */
  render: Variant[];
  /** Entries of the coming manifest that need no work: kept, on demand, skipped, failed for good. */
  entries: ManifestVariant[];
  /** Replaced files, those of `remove` included: they stay named until they are removed. */
  retired: Manifest['retired'];
  /** Files whose time is over, to be deleted once the manifest is written. */
  remove: string[];
}

/** What a plan depends on beside what is seen. */
export interface PlanFacts {
  /** Undefined for an original that cannot be developed: then nothing is wanted of it. */
  picture: Picture | undefined;
  /** Derivatives of ours that no manifest ever named, since the original moved before the commit. */
  abandoned: string[];
  /** ISO-8601, UTC. */
  now: string;
}

export function plan(seen: SeenOriginal, facts: PlanFacts): Plan {
  const wanted = wantedOf(seen, facts.picture);
  const before = recordedVariants(seen);
  const settled = wanted.map(variant => settledEntry(variant, before, wanted, facts.picture));
  const entries = settled.filter(entry => entry !== undefined);
  const render = wanted.filter((_, index) => settled[index] === undefined);
  return { render, entries, ...leftovers(seen, facts, new Set(wanted.map(({ key }) => key))) };
}

/** Whether nothing is to be done: neither a pixel, nor a write, nor a delete. */
export function isSettled(plan: Plan, seen: SeenOriginal): boolean {
  const { manifest } = seen;
  if (!manifest || !isCurrent(seen)) return false;
  if (plan.render.length > 0 || plan.remove.length > 0) return false;
  const before = new Map(manifest.variants.map(({ key, state }) => [key, state]));
  return (
    before.size === plan.entries.length &&
    plan.entries.every(({ key, state }) => before.get(key) === state)
  );
}

function wantedOf(seen: SeenOriginal, picture: Picture | undefined): Variant[] {
  if (!picture) return [];
  const { key, list } = seen;
  const version = versionIn(seen);
  return wantedVariants({ key, version, picture, list, presets: presetsFor(key, list) });
}

function recordedVariants(seen: Seen): Map<string, ManifestVariant> {
  const valid = isCurrent(seen) ? (seen.manifest?.variants ?? []) : [];
  return new Map(valid.map(variant => [variant.key, variant]));
}

/** The manifest's entry for a variant that needs no work, or undefined if it has to be rendered. */
function settledEntry(
  variant: Variant,
  before: Map<string, ManifestVariant>,
  wanted: Variant[],
  picture: Picture | undefined,
): ManifestVariant | undefined {
  const named = entryOf(variant);
  if (variant.impossible) return { ...named, state: 'skipped', reason: variant.impossible };
  if (!fitsOss(variant.key)) {
    const message = `the derivative's key would have ${Buffer.byteLength(variant.key)} bytes`;
    return { ...named, state: 'failed', reason: 'KEY_UNUSABLE', message };
  }
  const entry = before.get(variant.key);
  if (entry?.state === 'rendered') return entry;
  if (entry?.state === 'failed' && entry.reason === 'VARIANT_UNRENDERABLE') return entry;
  if (entry?.state === 'skipped') {
    // It was larger than its fallback; whether it still is depends on that one being the same file.
    const fallback = picture && fallbackOf(variant, wanted, picture);
    if (fallback && before.get(fallback.key)?.state === 'rendered') return entry;
  }
  return variant.generate === 'on_demand' ? { ...named, state: 'on_demand' } : undefined;
}

export function entryOf(variant: Variant) {
  const { preset, format, width, height, fingerprint, key } = variant;
  return { preset, format, width, height, fingerprint, key };
}

/**
 * What there is and the new manifest does not want. A file on demand may be there before its manifest knows; removing
 * one that is not succeeds. What was never published has no time to stay.
 */
function leftovers({ manifest, list }: Seen, { abandoned, now }: PlanFacts, wanted: Set<string>) {
  const replaced = (manifest?.variants ?? [])
    .filter(({ state }) => state === 'rendered' || state === 'on_demand')
    .map(({ key }) => ({ key, retiredAt: now }));
  const unpublished = abandoned.map(key => ({ key, retiredAt: new Date(0).toISOString() }));
  const retired = [...(manifest?.retired ?? []), ...replaced, ...unpublished].filter(
    ({ key }) => !wanted.has(key),
  );
  const deadline = Date.parse(now) - retentionMilliseconds(list);
  const isOver = retired.filter(({ retiredAt }) => Date.parse(retiredAt) <= deadline);
  return { retired, remove: [...new Set(isOver.map(({ key }) => key))] };
}
