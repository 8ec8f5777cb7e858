import type { Actor } from './actors.ts';
import type { Faults } from './faults.ts';
import { type History, historyOf, type Tick } from './history.ts';
import type { Verdict } from './judge.ts';
import { withKnownTexts } from './known-texts.ts';
import { isAging, KEEP_MS, RETAIN_MS } from './lists.ts';
import { agedFilesAreGone, agedFilesComeBack } from './outcome/aging.ts';
import { checkAnswers } from './outcome/answers.ts';
import { checkOutcome } from './outcome/outcome.ts';
import { carryOut, replayAll, tick } from './users.ts';
import { withVirtualTime } from './virtual-time.ts';
import { type Options, type World, worldOf } from './world.ts';

export interface Ending {
  seed: number;
  verdict: Verdict | undefined;
  history: History;
  faults: Faults['hit'];
  steps: number;
}

/** One history from its first upload to its second quiet. The same options give the same ending. */
export async function simulate(
  options: Omit<Options, 'history'> & { history?: History },
): Promise<Ending> {
  const history = options.history ?? historyOf(options.seed);
  const world = worldOf({ ...options, history });
  const { stage, judge, faults } = world;
  const time = { now: () => stage.line.now, sleep: sleeper(world) };
  await withKnownTexts(() => withVirtualTime(time, () => live(world)));
  const { verdict } = judge;
  return { seed: options.seed, verdict, history, faults: faults.hit, steps: stage.line.steps };
}

/** By then the first list is in force. */
const FIRST_LIST_MS = 10_000;

async function live(world: World): Promise<void> {
  const { history, stage, judge, faults } = world;
  faults.isOff = true;
  tick('tend', 'first', world);
  await stage.line.drain();
  faults.isOff = false;
  for (const operation of history.operations) {
    stage.line.at(operation.at + FIRST_LIST_MS, () => carryOut(operation, world));
  }
  await stage.line.drain();
  faults.isOff = true;
  const phases = [checkAnswers, calmDown, comeToRest, checkOutcome, staysAtRest, growsOldAgain];
  for (const phase of phases) if (!judge.verdict) await phase(world);
}

/** What was given up is handed on again, as somebody does who repaired what was broken. */
async function calmDown(world: World): Promise<void> {
  for (let round = 0; round < 3 && world.cloud.failures.length > 0; round += 1) {
    // Its timer rings every five minutes, and what is wrong with a list is mended by it.
    tick('tend', `calm-${round}`, world);
    await world.stage.line.drain();
    replayAll(`replay-${round}`, world);
    await world.stage.line.drain();
  }
}

const HOUR = 3_600_000;

/** Retained files pass their time, and two nights pass. */
async function comeToRest(world: World): Promise<void> {
  const { line } = world.stage;
  for (const [night, wait] of [RETAIN_MS + HOUR, RETAIN_MS + HOUR, 24 * HOUR].entries()) {
    line.now += wait;
    await nightPasses(
      `night-${night}`,
      night < 2 ? ['tend', 'sweep', 'drain'] : ['sweep', 'drain'],
      world,
    );
  }
}

async function nightPasses(name: string, ticks: Tick[], world: World): Promise<void> {
  const { line } = world.stage;
  for (const what of ticks) {
    line.now += 5 * 60_000;
    tick(what, `${name} ${what}`, world);
    await line.drain();
  }
}

async function staysAtRest(world: World): Promise<void> {
  const { judge, stage } = world;
  const before = judge.changes;
  const renders = [...judge.renders.values()].reduce((sum, one) => sum + one, 0);
  stage.line.now += 25 * HOUR;
  await nightPasses('last-night', ['tend', 'sweep'], world);
  const after = [...judge.renders.values()].reduce((sum, one) => sum + one, 0);
  if (judge.changes !== before || after !== renders) {
    judge.accuse(
      'restless',
      `${judge.changes - before} changes and ${after - renders} renditions in a quiet night`,
    );
  }
}

async function growsOldAgain(world: World): Promise<void> {
  if (!world.history.operations.some(one => one.act === 'edit' && isAging(one.list))) return;
  await agedFilesComeBack(world);
  if (world.judge.verdict) return;
  world.stage.line.now += KEEP_MS + HOUR;
  await nightPasses('old again', ['sweep'], world);
  agedFilesAreGone(world);
}

const LONGEST_SLEEP_MS = 500_000;
const FOR_EVER_MS = 6 * HOUR;

/**
 * A process that looks again each second sleeps the longer the longer nothing changes, as on a busy machine, but never
 * so long that its platform ends it in its sleep.
 */
function sleeper({ stage, judge }: World) {
  const known = new WeakMap<Actor, { changes: number; slept: number }>();
  return (milliseconds: number, wake: () => void) => {
    const actor = stage.onStage;
    const before = actor && known.get(actor);
    const isIdle = before?.changes === judge.changesOfAll;
    const slept = isIdle ? before.slept : 0;
    const most = Math.max(milliseconds, Math.min(slept, LONGEST_SLEEP_MS));
    if (actor) known.set(actor, { changes: judge.changesOfAll, slept: slept + most });
    if (slept > FOR_EVER_MS)
      judge.accuse('waits-for-ever', `${actor?.name} waits for what never comes`);
    const entry = stage.line.at(stage.line.now + most, () => {
      if (actor?.isDead) return;
      stage.onStage = actor;
      wake();
    });
    const cancel = () => {
      entry.happen = undefined;
    };
    return { cancel };
  };
}
