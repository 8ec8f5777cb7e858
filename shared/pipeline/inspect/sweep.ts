import {
  isOfOldWalk,
  isOver,
  newSweep,
  nothingWalked,
  pageKey,
  pageSchema,
  SWEEP_KEY,
  type Sweep,
  sweepSchema,
} from '../../core/work/sweep.ts';
import { findRecord } from '../records.ts';
import { refusalToRemove } from './orphans.ts';
import {
  give,
  isLate,
  removePages,
  removeStrayPages,
  type SweepContext,
  save,
  toPhase,
} from './sweep-state.ts';
import { lookAtTakedowns } from './sweep-take-downs.ts';
import { lookAtUnfinished } from './sweep-unfinished.ts';
import { walkAll } from './sweep-walk.ts';

/**
 * Goes on with the sweep that is under way, or starts one if it is asked to and the last one is over. What no event told
 * is found here: first the take-downs that are not carried out in full, and the work that did not end in order; then the
 * walk over both buckets, which hands over what was lost as it finds it; and only once all is walked, and orphans are few
 * enough, the sets whose original is gone.
 */
export async function sweep(context: SweepContext, start: boolean): Promise<'more' | 'idle'> {
  const state = await stateOf(context, start);
  if (!state) return 'idle';
  while (!isOver(state)) {
    const isDone = await PHASES[state.phase as keyof typeof PHASES](state, context);
    if (!isDone) return 'more';
  }
  const isRefused = state.phase === 'refused' || state.heldBack > 0;
  context.log[isRefused ? 'error' : 'info']('sweep-ended', state);
  return 'idle';
}

/** Each answers whether it is done, in time. */
const PHASES = {
  takedowns: async (state, context) =>
    (await lookAtTakedowns(state, context)) && (await toPhase(state, 'unfinished', context)),
  unfinished: async (state, context) =>
    (await lookAtUnfinished(state, context)) && (await toPhase(state, 'walking', context)),
  walking: async (state, context) =>
    (await walkAll(state, context)) && (await conclude(state, context)),
  'handing-over': handOverAll,
} as const satisfies Record<
  Exclude<Sweep['phase'], 'done' | 'refused'>,
  (state: Sweep, context: SweepContext) => Promise<boolean>
>;

async function stateOf(context: SweepContext, start: boolean): Promise<Sweep | undefined> {
  const found = await findRecord(context.config, SWEEP_KEY, sweepSchema);
  if (found === 'unreadable') context.log.error('record-unreadable', { key: SWEEP_KEY });
  const state = found === 'unreadable' ? undefined : found;
  if (!state || isOver(state)) {
    if (!start) return undefined;
    await removeStrayPages(context);
    return newSweep(context.now());
  }
  if (!isOfOldWalk(state)) return state;
  await removePages(state, context);
  const { cursor: _, ...rest } = state;
  return { ...rest, ...nothingWalked() };
}

/** Nothing was handed over before this: a wiped originals bucket looks right up to the last set. */
async function conclude(state: Sweep, context: SweepContext): Promise<true> {
  const found = { orphans: state.orphans.objects, files: state.walked.objects };
  const reason = refusalToRemove(found, context.maxShare, 'DARKROOM_SWEEP_MAX_SHARE');
  if (!reason) return await toPhase(state, 'handing-over', context);
  await removePages(state, context);
  state.reason = reason;
  return await toPhase(state, 'refused', context);
}

async function handOverAll(state: Sweep, context: SweepContext): Promise<boolean> {
  while (state.handedOver.pages < state.pages) {
    if (isLate(context)) return false;
    const key = pageKey(state.id, state.handedOver.pages);
    const page = await findRecord(context.config, key, pageSchema);
    // The next sweep finds the same sets.
    if (page === 'unreadable') context.log.error('record-unreadable', { key });
    const keys = page === 'unreadable' ? [] : [...new Set(page ?? [])];
    await give(keys, { mode: 'settle', isDoubted: true }, state, context);
    const { pages, originals } = state.handedOver;
    const handedOver = { pages: pages + 1, originals: originals + keys.length };
    await save(state, { handedOver }, context);
  }
  await removePages(state, context);
  return await toPhase(state, 'done', context);
}
