import { type Cloud, FC } from './cloud.ts';
import type { Random } from './random.ts';
import { slotsOf } from './slot.ts';

/** Uploads of the same slot that have met with the same so far. */
export interface Cohort {
  born: number;
  count: number;
  /** Attempts that failed. */
  failures: number;
  /** Attempts that found no instance, since the last failure. */
  throttled: number;
  due: number;
}

/** What becomes of those that wait. */
export interface Ends {
  begin(now: number, cohort: Cohort, count: number): void;
  /** Too old for another attempt. */
  drop(now: number, cohort: Cohort): void;
}

export interface Waiting {
  /** `fresh`: whose first moment, or first after a failure, is now; `free`: how many could begin. */
  serve(now: number, fresh: Cohort[], free: number): void;
  count(): number;
  /** Attempts that were turned away. */
  throttled(): number;
}

export function openWaiting(cloud: Cloud, random: Random, ends: Ends): Waiting {
  return cloud.waiting === 'line' ? openLine(cloud, ends) : openBackOff(cloud, random, ends);
}

/** The oldest goes first. */
function openLine({ eventAge }: Cloud, { begin, drop }: Ends): Waiting {
  const line = openQueue();
  const oldest = slotsOf(eventAge);
  let count = 0;

  function join(fresh: Cohort[]): void {
    for (const cohort of fresh) {
      line.push(cohort);
      count += cohort.count;
    }
  }

  function dropLate(now: number): void {
    for (let first = line.first(); first && now - first.born > oldest; first = line.first()) {
      count -= first.count;
      drop(now, first);
      line.dropFirst();
    }
  }

  return {
    serve(now, fresh, free) {
      join(fresh);
      dropLate(now);
      let left = free;
      for (let first = line.first(); first && left > 0; first = line.first()) {
        const taken = Math.min(left, first.count);
        begin(now, first, taken);
        left -= taken;
        count -= taken;
        first.count -= taken;
        if (first.count === 0) line.dropFirst();
      }
    },
    count: () => count,
    throttled: () => 0,
  };
}

/** Each tries again when its time comes, twice as long after each attempt, whether an instance was free meanwhile or not. */
function openBackOff(cloud: Cloud, random: Random, { begin, drop }: Ends): Waiting {
  const oldest = slotsOf(Math.min(cloud.eventAge, FC.throttledFor));
  const waits = waitsOf(cloud, oldest);
  // One wait, one queue: who came first is due first.
  const queues = waits.map(openQueue);
  let count = 0;
  let throttled = 0;

  /** Adds those whose next attempt is now, and answers how many there are. */
  function addDue(now: number, due: Cohort[]): number {
    for (const queue of queues) {
      for (let first = queue.first(); first && first.due <= now; first = queue.first()) {
        due.push(first);
        count -= first.count;
        queue.dropFirst();
      }
    }
    let all = 0;
    for (const cohort of due) all += cohort.count;
    return all;
  }

  function turnAway(now: number, cohort: Cohort): void {
    const which = Math.min(cohort.throttled, waits.length - 1);
    const wait = waits[which] ?? 0;
    throttled += cohort.count;
    if (now + wait - cohort.born > oldest) {
      drop(now, cohort);
      return;
    }
    cohort.throttled += 1;
    cohort.due = now + wait;
    count += cohort.count;
    queues[which]?.push(cohort);
  }

  return {
    serve(now, due, free) {
      let left = addDue(now, due);
      let places = Math.min(free, left);
      for (const cohort of due) {
        const taken = shareOf(cohort.count, places, left, random);
        places -= taken;
        left -= cohort.count;
        if (taken > 0) begin(now, cohort, taken);
        cohort.count -= taken;
        if (cohort.count > 0) turnAway(now, cohort);
      }
    },
    count: () => count,
    throttled: () => throttled,
  };
}

/** Within a slot nobody goes first: of `free` places for `all`, those that fall to `count` of them. */
function shareOf(count: number, free: number, all: number, random: Random): number {
  if (free >= all) return count;
  const share = Math.floor((free * count) / all + random());
  return Math.max(0, free - (all - count), Math.min(share, free, count));
}

function waitsOf({ longestBackOff }: Cloud, oldest: number): number[] {
  const waits: number[] = [];
  for (let wait = slotsOf(FC.firstBackOff); ; wait *= 2) {
    waits.push(Math.min(wait, slotsOf(longestBackOff)));
    if (wait >= slotsOf(longestBackOff) || wait > oldest) return waits;
  }
}

interface Queue {
  push(cohort: Cohort): void;
  first(): Cohort | undefined;
  dropFirst(): void;
}

/** Beyond which moving what is left costs less than the memory of what is gone. */
const GONE = 4096;

function openQueue(): Queue {
  let all: Cohort[] = [];
  let head = 0;
  return {
    push: cohort => void all.push(cohort),
    first: () => all[head],
    dropFirst() {
      head += 1;
      if (head < GONE || head * 2 < all.length) return;
      all = all.slice(head);
      head = 0;
    },
  };
}
