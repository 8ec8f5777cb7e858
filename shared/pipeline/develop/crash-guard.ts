import { Failure } from '../../core/failure.ts';
import { type MadeSet, manifestOf } from '../../core/set/compose.ts';
import { manifestKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import { isCurrent } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeManifest } from '../stored-set.ts';
import type { ObservedOriginal } from './observe.ts';

/** After two attempts that did not even fail in order, the picture may crash the third, too. */
const SUSPICIOUS_ATTEMPT = 2;

/** From then on a picture is developed with no other beside it, so that what is left behind names the one that crashed. */
export function isSuspicious({ attempt }: Pick<Darkroom, 'attempt'>): boolean {
  return attempt >= SUSPICIOUS_ATTEMPT;
}

/**
 * A picture that hangs or crashes the process leaves no report, and its event would be delivered for ever. So a late
 * attempt records the failure before it decodes. Answers how to take that back where the process survives.
 */
export async function raiseCrashGuard(
  seen: ObservedOriginal,
  nothing: MadeSet,
  darkroom: Darkroom,
): Promise<() => Promise<void>> {
  const { derivatives } = darkroom;
  if (!isSuspicious(darkroom)) return async () => {};
  await writeManifest(crashManifest(seen, nothing, darkroom), derivatives);
  return async () => {
    if (seen.stored) await writeManifest(seen.stored, derivatives);
    else await derivatives.remove([manifestKey(seen.key)]);
  };
}

/** What is there stays listed; what was there of an older original is retired, as ever. */
function crashManifest(seen: ObservedOriginal, nothing: MadeSet, darkroom: Darkroom): Manifest {
  const { stored, listFingerprint } = seen;
  const message = `expected the decoder to survive the picture, it did not in ${darkroom.attempt + 1} attempts`;
  const failure = new Failure('ORIGINAL_UNDECODABLE', message);
  const now = darkroom.now().toISOString();
  if (!stored || !isCurrent({ ...seen, manifest: stored })) {
    return manifestOf(seen, { ...nothing, todo: { ...nothing.todo, entries: [] }, failure }, now);
  }
  const { code } = failure;
  const told = { failure: { code, message }, complete: false, committedAt: now };
  return { ...stored, presets: listFingerprint, ...told };
}
