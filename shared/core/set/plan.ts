import { pressureMilliseconds, retentionMilliseconds } from '../list/times.ts';
import type { Picture } from '../picture/picture.ts';
import { askedOf } from './asked.ts';
import { fallbackOf } from './fallback.ts';
import { fitsOss } from './keys.ts';
import { isPastKeep } from './keep.ts';
import {
  isAged,
  isDeferred,
  isSaidAlike,
  type Manifest,
  type ManifestVariant,
} from './manifest.ts';
import { focusIn, isCurrent, type Seen, type SeenOriginal, textsIn, versionIn } from './seen.ts';
import { duePurges } from './unpurged.ts';
import { type Variant, wantedVariants } from './variants.ts';

/** What has to be done to make one original's set right, as data. Nothing is read or written here. */
export interface Plan {
  /** All that the list asks for of the picture, be it there or not. */
  wanted: Variant[];
  /** Files to make now. */
  render: Variant[];
  /** Entries of the coming manifest that need no work: kept, on demand, skipped, failed for good. */
  entries: ManifestVariant[];
  /** Replaced files, those of `remove` included: they stay named until they are removed. */
  retired: Manifest['retired'];
  /** Files whose time is over, to be deleted once the manifest is written. */
  remove: string[];
  /** Those of entries that say `aged`, likewise: they stay named. */
  drop: string[];
}

/** What a plan depends on beside what is seen. */
export interface PlanFacts {
  /** Undefined for an original that cannot be developed: then nothing is wanted of it. */
  picture: Picture | undefined;
  /** Derivatives that this attempt wrote, and no manifest of its own told of. */
  written: string[];
  /** Another run's may have: of the same list and version, it names the same files. */
  mayBeKnown?: boolean;
  /** ISO-8601, UTC. */
  now: string;
  /** How long the event of an upload waited, where that is what we were woken by. */
  waitedMs?: number | undefined;
}

export function plan(seen: SeenOriginal, facts: PlanFacts): Plan {
  const wanted = facts.picture ? variantsOf(seen, facts.picture) : [];
  const before = recordedVariants(seen);
  const about = { seen, before, wanted, facts };
  const settled = wanted.map(variant => settledEntry(variant, about));
  const unmade = wanted.filter((_, index) => settled[index] === undefined);
  const isPressed = (facts.waitedMs ?? 0) > pressureMilliseconds(seen.list);
  const { render, deferred } = isPressed
    ? urgentFirst(unmade, wanted)
    : { render: unmade, deferred: [] };
  const entries = [...settled.filter(entry => entry !== undefined), ...deferred];
  return {
    wanted,
    render,
    entries,
    drop: agedAndThere(entries, about),
    ...retiredAndRemoved(seen, facts, new Set(wanted.map(({ key }) => key))),
  };
}

/**
 * What waits while others have nothing at all: its URL answers all the same, since a view makes it. An original of which
 * nothing is urgent is made whole. What failed before, or is there in an older shape, is not for now either.
 */
function urgentFirst(unmade: Variant[], wanted: Variant[]) {
  const hasUrgent = wanted.some(({ urgent, impossible }) => urgent && !impossible);
  if (!hasUrgent) return { render: unmade, deferred: [] };
  const render = unmade.filter(({ urgent }) => urgent);
  const later = unmade.filter(({ urgent }) => !urgent);
  const deferred = later.map(
    one => ({ ...entryOf(one), state: 'on_demand', deferred: true }) as const,
  );
  return { render, deferred };
}

/** Of an original that cannot be read or decoded now, but could be: what was made of these very bytes stays. */
export function planToKeep(seen: SeenOriginal, facts: Omit<PlanFacts, 'picture'>): Plan {
  const entries = isCurrent(seen) ? (seen.manifest?.variants ?? []) : [];
  const kept = new Set(entries.map(({ key }) => key));
  return { wanted: [], render: [], entries, drop: [], ...retiredAndRemoved(seen, facts, kept) };
}

