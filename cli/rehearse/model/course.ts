import { SLOT_SECONDS, SLOTS_A_MINUTE } from './slot.ts';

/** What can be seen of one slot. */
export interface Look {
  waiting: number;
  alive: number;
  busy: number;
  /** Of the requests to OSS. */
  refusedShare: number;
}

/** The most of each minute. */
export interface Minute extends Look {
  uploads: number;
}

export interface Course {
  uploaded(now: number, count: number): void;
  look(now: number, look: Look): void;
  minutes: Minute[];
  longestQueue(): LongestQueue;
  peakInstances(): number;
}

export interface LongestQueue {
  uploads: number;
  atSeconds: number;
  /** From then on, until for the first time none waits. */
  drainedAfterSeconds: number;
}

export function openCourse(): Course {
  const minutes: Minute[] = [];
  let longest = 0;
  let longestAt = 0;
  let drainedAt: number | undefined = 0;
  let peak = 0;

  function minuteOf(now: number): Minute {
    const at = Math.floor(now / SLOTS_A_MINUTE);
    minutes[at] ??= { uploads: 0, waiting: 0, alive: 0, busy: 0, refusedShare: 0 };
    return minutes[at];
  }

  return {
    uploaded(now, count) {
      minuteOf(now).uploads += count;
    },
    look(now, look) {
      const minute = minuteOf(now);
      minute.waiting = Math.max(minute.waiting, look.waiting);
      minute.alive = Math.max(minute.alive, look.alive);
      minute.busy = Math.max(minute.busy, look.busy);
      minute.refusedShare = Math.max(minute.refusedShare, look.refusedShare);
      peak = Math.max(peak, look.alive);
      if (look.waiting > longest) {
        longest = look.waiting;
        longestAt = now;
        drainedAt = undefined;
      } else if (look.waiting === 0) drainedAt ??= now;
    },
    minutes,
    longestQueue: () => ({
      uploads: longest,
      atSeconds: longestAt * SLOT_SECONDS,
      drainedAfterSeconds: ((drainedAt ?? longestAt) - longestAt) * SLOT_SECONDS,
    }),
    peakInstances: () => peak,
  };
}
