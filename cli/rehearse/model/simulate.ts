import { type Cloud, FC, type Work } from './cloud.ts';
import { type LongestQueue, type Minute, openCourse } from './course.ts';
import { type Instances, openInstances } from './instances.ts';
import type { Load } from './load.ts';
import { longestWait, type Oss, openOss } from './oss.ts';
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

export interface Outcome {
  uploads: number;
  /** Seconds from an upload to its last file, of those that got there. */
  ready: { uploads: number; p50: number; p95: number; p99: number; worst: number };
  /** Given up by FC because no instance was free for too long. */
  tooOld: number;
  /** Given up after the last attempt failed. */
  givenUp: number;
  queue: LongestQueue;
  endedAfterSeconds: number;
  instances: { peak: number; coldStarts: number; idleProvisionedSeconds: number };
  invocations: { count: number; seconds: number; failed: number };
  /** Attempts for which no instance was free; they cost nothing. */
  throttled: number;
  oss: { accepted: number; refused: number };
  /** Uploads under way at once, and how long each was, over the whole time. */
  mean: { underWay: number; seconds: number };
  minutes: (Minute & { readyP50?: number; readyP99?: number })[];
}

/**
 * Uploads that came in the same slot wait together, as a number; each that begins draws its own service time. So a queue
 * of millions costs no more than a short one, and what is drawn is drawn for each upload.
 */
export function simulate(rehearsal: Rehearsal): Outcome {
  const { load, cloud } = rehearsal;
  const parts = open(rehearsal);
  const waiting = openWaiting(cloud, parts.random, {
    begin: (now, cohort, count) => {
      for (let begun = 0; begun < count; begun += 1) begin(now, cohort, parts);
    },
    drop: (now, cohort) => gone(now, cohort, 'tooOld', parts),
  });
  for (let now = 0; now < load.slots || parts.sums.underWay > 0; now += 1) {
    step(now, waiting, parts);
  }
  return { ...outcomeOf(parts), throttled: waiting.throttled() };
}

interface Parts {
  rehearsal: Rehearsal;
  random: Random;
  instances: Instances;
  oss: Oss;
  tally: Tally;
  course: ReturnType<typeof openCourse>;
  /** By the slot in which something is over: attempts that failed come again, uploads leave. */
  again: Map<number, Cohort[]>;
  leaving: Int32Array;
  sums: Sums;
}

interface Sums {
  slots: number;
  underWay: number;
  /** Uploads under way, added up over all slots; and slots under way, added up over all uploads. */
  looked: number;
  stayed: number;
  left: number;
  tooOld: number;
  givenUp: number;
  coldStarts: number;
  failed: number;
  begun: number;
  busySlots: number;
  idleProvisioned: number;
}

function open(rehearsal: Rehearsal): Parts {
  const { load, work, cloud, seed } = rehearsal;
  const random = seeded(seed);
  const longest = cloud.coldStart + Math.max(...work.serviceSeconds);
  const longestWork = slotsOf(longest + longestWait(cloud.oss.retries, work)) + 2;
  const sums = { slots: 0, underWay: 0, looked: 0, stayed: 0, left: 0, tooOld: 0, givenUp: 0 };
  const work0 = { coldStarts: 0, failed: 0, begun: 0, busySlots: 0, idleProvisioned: 0 };
  return {
    rehearsal,
    random,
    instances: openInstances(cloud, longestWork),
    oss: openOss(cloud, work, longestWork),
    tally: openTally(Math.ceil(load.slots / SLOTS_A_MINUTE)),
    course: openCourse(),
    again: new Map(),
    leaving: new Int32Array(longestWork + 1),
    sums: { ...sums, ...work0 },
  };
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
  const { serviceSeconds } = work;
  const met = oss.meet(random);
  const isNew = instances.take();
  const drawn = serviceSeconds[Math.floor(random() * serviceSeconds.length)] ?? 0;
  const seconds = drawn + met.seconds + (isNew ? cloud.coldStart : 0);
  // The mean stays what it is, whatever a slot is.
  const slots = Math.max(1, Math.floor(seconds / SLOT_SECONDS + random()));
  instances.work(now, slots);
  oss.ask(now, slots);
  sums.begun += 1;
  sums.coldStarts += isNew ? 1 : 0;
  const until = now + slots;
  if (met.fails || (work.failing > 0 && random() < work.failing)) {
    fail(until, { born, failures, count: 1, throttled: 0, due: until }, parts);
    return;
  }
  tally.ready(born, until - born);
  sums.stayed += until - born;
  sums.left += 1;
  leaving[until % leaving.length] = (leaving[until % leaving.length] ?? 0) + 1;
}

/** FC tries again after 1, 2, 4 … seconds, as its documents do not say. */
function fail(until: number, cohort: Cohort, parts: Parts): void {
  const { rehearsal, again, sums } = parts;
  sums.failed += 1;
  if (cohort.failures >= rehearsal.cloud.retries) {
    gone(until, cohort, 'givenUp', parts);
    return;
  }
  const due = until + slotsOf(FC.firstRetry * 2 ** cohort.failures);
  const list = again.get(due) ?? [];
  list.push({ ...cohort, failures: cohort.failures + 1, due });
  again.set(due, list);
}

function gone(at: number, { born, count }: Cohort, why: 'tooOld' | 'givenUp', parts: Parts): void {
  const { sums, leaving } = parts;
  sums[why] += count;
  sums.stayed += (at - born) * count;
  sums.left += count;
  const isNow = why === 'tooOld';
  if (isNow) sums.underWay -= count;
  else leaving[at % leaving.length] = (leaving[at % leaving.length] ?? 0) + count;
}

function outcomeOf({ rehearsal, tally, course, oss, sums }: Parts): Omit<Outcome, 'throttled'> {
  const { load } = rehearsal;
  const [p50, p95, p99, worst] = [0.5, 0.95, 0.99, 1].map(share => tally.after(share));
  return {
    uploads: load.uploads,
    ready: {
      uploads: tally.count(),
      p50: p50 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
      worst: worst ?? 0,
    },
    tooOld: sums.tooOld,
    givenUp: sums.givenUp,
    queue: course.longestQueue(),
    endedAfterSeconds: sums.slots * SLOT_SECONDS,
    instances: {
      peak: course.peakInstances(),
      coldStarts: sums.coldStarts,
      idleProvisionedSeconds: sums.idleProvisioned * SLOT_SECONDS,
    },
    invocations: {
      count: sums.begun,
      seconds: sums.busySlots * SLOT_SECONDS,
      failed: sums.failed,
    },
    oss: { accepted: oss.accepted(), refused: oss.refused() },
    mean: {
      underWay: sums.looked / Math.max(1, sums.slots),
      seconds: (sums.stayed / Math.max(1, sums.left)) * SLOT_SECONDS,
    },
    minutes: course.minutes.map((minute, at) => ({ ...minute, ...readyIn(at, tally, load) })),
  };
}

function readyIn(minute: number, tally: Tally, load: Load) {
  if (minute * SLOTS_A_MINUTE >= load.slots) return {};
  const [p50, p99] = [tally.inMinute(minute, 0.5), tally.inMinute(minute, 0.99)];
  return p50 === undefined || p99 === undefined ? {} : { readyP50: p50, readyP99: p99 };
}
