import { Failure } from '../../core/failure.ts';
import type { OriginalObject } from '../../core/set/manifest.ts';
import { crashesKey, crashesOf, crashesSchema, newCrashes } from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';

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
  /** As soon as it came back, whatever it said. */
  lower(): Promise<void>;
}

/**
 * A picture that hangs or crashes the process leaves no report, and its event would be delivered for ever. So where
 * attempts may have crashed they are counted, in a record that only the decoder's coming back removes. Throws
 * ORIGINAL_CRASHED where there were enough of them.
 */
export async function crashGuardFor(
  original: OriginalObject,
  darkroom: Guarding,
): Promise<CrashGuard> {
  const { config, now } = darkroom;
  if (!config || !mayHaveCrashed(darkroom)) return { raise: nothing, lower: nothing };
  const key = crashesKey(original.key);
  const found = await findRecord(config, key, crashesSchema);
  const crashes = crashesOf(found === 'unreadable' ? undefined : found, original, now());
  if (crashes >= MOST_CRASHES) throw await blamed(crashes, key, config);
  let isUp = false;
  return {
    raise: async () => {
      isUp = true;
      await writeRecord(config, key, newCrashes(original, crashes + 1, now()));
    },
    lower: async () => {
      if (!isUp) return;
      await config.remove([key]);
      isUp = false;
    },
  };
}

async function nothing(): Promise<void> {}

/** From here on the manifest says it; who has it tried again starts to count anew. */
async function blamed(crashes: number, key: string, config: NonNullable<Darkroom['config']>) {
  await config.remove([key]);
  const message = `expected the decoder to survive the picture, it did not in ${crashes} attempts`;
  return new Failure('ORIGINAL_CRASHED', message);
}
