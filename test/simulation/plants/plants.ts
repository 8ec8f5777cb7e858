import type { Actor } from '../actors.ts';
import type { Env } from '../wiring.ts';
import type { Plant } from '../world.ts';
import {
  barePrefix,
  droppedFirst,
  manifestFirst,
  otherBytes,
  quietDelete,
  swallowedWriteError,
  writesOriginals,
} from './files.ts';
import {
  clearsOnAGuess,
  firstPageOnly,
  focusPassedOver,
  listNotLookedAt,
  noLookAfter,
  noLookBefore,
} from './looks.ts';
import {
  ageOfOldKept,
  notNoted,
  nothingIsSettled,
  retireListDropped,
  twoVersions,
} from './manifests.ts';
import { notRethrown, sweepHandsNothing, throwsAnError, urlDecoded } from './messages.ts';
import {
  noTombstone,
  purgeAfterRemoval,
  purgeForgotten,
  recordLast,
  takedownsNotLookedFor,
} from './removal.ts';

/** Faults that somebody might put into the code, put around it from outside. */

/** Of the functions alone: people's commands have a space in their names. */
const ofFunctions =
  (change: (env: Env, actor: Actor) => Env) =>
  (env: Env, actor: Actor): Env =>
    actor.name.includes(' ') ? env : change(env, actor);

/**
 * Each with the number of seeds within which it is found, from the first, or from one that is stated where only a few of
 * all histories come to it.
 */
export const plants: Record<string, Plant & { within: number; from?: number }> = {
  'manifest first': { env: ofFunctions(manifestFirst), within: 400 },
  'no look after the commit': { env: ofFunctions(noLookAfter), within: 400, from: 560 },
  'no look before the commit': { env: ofFunctions(noLookBefore), within: 50 },
  'the list is not looked at again': { env: ofFunctions(listNotLookedAt), within: 400 },
  'a set is cleared by its bare prefix': { env: ofFunctions(barePrefix), within: 40, from: 115 },
  'a write error is swallowed': { env: ofFunctions(swallowedWriteError), within: 400 },
  'a key is URL-decoded': { handler: urlDecoded, within: 50 },
  'the list of retired files is dropped': { env: ofFunctions(retireListDropped), within: 50 },
  'a take-down is not looked for': { env: ofFunctions(takedownsNotLookedFor), within: 400 },
  'a failing batch is not thrown again': {
    handler: notRethrown('backfill'),
    within: 40,
    from: 400,
  },
  'a failing upload is not thrown again': {
    handler: notRethrown('on-object-changed'),
    within: 400,
  },
  'a purge is written after the removal': { env: purgeAfterRemoval, within: 40, from: 240 },
  'a purge is forgotten': { env: purgeForgotten, within: 50 },
  'a quiet delete is believed': { env: quietDelete, within: 50 },
  'a take-down leaves no tombstone': { env: noTombstone, within: 400 },
  'a take-down is recorded last': { env: recordLast, within: 400 },
  'only the first page is rolled out': { env: ofFunctions(firstPageOnly), within: 400 },
  'an encoder answers by chance': { env: otherBytes, within: 50 },
  'a manifest names two versions': { env: ofFunctions(twoVersions), within: 50 },
  'a set is cleared on a guess': { env: ofFunctions(clearsOnAGuess), within: 40, from: 320 },
  'what an uploader says of a focus is passed over': {
    env: ofFunctions(focusPassedOver),
    within: 400,
  },
  'what is left for later under pressure is not noted': { env: notNoted, within: 400 },
  'what `keep` drops goes before the manifest says so': {
    env: ofFunctions(droppedFirst),
    within: 60,
  },
  'what a view brought back is taken for old': { env: ofFunctions(ageOfOldKept), within: 400 },
  'an original is written': { env: ofFunctions(writesOriginals), within: 50 },
  'nothing is ever settled': { env: ofFunctions(nothingIsSettled), within: 50 },
  'an error that is no failure is thrown': { handler: throwsAnError, within: 50 },
  'the sweep hands over nothing': { handler: sweepHandsNothing, within: 400 },
};
