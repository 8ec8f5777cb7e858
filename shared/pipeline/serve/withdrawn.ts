import { failureOf } from '../../core/failure.ts';
import { factsOf } from '../../core/telling/log-facts.ts';
import type { Darkroom } from '../darkroom.ts';
import { isServable, type Standing, standingOf } from '../moderation/standing.ts';
import { takeDownOf } from '../removal/take-down-records.ts';
import type { LookedOriginal } from './look.ts';

/** A file was written all the same and is removed again: it was taken down, or judged, meanwhile. */
export interface Withdrawn {
  found: 'taken-down' | 'nothing';
  /** Since when, or the manifest that it was made beside. */
  withdrew: string;
}

type Withdrawing = Darkroom & { handOn?(miss: Withdrawn): Promise<boolean> };

/**
 * A take-down that came since we looked has not seen our file, nor has a verdict: both are written first, and carried out
 * by listing, so that whoever comes second sees the other.
 */
async function withdrawalOf(
  original: string,
  seen: LookedOriginal & { standing: Standing | undefined },
  darkroom: Darkroom,
): Promise<Withdrawn | undefined> {
  const down = await takeDownOf(original, darkroom);
  if (down && down !== 'lifted') return { found: 'taken-down', withdrew: down.at };
  if (!seen.standing || isServable(await standingOf(seen, darkroom))) return undefined;
  return inDoubt(seen);
}

function inDoubt({ manifestEtag = 'none' }: LookedOriginal): Withdrawn {
  return { found: 'nothing', withdrew: manifestEtag };
}

/** Who cannot look leaves a file of which nobody knows: whoever it is handed on to looks, too. */
export async function withdrawalIn(
  original: string,
  seen: LookedOriginal & { standing: Standing | undefined },
  darkroom: Withdrawing,
): Promise<Withdrawn | undefined> {
  const [looked] = await Promise.allSettled([withdrawalOf(original, seen, darkroom)]);
  if (looked.status === 'fulfilled') return looked.value;
  await Promise.allSettled([darkroom.handOn?.(inDoubt(seen))]);
  throw looked.reason;
}

/**
 * What the CDN may have of it is the backfill function's, and what a removal that is not answered leaves of it as well: so
 * it is handed on first.
 */
export async function withdrawn(
  key: string,
  miss: Withdrawn,
  darkroom: Withdrawing,
): Promise<Withdrawn> {
  const [handedOn] = await Promise.allSettled([darkroom.handOn?.(miss)]);
  const [removed] = await Promise.allSettled([darkroom.derivatives.remove([key])]);
  // Nobody else would have the CDN forget what it fetched in between.
  const isLost = handedOn.status === 'rejected' || handedOn.value === false;
  const [again] = await Promise.allSettled([isLost ? darkroom.handOn?.(miss) : undefined]);
  for (const done of [handedOn, removed, again]) {
    if (done.status === 'rejected')
      darkroom.log.warn('miss-failed', { key, ...factsOf(failureOf(done.reason)) });
  }
  return miss;
}
