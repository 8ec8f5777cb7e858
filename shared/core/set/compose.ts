import type { Failure } from '../failure.ts';
import type { Manifest, ManifestVariant, OriginalObject, Placeholder } from './manifest.ts';
import type { Picture } from '../picture/picture.ts';
import { entryOf, type Plan } from './plan.ts';
import type { Variant } from './variants.ts';

/** What a run knows when it commits. */
export interface Results {
  original: OriginalObject & { version: string };
  picture: Picture | undefined;
  placeholder: Placeholder | undefined;
  presets: string;
  todo: Plan;
  outcomes: ({ variant: Variant } & (
    | { bytes: number }
    | { skipped: 'not-smaller-than-fallback' }
    | { failure: Failure }
  ))[];
  failure: Failure | undefined;
  /** ISO-8601, UTC. */
  now: string;
}

/** The manifest that a run commits: the entries that needed no work, and what became of the others. */
export function manifestOf(results: Results): Manifest {
  const { original, picture, placeholder, presets, todo, outcomes, failure, now } = results;
  const { version, ...object } = original;
  const made = outcomes.map(outcome => entryFrom(outcome, now));
  const variants = [...todo.entries, ...made].sort(inReadingOrder);
  return {
    schema: 1,
    version,
    original: { ...object, ...picture, ...(placeholder ? { placeholder } : {}) },
    presets,
    complete: !failure && variants.every(({ state }) => state !== 'failed'),
    ...(failure ? { failure: { code: failure.code, message: failure.message } } : {}),
    variants,
    retired: todo.retired,
    committedAt: now,
  };
}

function entryFrom(outcome: Results['outcomes'][number], now: string): ManifestVariant {
  const named = entryOf(outcome.variant);
  if ('bytes' in outcome) {
    return { state: 'rendered', ...named, bytes: outcome.bytes, renderedAt: now };
  }
  if ('skipped' in outcome) return { state: 'skipped', ...named, reason: outcome.skipped };
  const { code, message } = outcome.failure;
  return { state: 'failed', ...named, reason: code, message };
}

function inReadingOrder(a: ManifestVariant, b: ManifestVariant): number {
  if (a.preset !== b.preset) return a.preset < b.preset ? -1 : 1;
  return a.width - b.width || (a.format < b.format ? -1 : 1);
}
