import type { Failure } from '../../core/failure.ts';
import { withheldManifest } from '../../core/set/compose.ts';
import { manifestKey } from '../../core/set/keys.ts';
import { isSaidAlike, type Manifest } from '../../core/set/manifest.ts';
import { type Report, reportOf } from '../../core/set/report.ts';
import { isCurrent, WITHHELD } from '../../core/set/seen.ts';
import { agedIn } from '../../core/set/unpurged.ts';
import type { PurgeSubject } from '../../core/work/purge.ts';
import type { Darkroom } from '../darkroom.ts';
import { standingOf } from '../moderation/standing.ts';
import { keepPurge, removePurged } from '../removal/purges.ts';
import { noteUnfinished } from '../removal/take-down-guard.ts';
import { removeSet } from '../stored-set.ts';
import { commit, isAsSeen } from './commit.ts';
import type { Attempt, Judged } from './make-set.ts';
import { tendUnfinished } from './unfinished.ts';

/** Why nothing is published. */
interface Withheld {
  state: NonNullable<Manifest['state']>;
  /** It waits for the service and not for a person: no event tells when that answers. */
  isUnjudged: boolean;
}

/** Not only the same bytes: a sweep would hand over each night what its manifest does not say of the object. */
function isAsStored(seen: Judged, stored: Manifest): boolean {
  const { original } = seen;
  const isSame = stored.original.etag === original.etag && isSaidAlike(stored.original, original);
  return isSame && isCurrent({ ...seen, manifest: stored });
}

/** By the verdict that was found on the way, or that was not to be had. */
export function withheldIn({ facts }: Failure): Withheld {
  return {
    state: facts.state === 'blocked' ? 'blocked' : 'held',
    isUnjudged: facts.isBudget === true,
  };
}

/**
 * Leaves a manifest that says so and nothing else, as a take-down does: first the manifest, then all files, until a
 * listing proves that none is left, whatever the manifest said and whoever wrote them. Undefined where something moved.
 */
export async function withhold(
  seen: Judged,
  { state, isUnjudged }: Withheld,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<Report | undefined> {
  const { key, stored } = seen;
  if (isUnjudged) await noteUnfinished(key, darkroom);
  const isSaid = stored?.state === state && isAsStored(seen, stored);
  const manifest = isSaid ? stored : withheldManifest(seen, state, darkroom.now().toISOString());
  await keepCached(seen, darkroom);
  const committed = isSaid ? seen : await commit(manifest, seen, darkroom);
  if (!committed) return undefined;
  const removed = await removeWithheld(key, darkroom);
  if (removed.length > 0 && !(await isAsSeen(committed, darkroom))) return undefined;
  if (!isSaid && (await isSpokenOf(seen, darkroom))) return undefined;
  if (!isUnjudged) await tendUnfinished(seen, [], darkroom);
  const outcome = isSaid && removed.length === 0 ? 'settled' : 'withheld';
  return reportOf(attempt, { outcome, reason: WITHHELD[state], manifest, removed: removed.length });
}

/** What the CDN has more than the bucket, the manifest alone says that goes. */
async function keepCached({ key, stored }: Judged, darkroom: Darkroom): Promise<void> {
  const aged = agedIn(stored);
  if (stored?.unpurged || aged.length > 0) await keepPurge(purgeOf(key, aged), darkroom);
}

/** By a person, since the look before: of other keys with the same bytes nobody else would come. */
async function isSpokenOf(seen: Judged, darkroom: Darkroom): Promise<boolean> {
  const now = await standingOf({ ...seen, manifest: seen.stored }, darkroom);
  const [before, after] = [seen.standing, now].map(one => one?.review?.acts.length ?? 0);
  return before !== after;
}

/** A view that took its file back says so (`expectsTakeDown`): the CDN may have that, though nothing is there any more. */
async function removeWithheld(key: string, darkroom: Darkroom): Promise<string[]> {
  const removed = await removeSet(key, darkroom.derivatives, {
    isKept: one => one === manifestKey(key),
    around: (there, remove) => {
      const files = there.map(file => file.key);
      return removePurged(purgeOf(key, files), darkroom, remove);
    },
  });
  if (removed.length === 0 && darkroom.expectsTakeDown) await keepPurge(purgeOf(key, []), darkroom);
  return removed;
}

/** Of all that there is or was. */
function purgeOf(key: string, files: string[]): PurgeSubject {
  const all = [...new Set([...files, manifestKey(key)])];
  return { class: 'takedown', directory: `${key}/`, files: all };
}
