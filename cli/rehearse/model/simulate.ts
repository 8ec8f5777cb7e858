import { type Attempt, type Cloud, FC, type Work } from './cloud.ts';
import { type Course, openCourse } from './course.ts';
import { type Instances, openInstances } from './instances.ts';
import type { Load } from './load.ts';
import { longestWait, type Oss, openOss } from './oss.ts';
import { noSums, type Outcome, outcomeOf, type Sums } from './outcome.ts';
import { type Random, seeded } from './random.ts';
import { SLOT_SECONDS, SLOTS_A_MINUTE, slotsOf } from './slot.ts';
import { openTally, type Tally } from './tally.ts';
import { type Cohort, openWaiting, type Waiting } from './waiting.ts';

export interface Rehearsal {
  load: Load;
  work: Work;
  cloud: Cloud;
  seed: number;
}

/**
 * Uploads that came in the same slot wait together, as a number; each that begins draws its own service time. So a queue
 * of millions costs no more than a short one, and what is drawn is drawn for each upload.
 */
export function simulate(rehearsal: Rehearsal): Outcome {
  const parts = open(rehearsal);
  const waiting = waitingFor(parts);
  for (let now = 0; isGoingOn(now, parts); now += 1) step(now, waiting, parts);
  return outcomeOf({ ...parts, waiting, load: rehearsal.load });
}

/** Whether of 100 uploads 99 are ready within that time and none is lost; it ends as soon as they are not. */
export function holds(rehearsal: Rehearsal, readyP99Seconds: number): boolean {
  const parts = open(rehearsal, slotsOf(readyP99Seconds));
  const waiting = waitingFor(parts);
  const { sums } = parts;
  const most = rehearsal.load.uploads / 100;
  for (let now = 0; isGoingOn(now, parts); now += 1) {
    step(now, waiting, parts);
    if (sums.late > most || sums.tooOld + sums.givenUp > 0) return false;
  }
  return true;
}

interface Parts {
  rehearsal: Rehearsal;
  random: Random;
  instances: Instances;
  oss: Oss;
  tally: Tally;
  course: Course;
  /** By the slot in which something is over: attempts that failed come again, uploads leave. */
  again: Map<number, Cohort[]>;
  leaving: Int32Array;
  sums: Sums;
  /** More slots than these are late. */
  patience: number;
}

function open(rehearsal: Rehearsal, patience = Number.POSITIVE_INFINITY): Parts {
  const { load, work, cloud, seed } = rehearsal;
  const { serviceSeconds, pressure } = work;
  const longest =
    cloud.coldStart + longestOf([...serviceSeconds, ...(pressure?.serviceSeconds ?? [])]);
  const longestWork = slotsOf(longest + longestWait(cloud.oss.retries, work)) + 2;
  return {
    rehearsal,
    patience,
    random: seeded(seed),
    instances: openInstances(cloud, longestWork),
    oss: openOss(cloud, work, longestWork),
    tally: openTally(Math.ceil(load.slots / SLOTS_A_MINUTE)),
    course: openCourse(),
    again: new Map(),
    leaving: new Int32Array(longestWork + 1),
    sums: noSums(),
  };
}

function longestOf(seconds: number[]): number {
  return seconds.reduce((longest, one) => Math.max(longest, one), 0);
}

function waitingFor(parts: Parts): Waiting {
  return openWaiting(parts.rehearsal.cloud, parts.random, {
    begin: (now, cohort, count) => {
      for (let begun = 0; begun < count; begun += 1) begin(now, cohort, parts);
    },
    drop: (now, cohort) => {
      parts.sums.underWay -= cohort.count;
      gone(now, cohort, 'tooOld', parts);
    },
  });
}

function isGoingOn(now: number, { rehearsal, sums }: Parts): boolean {
  return now < rehearsal.load.slots || sums.underWay > 0;
}