/** Whether nothing is to be done: neither a pixel, nor a write, nor a delete, nor a purge. */
export function isSettled(plan: Plan, seen: SeenOriginal): boolean {
  const { manifest, original } = seen;
  if (!manifest || !isCurrent(seen) || manifest.original.etag !== original.etag) return false;
  if (!isSaidAlike(manifest.original, original)) return false;
  // A copy has none; uploaded once more it has one, by which later copies are known.
  if (manifest.original.crc64 === undefined && original.crc64 !== undefined) return false;
  const retired = new Set(manifest.retired.map(({ key }) => key));
  if (plan.retired.length !== retired.size) return false;
  if (plan.retired.some(({ key }) => !retired.has(key))) return false;
  if (plan.render.length + plan.remove.length + plan.drop.length > 0) return false;
  if (duePurges(manifest).length > 0) return false;
  const before = new Map(manifest.variants.map(entry => [entry.key, entry]));
  return (
    before.size === plan.entries.length &&
    plan.entries.every(entry => isAlike(entry, before.get(entry.key)))
  );
}

function isAlike(entry: ManifestVariant, before: ManifestVariant | undefined): boolean {
  if (before?.state !== entry.state) return false;
  return isDeferred(before) === isDeferred(entry) && isAged(before) === isAged(entry);
}

/** What the list in force wants of the original as it is now. */
export function variantsOf(seen: SeenOriginal, picture: Picture): Variant[] {
  const { key, original, list } = seen;
  const { presets } = askedOf({ ...original, key }, list);
  const about = { key, version: versionIn(seen), picture, list, presets };
  return wantedVariants({ ...about, focus: focusIn(seen), texts: textsIn(seen) });
}

function recordedVariants(seen: Seen): Map<string, ManifestVariant> {
  const valid = isCurrent(seen) ? (seen.manifest?.variants ?? []) : [];
  return new Map(valid.map(variant => [variant.key, variant]));
}

interface Planning {
  seen: SeenOriginal;
  before: Map<string, ManifestVariant>;
  wanted: Variant[];
  facts: PlanFacts;
}

/** The manifest's entry for a variant that needs no work, or undefined if it has to be rendered. */
function settledEntry(variant: Variant, about: Planning): ManifestVariant | undefined {
  const named = entryOf(variant);
  if (variant.impossible) return { ...named, state: 'skipped', reason: variant.impossible };
  if (!fitsOss(variant.key)) {
    const message = `the derivative's key would have ${Buffer.byteLength(variant.key)} bytes`;
    return { ...named, state: 'failed', reason: 'KEY_UNUSABLE', message };
  }
  const entry = about.before.get(variant.key);
  if (entry?.state === 'failed' && entry.reason === 'VARIANT_UNRENDERABLE') return entry;
  if (entry?.state === 'skipped' && isStillSkipped(variant, about)) return entry;
  const isOver = isPastKeep(variant, timesOf(entry, variant, about));
  return entry?.state === 'rendered' && !isOver ? entry : onDemandEntry(variant, isOver, about);
}

/** Of a file that an upload leaves to a view, or that `keep` does. Undefined of any other. */
function onDemandEntry(
  variant: Variant,
  isOver: boolean,
  { before, seen: { there, anew } }: Planning,
): ManifestVariant | undefined {
  const { key, generate } = variant;
  const entry = before.get(key);
  const onDemand = { ...entryOf(variant), state: 'on_demand' } as const;
  const mayBeThere = entry?.state === 'rendered' || there?.has(key) === true;
  const isDropped = isOver && (generate === 'eager' || mayBeThere);
  // A view brought it back and was not recorded, or a run died before it dropped it and the list keeps it by now.
  const isBack = isAged(entry) && !isOver && there?.has(key) === true;
  if ((isAged(entry) && !isBack) || isDropped) return { ...onDemand, aged: true };
  return generate === 'on_demand' && !anew?.has(key) ? onDemand : undefined;
}

