import { Failure } from '../../core/failure.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import {
  type Crashes,
  crashesKey,
  crashesOf,
  crashesSchema,
  newCrashes,
} from '../../core/work/unfinished.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';
import { LONG_MS } from '../removal/take-down-guard.ts';
import type { ObservedOriginal } from './observe.ts';

/** A decoder that did not come back so often is not started again for this object. */
const MOST_CRASHES = 2;

type Attempted = Pick<Darkroom, 'attempt' | 'replayedAt'>;

/**
 * Whether an earlier attempt may have crashed. FC's documents do not promise to say which attempt this is; where it does
 * not, every attempt may be a repeated one.
 */
export function mayHaveCrashed({ attempt, replayedAt }: Attempted): boolean {
  return attempt === undefined || attempt > 0 || replayedAt !== undefined;
}

type Guarding = Attempted & Pick<Darkroom, 'config' | 'now'>;

export interface CrashGuard {
  /** Right before the decoder is started. */
  raise(): Promise<void>;
  /** As soon as no decoder and no encoder is at work any more, whatever came of it. */
  lower(): Promise<void>;
}

/**
 * A picture that hangs or crashes the process leaves no report, and its event would be delivered for ever. So where
 * attempts may have crashed they are counted, in a record that only the decoder's coming back removes. Throws
 * ORIGINAL_CRASHED where there were enough of them.
 */
export async function crashGuardFor(
  { original, stored }: ObservedOriginal,
  attempt: { isBlaming: boolean },
  darkroom: Guarding,
): Promise<CrashGuard> {
  const { config, now } = darkroom;
  if (!config || !mayHaveCrashed(darkroom)) return NO_GUARD;
  const key = crashesKey(original.key);
  const count = async () => {
    const found = await findRecord(config, key, crashesSchema);
    const record = found === 'unreadable' || isSaid(found, stored) ? undefined : found;
    return crashesOf(record, original, now());
  };
  const crashes = await count();
  if (crashes >= MOST_CRASHES) {
    attempt.isBlaming = true;
    const message = `expected the decoder to survive the picture, it did not in ${crashes} attempts`;
    throw new Failure('ORIGINAL_CRASHED', message);
  }
  const next = (one: number) => newCrashes(original, one, now());
  return counting(key, { crashes, count, next }, config);
}

/** Where nobody counts. */
export const NO_GUARD: CrashGuard = { raise: nothing, lower: nothing };

interface Counted {
  /** As they were found when the attempt began. */
  crashes: number;
  /** As they are now. */
  count(): Promise<number>;
  next(crashes: number): Crashes;
}

/**
 * The record is there while a decoder is at work. What was counted is looked at again right before: meanwhile that
 * decoder may have come back and taken its count away. If it does so while ours is on its way, nobody takes away what
 * is written of it: so a write that took long is followed by one that counts ours alone.
 */
export function counting(
  place: string,
  { crashes, count, next }: Counted,
  config: ObjectStore,
): CrashGuard {
  let isUp = false;
  return {
    raise: async () => {
      isUp = true;
      const since = Date.now();
      const before = crashes === 0 ? 0 : await count();
      await writeRecord(config, place, next(before + 1));
      if (before > 0 && Date.now() - since > LONG_MS) await writeRecord(config, place, next(1));
    },
    lower: async () => {
      if (!isUp) return;
      await config.remove([place]);
      isUp = false;
    },
  };
}

async function nothing(): Promise<void> {}

/** What a manifest says is not counted twice: who has the picture tried again starts to count anew. */
function isSaid(crashes: Crashes | undefined, manifest: Manifest | undefined): boolean {
  const isBlamed = manifest?.failure?.code === 'ORIGINAL_CRASHED';
  return isBlamed && crashes !== undefined && crashes.at <= manifest.committedAt;
}

/**
 * After the manifest says that the picture crashes: whether it does. A decoder that was counted may have been at work
 * in another run; it came back where the count is gone. If it comes back later, that run finds our manifest in the place
 * of the one it knew: whichever comes second sees the other.
 */
export async function standsBlamed(
  original: string,
  { config }: Pick<Guarding, 'config'>,
): Promise<boolean> {
  if (!config) return true;
  const key = crashesKey(original);
  if ((await findRecord(config, key, crashesSchema)) === undefined) return false;
  await config.remove([key]);
  return true;
}
