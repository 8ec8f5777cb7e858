import type { Failure } from '../failure.ts';
import type { Content } from '../picture/content.ts';
import type { Placeholder } from '../picture/placeholder.ts';
import {
  isDeferred,
  type Manifest,
  type ManifestVariant,
  type OriginalObject,
} from './manifest.ts';
import type { Picture } from '../picture/picture.ts';
import { entryOf, type Plan } from './plan.ts';
import { type SeenOriginal, versionIn } from './seen.ts';
import type { Variant } from './variants.ts';

/** What became of one file that was to be made. */
export type Outcome = { variant: Variant } & (
  | { bytes: number; milliseconds: number; renderedAt: string }
  | { skipped: 'not-smaller-than-fallback' }
  | { failure: Failure }
);

/** What an attempt made of an original, not yet committed. */
export interface MadeSet {
  todo: Plan;
  picture: Picture | undefined;
  placeholder: Placeholder | undefined;
  content: Content | undefined;
  outcomes: Outcome[];
  /** What the files of each preset show of it. */
  focus: Manifest['focus'];
  /** The picture's own fault: nothing can be made of it. */
  failure: Failure | undefined;
  /** It is published without its verdict. */
  unjudged?: true;
}

/** The manifest that an attempt commits: the entries that needed no work, and what became of the others. */
export function manifestOf(seen: SeenOriginal, made: MadeSet, now: string): Manifest {
  const { picture, placeholder, content, todo, outcomes, focus, failure, unjudged } = made;
  const original = written(seen.original);
  const done = outcomes.map(entryFrom);
  const variants = [...todo.entries, ...done].sort(inReadingOrder);
  return {
    schema: 1,
    version: versionIn(seen),
    original: {
      ...original,
      ...picture,
      ...(placeholder ? { placeholder } : {}),
      ...(content ? { content } : {}),
    },
    presets: seen.listFingerprint,
    complete: !failure && variants.every(one => one.state !== 'failed' && !isDeferred(one)),
    ...(failure ? { failure: { code: failure.code, message: failure.message } } : {}),
    ...(unjudged ? { unjudged } : {}),
    variants,
    ...(focus ? { focus } : {}),
    retired: todo.retired,
    ...(seen.manifest?.unpurged ? { unpurged: seen.manifest.unpurged } : {}),
    committedAt: now,
  };
}

/** Of an original that is not published: nothing of its picture, its files or the reason. */
export function withheldManifest(
  seen: SeenOriginal,
  state: NonNullable<Manifest['state']>,
  now: string,
): Manifest {
  const original = written(seen.original);
  const about = { version: versionIn(seen), original, presets: seen.listFingerprint };
  const nothing = { complete: false, state, variants: [], retired: [] };
  return { schema: 1, ...about, ...nothing, committedAt: now };
}

/** The manifest is public: not what the uploader says, nor where a link leads. */
function written({
  link: _l,
  uploadedAt: _u,
  isArchived: _a,
  texts: _t,
  ...original
}: OriginalObject) {
  return original;
}

function entryFrom(outcome: Outcome): ManifestVariant {
  const named = entryOf(outcome.variant);
  if ('bytes' in outcome) {
    const { bytes, renderedAt, variant } = outcome;
    const told = variant.unshown ? { unshown: variant.unshown } : {};
    return { state: 'rendered', ...named, bytes, renderedAt, ...told };
  }
  if ('skipped' in outcome) return { state: 'skipped', ...named, reason: outcome.skipped };
  const { code, message } = outcome.failure;
  return { state: 'failed', ...named, reason: code, message };
}

function inReadingOrder(a: ManifestVariant, b: ManifestVariant): number {
  if (a.preset !== b.preset) return a.preset < b.preset ? -1 : 1;
  return a.width - b.width || (a.format < b.format ? -1 : 1);
}
