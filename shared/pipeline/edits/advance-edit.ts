import {
  IN_FORCE_KEY,
  inForceSchema,
  PENDING_KEY,
  pendingSchema,
} from '../../core/work/in-force.ts';
import { ROLLOUT_KEY, runSchema } from '../../core/work/run.ts';
import { readRecord } from '../records.ts';
import { begin, isBegun } from './start-rollout.ts';
import { count } from './count-touched.ts';
import type { Desk } from './desk.ts';
import { rollOut } from './roll-out.ts';
import { takeUp } from './accept-list.ts';

/** How long a rollout that waits for its workers sleeps. */
const MOMENT_MS = 1000;

/**
 * Takes up what was written and carries it as far as time allows: counts a pending list, rolls out the one in force.
 * Every step starts from what the config bucket says, so it may be left and repeated anywhere. Answers whether
 * there is more to do now, for another invocation.
 */
export async function tend(desk: Desk): Promise<'more' | 'idle'> {
  await takeUp(desk);
  let taken = await editionOf(desk);
  const isOver = () => desk.now() > desk.deadline;
  const interrupted = async () => isOver() || (await editionOf(desk)) !== taken;
  while (!isOver()) {
    const edition = await editionOf(desk);
    if (edition !== taken) await takeUp(desk);
    taken = edition;
    const next = await step(desk, interrupted);
    if (next === 'later') return 'idle';
    if (next === 'soon') await new Promise(resolve => setTimeout(resolve, MOMENT_MS));
  }
  return 'more';
}

async function editionOf({ config, presetsKey }: Desk): Promise<string | undefined> {
  return (await config.head(presetsKey))?.etag;
}

async function step(
  desk: Desk,
  interrupted: () => Promise<boolean>,
): Promise<'now' | 'soon' | 'later'> {
  const { config } = desk;
  const inForce = await readRecord(config, IN_FORCE_KEY, inForceSchema);
  const pending = await readRecord(config, PENDING_KEY, pendingSchema);
  const rollout = await readRecord(config, ROLLOUT_KEY, runSchema);
  if (inForce && pending && isBegun(pending, rollout)) {
    await begin(pending, undefined, desk);
    return 'now';
  }
  if (inForce && pending?.phase === 'counting') {
    await count(pending, inForce, desk, interrupted);
    return 'now';
  }
  return inForce && rollout ? await rollOut(rollout, inForce, desk, interrupted) : 'later';
}