function step(now: number, waiting: Waiting, parts: Parts): void {
  const { instances, oss, course, sums } = parts;
  leave(now, parts);
  instances.turn(now);
  oss.turn(now);
  waiting.serve(now, freshAt(now, parts), instances.free());
  const [alive, busy] = [instances.alive(), instances.busy()];
  const look = { waiting: waiting.count(), alive, busy, refusedShare: oss.refusedShare() };
  course.look(now, look);
  sums.slots = now + 1;
  sums.looked += sums.underWay;
  sums.busySlots += busy;
  sums.idleProvisioned += Math.max(0, parts.rehearsal.cloud.provisioned - busy);
}

function leave(now: number, { leaving, sums }: Parts): void {
  const at = now % leaving.length;
  sums.underWay -= leaving[at] ?? 0;
  leaving[at] = 0;
}

function freshAt(now: number, parts: Parts): Cohort[] {
  const { rehearsal, random, course, again, sums } = parts;
  const fresh = again.get(now) ?? [];
  again.delete(now);
  const count = now < rehearsal.load.slots ? rehearsal.load.in(now, random) : 0;
  if (count === 0) return fresh;
  sums.underWay += count;
  course.uploaded(now, count);
  fresh.push({ born: now, count, failures: 0, throttled: 0, due: now });
  return fresh;
}

function begin(now: number, { born, failures }: Cohort, parts: Parts): void {
  const { rehearsal, random, instances, oss, tally, leaving, sums } = parts;
  const { cloud, work } = rehearsal;
  const attempt = attemptOf(now, { born, failures }, work);
  const { serviceSeconds } = attempt;
  const met = oss.meet(attempt, random);
  const isNew = instances.take();
  const drawn = serviceSeconds[Math.floor(random() * serviceSeconds.length)] ?? 0;
  const seconds = drawn + met.seconds + (isNew ? cloud.coldStart : 0);
  // The mean stays what it is, whatever a slot is.
  const slots = Math.max(1, Math.floor(seconds / SLOT_SECONDS + random()));
  instances.work(now, slots);
  oss.ask(attempt, now, slots);
  sums.begun += 1;
  sums.coldStarts += isNew ? 1 : 0;
  const until = now + slots;
  if (met.fails || (work.failing > 0 && random() < work.failing)) {
    fail(until, { born, failures, count: 1, throttled: 0, due: until }, parts);
    return;
  }
  if (attempt === work.pressure) sums.deferred += 1;
  tally.ready(born, until - born);
  if (until - born > parts.patience) sums.late += 1;
  sums.stayed += until - born;
  sums.left += 1;
  leaveAt(until, leaving);
}

/** As the function decides: a later attempt makes all. */
function attemptOf(
  now: number,
  { born, failures }: Pick<Cohort, 'born' | 'failures'>,
  work: Work,
): Attempt {
  const { pressure } = work;
  const waited = (now - born) * SLOT_SECONDS;
  return pressure && failures === 0 && waited > pressure.afterSeconds ? pressure : work;
}

function leaveAt(until: number, leaving: Int32Array): void {
  const at = until % leaving.length;
  leaving[at] = (leaving[at] ?? 0) + 1;
}

/** FC tries again after 1, 2, 4 … seconds: a guess, its documents do not say. */
function fail(until: number, cohort: Cohort, parts: Parts): void {
  const { rehearsal, again, leaving, sums } = parts;
  const { retries, eventAge } = rehearsal.cloud;
  const due = until + slotsOf(FC.firstRetry * 2 ** cohort.failures);
  sums.failed += 1;
  if (cohort.failures >= retries || due - cohort.born > slotsOf(eventAge)) {
    leaveAt(until, leaving);
    gone(until, cohort, 'givenUp', parts);
    return;
  }
  const list = again.get(due) ?? [];
  list.push({ ...cohort, failures: cohort.failures + 1, due });
  again.set(due, list);
}

function gone(at: number, cohort: Cohort, why: 'tooOld' | 'givenUp', { sums }: Parts): void {
  const { born, count } = cohort;
  sums[why] += count;
  sums.stayed += (at - born) * count;
  sums.left += count;
}
