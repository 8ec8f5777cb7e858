import type { Attempt, Cloud, Retries, Work } from './cloud.ts';
import { type Random, seeded } from './random.ts';
import { SLOT_SECONDS, slotsOf } from './slot.ts';

export interface Oss {
  /** The requests of this slot are asked, and those of earlier ones again. */
  turn(now: number): void;
  /** What an upload that begins now will meet. */
  meet(attempt: Attempt, random: Random): Met;
  /** Its requests spread over so many slots. */
  ask(attempt: Attempt, now: number, slots: number): void;
  /** Of all requests, first ones and repeated ones, in this slot. */
  refusedShare(): number;
  accepted(): number;
  refused(): number;
}

export interface Met {
  /** How much longer it takes. */
  seconds: number;
  /** A request was refused as often as it is asked: the invocation throws. */
  fails: boolean;
}

const NOTHING: Met = { seconds: 0, fails: false };

/**
 * Requests are counted, not followed: what is beyond the rate is refused, to each with the same chance, and comes again
 * after its wait. An upload draws what happens to its own requests from the share that is refused as it begins.
 */
export function openOss({ oss }: Cloud, work: Work, longestWork: number): Oss {
  const most = oss.requestsPerSecond * SLOT_SECONDS;
  const ending = new Float64Array(longestWork + 1);
  const repeats = openRepeats(oss.retries);
  const meetings = new Map(
    [work, ...(work.pressure ? [work.pressure] : [])].map((attempt: Attempt) => [
      attempt,
      openMeetings(oss.retries, { ...work, puts: attempt.puts }),
    ]),
  );
  let asking = 0;
  let accepted = 0;
  let refused = 0;
  let share = 0;
  return {
    turn(now) {
      const all = asking + repeats.due(now);
      share = all > most ? 1 - most / all : 0;
      repeats.refuse(now, asking, share);
      accepted += all * (1 - share);
      refused += all * share;
      const at = now % ending.length;
      asking = Math.max(0, asking - (ending[at] ?? 0));
      ending[at] = 0;
    },
    meet: (attempt, random) =>
      share === 0 ? NOTHING : (meetings.get(attempt)?.at(share, random) ?? NOTHING),
    ask({ puts }, now, slots) {
      const requests = puts + work.gets;
      asking += requests / slots;
      const at = (now + slots) % ending.length;
      ending[at] = (ending[at] ?? 0) + requests / slots;
    },
    refusedShare: () => share,
    accepted: () => accepted,
    refused: () => refused,
  };
}

/** Whoever is refused the last time asks no more. */
function openRepeats({ retries, minTimeout, maxTimeout, factor }: Retries) {
  const waits = Array.from({ length: retries }, (_, at) =>
    Math.max(1, slotsOf(Math.min(1.5 * minTimeout * factor ** at, maxTimeout) / 1000)),
  );
  const rings = waits.map(wait => new Float64Array(wait + 1));
  const at = (ring: Float64Array, now: number) => ring[now % ring.length] ?? 0;
  // After so many slots without a refusal nothing waits any more.
  let quietFrom = 0;
  return {
    due: (now: number) =>
      now >= quietFrom ? 0 : rings.reduce((sum, ring) => sum + at(ring, now), 0),
    refuse(now: number, first: number, share: number): void {
      if (share > 0) quietFrom = now + 2 * Math.max(...waits) + 2;
      if (now >= quietFrom) return;
      const asked = [first, ...rings.map(ring => at(ring, now))];
      rings.forEach((ring, which) => {
        ring[(now + (waits[which] ?? 0)) % ring.length] = (asked[which] ?? 0) * share;
      });
    },
  };
}

const LEVELS = 50;
const DRAWN = 512;

/** Drawn beforehand for some shares: an upload has dozens of requests, a day has millions of uploads. */
function openMeetings(retries: Retries, work: Work) {
  const levels: Met[][] = [];
  return {
    at(share: number, random: Random): Met {
      const level = Math.max(1, Math.round(share * LEVELS));
      levels[level] ??= drawn(level / LEVELS, retries, work, seeded(level));
      return levels[level]?.[Math.floor(random() * DRAWN)] ?? NOTHING;
    },
  };
}

function drawn(share: number, retries: Retries, work: Work, random: Random): Met[] {
  return Array.from({ length: DRAWN }, () => {
    let inTurn = 0;
    let besides = 0;
    let fails = false;
    for (let request = 0; request < work.puts + work.gets; request += 1) {
      const met = ofRequest(share, retries, random);
      fails ||= met.fails;
      if (request < work.inTurn) inTurn += met.seconds;
      else besides = Math.max(besides, met.seconds);
    }
    return { seconds: inTurn + besides, fails };
  });
}

function ofRequest(share: number, how: Retries, random: Random): Met {
  let seconds = 0;
  for (let attempt = 0; random() < share; attempt += 1) {
    if (attempt === how.retries) return { seconds, fails: true };
    const wait = (1 + random()) * how.minTimeout * how.factor ** attempt;
    seconds += Math.min(wait, how.maxTimeout) / 1000;
  }
  return { seconds, fails: false };
}

/** Of any upload, were all its requests refused as often as may be. */
export function longestWait({ retries, minTimeout, maxTimeout, factor }: Retries, work: Work) {
  const waits = Array.from({ length: retries }, (_, at) =>
    Math.min(2 * minTimeout * factor ** at, maxTimeout),
  );
  return ((work.inTurn + 1) * waits.reduce((sum, wait) => sum + wait, 0)) / 1000;
}
