import { declaredFiles } from '../list/declared-file.ts';
import type { FailureCode } from '../failure.ts';
import { type Asked, askedOf } from './asked.ts';
import type { Manifest, OriginalObject } from './manifest.ts';
import type { Content } from '../picture/content.ts';
import type { Picture } from '../picture/picture.ts';
import { plan, variantsOf } from './plan.ts';
import {
  contentIn,
  failureIn,
  isCurrent,
  pictureIn,
  type Seen,
  type SeenOriginal,
} from './seen.ts';
import type { PresetList } from '../list/preset-list.ts';
import { retentionMilliseconds } from '../list/times.ts';
import { holds, ruleIndexFor } from '../list/rules.ts';
import {
  inListOrder,
  leftOutOf,
  named,
  stateOf,
  stateOfUnmade,
  type VariantStatus,
  type VariantState,
} from './variant-state.ts';

/** How one original stands to the list in force: what is wanted of it, and the state of each file. */
export interface Status {
  key: string;
  /** Undefined where it is gone: then nothing is wanted. */
  original: OriginalObject | undefined;
  /** Since when nothing is rendered of the key: then nothing is wanted either. */
  takenDown: { at: string } | undefined;
  /** It was judged, or waits for that: nothing is published of it, and nothing is wanted. */
  withheld: Manifest['state'];
  /** Why nothing is wanted of an original that is there, for people. */
  unasked: string | undefined;
  /** The first rule that matches the key; `index` counts from 0. */
  rule: { index: number; match: string; presets: 'none' | string[] } | undefined;
  /** Known where the manifest is of these very bytes and the picture could be read. */
  picture: Picture | undefined;
  /** What decided of its files, where settings are left to the picture. */
  content?: Content;
  /** Why nothing, or nothing more, can be made of it. Stands until the original or the list changes. */
  failure: { code: FailureCode; message: string } | undefined;
  /** Exact where the picture is known; otherwise an upper bound, since pictures rule files out. */
  variants: VariantStatus[];
  /** Presets of the rule whose `when` does not hold for the picture. */
  notFor: string[];
  /** Files in force that the list no longer names, those that a stale variant replaces left out. */
  unwanted: string[];
  /** Replaced files, and from when on a run removes them. */
  retired: { key: string; retiredAt: string; goesAt: string }[];
}

const NOTHING: Asked = { reason: undefined, presets: [] };

export function statusOf(seen: Seen, now: Date): Status {
  const { key, original, list } = seen;
  const takenDown = seen.manifest?.takenDown;
  const isDue = original && !takenDown;
  const asked: Asked = isDue ? askedOf({ ...original, key }, list) : NOTHING;
  const withheld = isDue && isCurrent(seen) ? seen.manifest?.state : undefined;
  const presets = withheld ? [] : asked.presets;
  const picture = pictureIn(seen);
  const content = contentIn(seen);
  const failure = withheld ? undefined : failureIn(seen);
  const variants = picture
    ? exactly(seen, picture, { failure, now })
    : declaredFiles(presets, list).map(asked => ({
        ...named({ ...asked, key: undefined }, list),
        ...beforePicture(seen, failure),
      }));
  return {
    key,
    original,
    takenDown,
    withheld,
    unasked: asked.reason,
    rule: ruleOf(key, list),
    picture,
    ...(content ? { content } : {}),
    failure,
    variants,
    notFor: picture ? presets.filter(one => !holds(one.when, picture)).map(one => one.name) : [],
    unwanted: picture || presets.length === 0 ? unwantedOf(seen, variants) : [],
    retired: retiredOf(seen),
  };
}

/** Whether every file that is made on upload is there, or left out for good: of all presets, or of one. */
export function isWhole({ variants }: Status, preset?: string): boolean {
  return variants
    .filter(variant => preset === undefined || variant.preset === preset)
    .every(
      ({ generate, state }) =>
        generate === 'on_demand' || state === 'rendered' || state === 'skipped' || state === 'aged',
    );
}

/** Whether a run of it is still to come, whatever its outcome will be. */
export function isPending({ variants }: Status): boolean {
  return variants.some(({ state }) => state === 'pending');
}

function ruleOf(key: string, list: PresetList): Status['rule'] {
  const index = ruleIndexFor(key, list);
  const rule = list.rules[index];
  return rule && { index, ...rule };
}

function beforePicture(seen: Seen, failure: Status['failure']): VariantState {
  if (failure) return { state: 'failed', ...failure, final: true };
  const { manifest } = seen;
  if (!manifest) return { state: 'pending', why: 'there is no manifest yet' };
  if (!isCurrent(seen)) {
    return { state: 'pending', why: 'the manifest is of an older version of the original' };
  }
  const { code } = manifest.failure ?? {};
  if (code) return { state: 'pending', why: `the list changed since it failed with ${code}` };
  return { state: 'missing', why: 'the manifest says nothing of the picture' };
}

/** What a run would find settled is as it is recorded; what it would render is not right, and why is told here. */
function exactly(
  seen: Seen,
  picture: Picture,
  { failure, now }: { failure: Status['failure']; now: Date },
): VariantStatus[] {
  const { original, manifest, list } = seen;
  if (!original) return [];
  const facts = { picture, written: [], now: now.toISOString() };
  const todo = plan({ ...seen, original }, facts);
  const overdue = todo.drop.length > 0 ? overdueAt(now, { ...seen, original }, picture) : [];
  const before = manifest?.variants ?? [];
  const isMarked = list.presets.some(({ watermark }) => watermark);
  const wanted = isMarked ? variantsOf({ ...seen, original }, picture) : [];
  const leftOut = leftOutOf(todo.entries, wanted);
  return [
    ...todo.entries.map(entry => ({
      ...named(entry, list),
      ...stateOf(entry, overdue.includes(entry.key)),
      ...leftOut.get(entry.key),
    })),
    ...todo.render.map(variant => ({
      ...named(variant, list),
      ...(failure
        ? { state: 'failed' as const, ...failure, final: true }
        : stateOfUnmade(variant, before)),
    })),
  ].sort(inListOrder(list));
}

/** A sweep comes each day, and what it hands over may wait. */
const SWEPT_WITHIN_MS = 48 * 3_600_000;

/** Files that were to go so long ago that nobody seems to come for them. */
function overdueAt(now: Date, seen: SeenOriginal, picture: Picture): string[] {
  const then = new Date(now.getTime() - SWEPT_WITHIN_MS).toISOString();
  return plan(seen, { picture, written: [], now: then }).drop;
}

function unwantedOf({ manifest }: Seen, variants: VariantStatus[]): string[] {
  const spoken = new Set(
    variants.flatMap(one => (one.state === 'stale' ? [one.key, one.replaces] : [one.key])),
  );
  return (manifest?.variants ?? [])
    .filter(({ state, key }) => state === 'rendered' && !spoken.has(key))
    .map(({ key }) => key);
}

function retiredOf({ manifest, list }: Seen): Status['retired'] {
  const retention = retentionMilliseconds(list);
  return (manifest?.retired ?? []).map(({ key, retiredAt }) => ({
    key,
    retiredAt,
    goesAt: new Date(Date.parse(retiredAt) + retention).toISOString(),
  }));
}
