import { manifestOf } from '../../core/set/compose.ts';
import { Failure } from '../../core/failure.ts';
import { manifestKey } from '../../core/set/keys.ts';
import { isSameObject, type Manifest } from '../../core/set/manifest.ts';
import type { Plan } from '../../core/set/plan.ts';
import { putManifest } from './commit.ts';
import type { Darkroom } from '../darkroom.ts';
import type { WantedSight } from './observe.ts';

/** Two attempts that did not even fail in order: the third may well be killed by the picture too. */
const SUSPICIOUS_ATTEMPT = 2;

/** From then on a picture is developed with no other beside it, so that a warning left behind names who killed. */
export function isSuspicious({ attempt }: Darkroom): boolean {
  return attempt >= SUSPICIOUS_ATTEMPT;
}

/**
 * Runs the decoder. A picture that hangs or kills the process leaves no word of it, and would come back for
 * ever; so a late attempt records the failure first, and takes it back if it lives to tell what happened.
 */
export async function forewarned<T>(
  sight: WantedSight,
  todo: Plan,
  darkroom: Darkroom,
  decode: () => Promise<T | undefined>,
): Promise<T | undefined> {
  if (!isSuspicious(darkroom)) return await decode();
  await putManifest(warningFor(sight, todo, darkroom), darkroom);
  const takeBack = async () => {
    if (sight.stored) await putManifest(sight.stored, darkroom);
    else await darkroom.derivatives.remove([manifestKey(sight.key)]);
  };
  try {
    const made = await decode();
    if (made === undefined) await takeBack();
    return made;
  } catch (thrown) {
    await takeBack();
    throw thrown;
  }
}

/** What is there stays listed; what was there of an older original is retired, as ever. */
function warningFor(sight: WantedSight, todo: Plan, darkroom: Darkroom): Manifest {
  const { stored, original, presets } = sight;
  const message = `expected the decoder to survive the picture, it did not in ${darkroom.attempt + 1} attempts`;
  const failure = new Failure('ORIGINAL_UNDECODABLE', message);
  const now = darkroom.now().toISOString();
  if (stored && isSameObject(stored.original, original)) {
    const { code } = failure;
    return { ...stored, presets, complete: false, failure: { code, message }, committedAt: now };
  }
  const nothing = { picture: undefined, placeholder: undefined, outcomes: [] };
  return manifestOf({ ...sight, ...nothing, todo: { ...todo, entries: [] }, failure, now });
}