/** A listing's word counts before the manifest's. */
function timesOf(
  entry: ManifestVariant | undefined,
  { key }: { key: string },
  { seen: { original, there, anew }, facts: { now } }: Planning,
) {
  const renderedAt = entry?.state === 'rendered' ? entry.renderedAt : anew?.get(key);
  return { original, madeAt: there?.get(key) ?? renderedAt, now };
}

/** It was larger than its fallback; whether it still is depends on that one being the same file. */
function isStillSkipped(variant: Variant, { before, wanted, facts: { picture } }: Planning) {
  const fallback = picture && fallbackOf(variant, wanted, picture);
  const entry = fallback && before.get(fallback.key);
  return entry?.state === 'rendered' || isAged(entry);
}

/**
 * Files that their entries do not keep: the manifest said until now that they are there, or a listing shows them, left by
 * a run that died or made by a view that nobody recorded; or a bulk run does not trust them.
 */
function agedAndThere(entries: ManifestVariant[], about: Planning): string[] {
  const { seen, before } = about;
  const distrusted = new Set(seen.manifest?.retired.map(({ key }) => key));
  const variants = new Map(about.wanted.map(variant => [variant.key, variant]));
  return entries.filter(isAged).flatMap(({ key }) => {
    const variant = variants.get(key);
    const isLeft =
      seen.there?.has(key) && variant && isPastKeep(variant, timesOf(undefined, variant, about));
    return isLeft || distrusted.has(key) || before.get(key)?.state === 'rendered' ? key : [];
  });
}

export function entryOf(variant: Variant) {
  const { preset, format, width, height, fingerprint, key } = variant;
  return { preset, format, width, height, fingerprint, key };
}

/** Entries of the public manifest: what was replaced before them goes early, and its URLs answer with the current file. */
const MOST_RETIRED = 100;

/**
 * What there is and the new manifest does not want. A file on demand may be there before its manifest knows; removing
 * one that is not succeeds. One that failed is there where its write took effect all the same. What was never published
 * has no time to stay.
 */
function retiredAndRemoved(
  { manifest, list, there, leftovers: found = [] }: Seen,
  { written, mayBeKnown, now }: Omit<PlanFacts, 'picture'>,
  wanted: Set<string>,
) {
  const replaced = (manifest?.variants ?? [])
    .filter(({ state, key }) => MAY_BE_THERE.has(state) || there?.has(key))
    .map(({ key, preset }) => {
      const region = manifest?.focus?.[preset];
      return { key, retiredAt: now, ...(region ? { region } : {}) };
    });
  const named = [...(manifest?.retired ?? []), ...replaced];
  const dated = [
    ...named.filter(({ key }) => !there || there.has(key)),
    ...found.map(key => ({ key, retiredAt: now })),
    ...written.map(key => ({ key, retiredAt: mayBeKnown ? now : NEVER_PUBLISHED })),
  ];
  const retired = firstOfEach(dated.filter(({ key }) => !wanted.has(key)));
  const deadline = Date.parse(now) - retentionMilliseconds(list);
  const isOver = retired.filter(({ retiredAt }) => Date.parse(retiredAt) <= deadline);
  const early = retired.slice(0, Math.max(0, retired.length - MOST_RETIRED));
  return { retired, remove: [...new Set([...isOver, ...early].map(({ key }) => key))] };
}

const MAY_BE_THERE: ReadonlySet<ManifestVariant['state']> = new Set(['rendered', 'on_demand']);

const NEVER_PUBLISHED = new Date(0).toISOString();

function firstOfEach(retired: Manifest['retired']): Manifest['retired'] {
  const first = new Map<string, Manifest['retired'][number]>();
  for (const one of retired) if (!first.has(one.key)) first.set(one.key, one);
  return [...first.values()];
}
