import { SLOT_SECONDS, SLOTS_A_MINUTE } from './slot.ts';

/** How many were ready after how long: in all to the slot, for each minute of upload to a fifth of itself. */
export interface Tally {
  ready(born: number, slots: number): void;
  count(): number;
  /** In seconds, of all; 1 is the longest. */
  after(share: number): number;
  /** In seconds, of those that were uploaded in that minute; undefined where there are none. */
  inMinute(minute: number, share: number): number | undefined;
}

/** Of a doubling: each bucket ends 19 % after the one before. */
const BUCKETS_A_DOUBLING = 4;
const BUCKETS = 100;
/** Looked up rather than computed: most uploads are ready within minutes. */
const FAST = Uint8Array.from({ length: 4096 }, (_, slots) => bucketOf(slots));

function bucketOf(slots: number): number {
  return Math.min(BUCKETS - 1, Math.floor(Math.log2(Math.max(1, slots)) * BUCKETS_A_DOUBLING));
}

export function openTally(minutes: number): Tally {
  let all = new Float64Array(2 ** 14);
  const byMinute = new Uint32Array(Math.max(1, minutes) * BUCKETS);
  let count = 0;

  function room(slots: number): void {
    if (slots < all.length) return;
    const larger = new Float64Array(2 ** Math.ceil(Math.log2(slots + 1)));
    larger.set(all);
    all = larger;
  }

  return {
    ready(born, slots) {
      room(slots);
      all[slots] = (all[slots] ?? 0) + 1;
      count += 1;
      const minute = Math.floor(born / SLOTS_A_MINUTE);
      const bucket = minute * BUCKETS + (FAST[slots] ?? bucketOf(slots));
      byMinute[bucket] = (byMinute[bucket] ?? 0) + 1;
    },
    count: () => count,
    after: share => (count === 0 ? 0 : at(all, share * count) * SLOT_SECONDS),
    inMinute(minute, share) {
      const buckets = byMinute.subarray(minute * BUCKETS, (minute + 1) * BUCKETS);
      const some = buckets.reduce((sum, one) => sum + one, 0);
      if (some === 0) return undefined;
      return 2 ** ((at(buckets, share * some) + 1) / BUCKETS_A_DOUBLING) * SLOT_SECONDS;
    },
  };
}

/** The first place up to which there are so many. */
function at(counts: Float64Array | Uint32Array, many: number): number {
  let sum = 0;
  for (let place = 0; place < counts.length; place += 1) {
    sum += counts[place] ?? 0;
    if (sum >= many && sum > 0) return place;
  }
  return counts.length - 1;
}
