import {
  billFor,
  computeUnits,
  INSTANCE,
  type Prices,
  usdForUnits,
} from '../../shared/core/work/cost.ts';
import { waitingSeconds, workingSeconds } from '../../shared/core/work/duration.ts';
import type { Assumptions } from './assumptions.ts';
import type { Effort } from './bench.ts';
import type { Measured } from './measure.ts';
import { billedSeconds } from './projection.ts';
import type { Rendition } from './rendition.ts';
import { placesSeen, sharesOf } from './views.ts';

/**
 * Whether a file pays for being made on upload, or for a view to make it. Its decode is nobody's: an upload decodes for
 * the files that are made with it, and for its placeholder.
 */

/** A file of one photo, in USD. `stored` is for as long as the photo is there. */
export interface FileCost {
  preset: string;
  format: Rendition['format'];
  bytes: number;
  /** Of the photo's views. */
  share: number;
  made: number;
  stored: number;
  /** By a view, and recorded after it. */
  missed: number;
  /** What that view waits for. */
  waitSeconds: number;
}

export function costsOf(
  { renditions }: Pick<Measured, 'renditions'>,
  prices: Prices,
  { views, io }: Assumptions,
): FileCost[] {
  const shares = sharesOf(renditions, views);
  return renditions.flatMap(({ miss, preset, format, bytes }, index) => {
    if (!miss) return [];
    const months = views.years * 12;
    return {
      ...{ preset, format, bytes, share: shares[index] ?? 0 },
      made: usdToMake(miss, bytes, prices),
      stored: (bytes / 1e9) * prices.gigabyteMonth * months,
      missed: usdOfMiss(miss, prices, io),
      waitSeconds: billedSeconds(miss, 1, io),
    };
  });
}

/** Beside others of an upload: its own resize and encode, and a PUT. */
function usdToMake({ cpuSeconds, aloneSeconds }: Effort, bytes: number, prices: Prices): number {
  const own = { cpuSeconds: cpuSeconds - aloneSeconds, aloneSeconds: 0 };
  const seconds = workingSeconds(own) + waitingSeconds(bytes) - waitingSeconds(0);
  const units = computeUnits({ ...INSTANCE, invocations: 0, seconds });
  return usdForUnits(units, prices) + prices.putsPer10000 / 10_000;
}

/** One lane makes it; the batch that records it waits by itself. */
export function usdOfMiss(miss: Effort, prices: Prices, io: Assumptions['io']): number {
  const { heads, gets, puts, removes } = miss.requests;
  const seconds = billedSeconds(miss, 1, io) + waitingSeconds(0, io);
  const work = { invocations: 2, seconds, puts: puts + removes, gets: heads + gets };
  return billFor(work, prices).usd;
}

export interface Choice {
  files: FileCost[];
  /** Over the photos' lives, for one photo. */
  eager: number;
  onDemand: number;
  /** From so many views of a photo on, all its files together, eager is the cheaper; undefined where it always is. */
  crossesAt: number | undefined;
}

/** Of files that are made alike: those of a preset in one format, of several photos. */
export function choiceFor(files: FileCost[], photos: number, perPhoto: number): Choice {
  const eager = files.reduce((sum, { made, stored }) => sum + made + stored, 0);
  const onDemandAt = (views: number) =>
    files.reduce(
      (sum, { share, missed, stored }) =>
        sum + placesSeen(share, { perPhoto: views }) * (missed + stored),
      0,
    );
  return {
    files,
    eager: eager / photos,
    onDemand: onDemandAt(perPhoto) / photos,
    crossesAt: crossing(onDemandAt, eager),
  };
}

const MOST_VIEWS = 1e9;

/** Where a rising function of the views reaches this, to a thousandth. */
function crossing(rising: (views: number) => number, level: number): number | undefined {
  let [low, high] = [0, MOST_VIEWS];
  if (rising(high) < level) return undefined;
  while (high - low > high / 1000) {
    const middle = high > 2 * low + 1 ? Math.sqrt((low + 0.001) * high) : (low + high) / 2;
    if (rising(middle) < level) low = middle;
    else high = middle;
  }
  return high;
}
