import {
  IN_FORCE_KEY,
  type InForce,
  inForceSchema,
  PENDING_KEY,
  pendingSchema,
} from '../../core/work/in-force.ts';
import { ROLLOUT_KEY, type Run, runSchema } from '../../core/work/run.ts';
import { findRecord } from '../records.ts';
import { isStarted, startOver, startRollout } from './start-rollout.ts';
import { countTouched } from './count-touched.ts';
import type { EditContext } from './edit-context.ts';
import { rollOut } from './roll-out.ts';
import { acceptList } from './accept-list.ts';

/** How long a rollout that waits for its workers sleeps. */
const MOMENT_MS = 1000;

/**
 * Accepts what was written and carries it as far as time allows: counts a pending list, rolls out the one in force.
 * Every step starts from what the config bucket says, so it may be left and repeated anywhere. Answers whether
 * there is more to do now, for another invocation.
 */
export async function advanceEdit(context: EditContext): Promise<'more' | 'idle'> {
  let taken = await acceptList(context);
  const memory: Memory = { firstSeen: new Map() };
  const isOver = () => context.now() > context.deadline;
  const interrupted = async () => isOver() || (await editionOf(context)) !== taken;
  while (!isOver()) {
    const next = await step(context, memory, interrupted);
    if (next === 'later') return 'idle';
    if (next === 'soon') await new Promise(resolve => setTimeout(resolve, MOMENT_MS));
    if ((await editionOf(context)) !== taken) taken = await acceptList(context);
  }
  return 'more';
}

async function editionOf({ config, presetsKey }: EditContext): Promise<string | undefined> {
  return (await config.head(presetsKey))?.etag;
}

/** What this invocation saw before. */
interface Memory {
  /** By when a list was promoted. */
  firstSeen: Map<string, Date>;
  /** A rollout of another list than the one in force, and that list. */
  foreign?: string;
}

async function step(
  context: EditContext,
  memory: Memory,
  interrupted: () => Promise<boolean>,
): Promise<'now' | 'soon' | 'later'> {
  const { config, log } = context;
  const inForce = await findRecord(config, IN_FORCE_KEY, inForceSchema);
  const pending = await findRecord(config, PENDING_KEY, pendingSchema);
  const rollout = await findRecord(config, ROLLOUT_KEY, runSchema);
  // The list that people write takes its place, as soon as it is a good one: see accept-list.ts.
  if (inForce === 'unreadable') return 'later';
  if (pending === 'unreadable') {
    // A good list would have been written anew by now. The rollout of the one in force does not wait for that.
    log.error('record-unreadable', { key: PENDING_KEY });
    await config.remove([PENDING_KEY]);
    return 'now';
  }
  if (rollout === 'unreadable') {
    log.error('record-unreadable', { key: ROLLOUT_KEY });
    if (!inForce) return 'later';
    await startOver(inForce, context);
    return 'now';
  }
  if (inForce && pending && isStarted(pending, rollout)) {
    await startRollout(pending, undefined, context);
    return 'now';
  }
  if (inForce && pending?.phase === 'counting') {
    await countTouched(pending, inForce, context, interrupted);
    return 'now';
  }
  if (!inForce || !rollout) return 'later';
  const isItsOwn = rollout.presets === inForce.fingerprint;
  if (!isItsOwn) return await replace(rollout, inForce, context, memory);
  return await rollOut(rollout, seen(inForce, context, memory), context, interrupted);
}

function seen(inForce: InForce, { now }: EditContext, { firstSeen }: Memory) {
  const seenAt = firstSeen.get(inForce.promotedAt) ?? now();
  firstSeen.set(inForce.promotedAt, seenAt);
  return { ...inForce, seenAt };
}

/**
 * A write of the record that took effect long after its invocation had given up, and another list was in force. By which
 * lists the sets were made is lost with what it wrote over. What is read beside a promotion looks alike, for a moment.
 */
async function replace(
  { id }: Run,
  inForce: InForce,
  context: EditContext,
  memory: Memory,
): Promise<'now' | 'soon'> {
  const pair = `${id} ${inForce.promotedAt}`;
  if (memory.foreign !== pair) {
    memory.foreign = pair;
    return 'soon';
  }
  context.log.error('record-foreign', { key: ROLLOUT_KEY, run: id, presets: inForce.fingerprint });
  await startOver(inForce, context);
  return 'now';
}
