import type { Course, LongestQueue, Minute } from './course.ts';
import type { Load } from './load.ts';
import type { Oss } from './oss.ts';
import { SLOT_SECONDS, SLOTS_A_MINUTE } from './slot.ts';
import type { Tally } from './tally.ts';
import type { Waiting } from './waiting.ts';

export interface Outcome {
  uploads: number;
  /** Seconds from an upload to its last file, of those that got there. */
  ready: { uploads: number; p50: number; p95: number; p99: number; worst: number };
  /** Of them, those of which only what is urgent is ready; the rest of their files is made later. */
  deferred: number;
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

/** Counted while the time goes by. */
export interface Sums {
  slots: number;
  underWay: number;
  /** Uploads under way, added up over all slots; and slots under way, added up over all uploads. */
  looked: number;
  stayed: number;
  left: number;
  tooOld: number;
  givenUp: number;
  deferred: number;
  coldStarts: number;
  failed: number;
  begun: number;
  busySlots: number;
  idleProvisioned: number;
  /** Ready too late for what is asked, or never. */
  late: number;
}

export function noSums(): Sums {
  const uploads = { underWay: 0, looked: 0, stayed: 0, left: 0, tooOld: 0, givenUp: 0, late: 0 };
  const attempts = {
    deferred: 0,
    begun: 0,
    failed: 0,
    coldStarts: 0,
    busySlots: 0,
    idleProvisioned: 0,
  };
  return { slots: 0, ...uploads, ...attempts };
}

interface Seen {
  load: Load;
  tally: Tally;
  course: Course;
  waiting: Waiting;
  oss: Oss;
  sums: Sums;
}

export function outcomeOf({ load, tally, course, waiting, oss, sums }: Seen): Outcome {
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
    deferred: sums.deferred,
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
    throttled: waiting.throttled(),
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
