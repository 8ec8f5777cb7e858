import { binomial, type Random } from './random.ts';
import { SLOTS_A_MINUTE } from './slot.ts';

/** When uploads come. */
export interface Load {
  slots: number;
  uploads: number;
  /** Asked once for each slot, in their order. */
  in(slot: number, random: Random): number;
}

/** Exactly so many in each minute, at any moment of it. */
export function byMinute(uploads: number[]): Load {
  let left = 0;
  return {
    slots: uploads.length * SLOTS_A_MINUTE,
    uploads: uploads.reduce((sum, count) => sum + count, 0),
    in(slot, random) {
      const within = slot % SLOTS_A_MINUTE;
      if (within === 0) left = uploads[slot / SLOTS_A_MINUTE] ?? 0;
      const count = binomial(left, 1 / (SLOTS_A_MINUTE - within), random);
      left -= count;
      return count;
    },
  };
}

/** One at each of these seconds: for what was measured. @internal */
export function atSeconds(times: number[]): Load {
  const counts = new Map<number, number>();
  let last = -1;
  for (const time of times) {
    const slot = Math.floor((time * SLOTS_A_MINUTE) / 60);
    counts.set(slot, (counts.get(slot) ?? 0) + 1);
    last = Math.max(last, slot);
  }
  return {
    slots: last + 1,
    uploads: times.length,
    in: slot => counts.get(slot) ?? 0,
  };
}

/** A day of an application that people open in the evening. It begins when few are awake, so that a night follows the spike. */
export interface Day {
  /** Of a day without a spike. */
  uploadsPerDay: number;
  /** In times the usual peak, all at once and without a word before; 1 for a day without one. */
  spike: number;
  spikeHours: number;
}

export const DAY_BEGINS_HOUR = 6;
const BUSIEST_HOUR = 21;
const QUIETEST_HOUR = 5;
export const SPIKE_BEGINS_HOUR = 20;
/** The busiest minute has five times the uploads of the quietest, so it has 5/3 of the mean. */
const SWING = 2 / 3;

/** Uploads in each minute. */
export function weiboDay({ uploadsPerDay, spike, spikeHours }: Day): number[] {
  const mean = uploadsPerDay / 1440;
  const usualPeak = mean * (1 + SWING);
  const spikeFrom = (SPIKE_BEGINS_HOUR - DAY_BEGINS_HOUR) * 60;
  const rate = (minute: number) => {
    const sinceSpike = minute - spikeFrom;
    if (spike > 1 && sinceSpike >= 0 && sinceSpike < spikeHours * 60) return usualPeak * spike;
    return mean * (1 + SWING * swingAt(DAY_BEGINS_HOUR + minute / 60));
  };
  return whole(Array.from({ length: 1440 }, (_, minute) => rate(minute)));
}

/** From -1 at the quietest hour to 1 at the busiest; it falls faster than it rises. */
function swingAt(hour: number): number {
  const rising = BUSIEST_HOUR - QUIETEST_HOUR;
  const since = (hour - QUIETEST_HOUR) % 24;
  const share = since < rising ? since / rising : 1 + (since - rising) / (24 - rising);
  return -Math.cos(share * Math.PI);
}

/** Whole numbers whose sums are those of the rates. */
function whole(rates: number[]): number[] {
  let sum = 0;
  return rates.map(rate => {
    const before = Math.round(sum);
    sum += rate;
    return Math.round(sum) - before;
  });
}
