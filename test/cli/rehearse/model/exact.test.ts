import { describe, expect, it } from 'vitest';
import type { Cloud, Work } from '../../../../cli/rehearse/model/cloud.ts';
import { atSeconds } from '../../../../cli/rehearse/model/load.ts';
import { seeded } from '../../../../cli/rehearse/model/random.ts';
import { simulate } from '../../../../cli/rehearse/model/simulate.ts';
import { simulateExactly } from '../../../support/exact-simulation.ts';
import { A_SECOND, AMPLE } from '../../../support/rehearsals.ts';

/** So many a second for so many seconds, one piece after the other, at any moment of it. */
function loadOf(pieces: { rate: number; seconds: number }[]): number[] {
  const random = seeded(11);
  let from = 0;
  return pieces.flatMap(({ rate, seconds }) => {
    const begin = from;
    from += seconds;
    return Array.from({ length: rate * seconds }, () => begin + random() * seconds).sort(
      (a, b) => a - b,
    );
  });
}

const usual = { rate: 6, seconds: 300 };
const spike = { rate: 40, seconds: 240 };
const SPIKE = loadOf([usual, spike, usual]);
const serviceSeconds = [0.4, 0.9, 1.1, 1.3, 2.3];
const oss = (requestsPerSecond: number) => ({
  oss: { requestsPerSecond, retries: AMPLE.oss.retries },
});

interface Case {
  name: string;
  cloud: Partial<Cloud>;
  work?: Partial<Work>;
}

const CASES: Case[] = [
  { name: 'instances enough', cloud: {} },
  { name: 'a line before 30 instances', cloud: { mostInstances: 30, waiting: 'line' } },
  { name: 'back-off before 30 instances', cloud: { mostInstances: 30 } },
  {
    name: 'back-off of 20 s at most before 30',
    cloud: { mostInstances: 30, longestBackOff: 20 },
  },
  {
    name: 'a burst of 20 a minute, cold starts',
    cloud: { burst: 20, coldStart: 1, waiting: 'line' },
  },
  {
    name: 'provisioned ones, the others soon idle',
    cloud: { provisioned: 10, idle: 20, coldStart: 2, mostInstances: 45, waiting: 'line' },
  },
  {
    name: 'a tenth that fails',
    cloud: { mostInstances: 40, waiting: 'line' },
    work: { failing: 0.1 },
  },
  { name: 'events of a minute at most', cloud: { mostInstances: 30, eventAge: 60 } },
  { name: 'OSS that refuses a few', cloud: { mostInstances: 45, ...oss(1200), waiting: 'line' } },
  { name: 'OSS that refuses many', cloud: { mostInstances: 45, ...oss(800) } },
];

const SEEDS = [1, 2];
const meanOf = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

function exactly(work: Work, cloud: Cloud, seed: number) {
  const { ready, stays, ...exact } = simulateExactly(SPIKE, work, cloud, seed);
  const quantile = (share: number) => ready[Math.ceil(share * ready.length) - 1]!;
  return {
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    mean: meanOf(stays),
    ready: ready.length,
    peak: exact.peakInstances,
    queue: exact.longestQueue,
    throttled: exact.throttled,
    coldStarts: exact.coldStarts,
  };
}

function summed(work: Work, cloud: Cloud, seed: number): ReturnType<typeof exactly> {
  const { ready, mean, instances, queue, throttled } = simulate({
    load: atSeconds(SPIKE),
    work,
    cloud,
    seed,
  });
  const { p50, p95, p99 } = ready;
  const { peak, coldStarts } = instances;
  const counts = { ready: ready.uploads, peak, queue: queue.uploads, throttled, coldStarts };
  return { p50, p95, p99, mean: mean.seconds, ...counts };
}

/** What is a handful in both is no difference. */
const HANDFUL = { p50: 0, p95: 0, p99: 0, mean: 0, ready: 0, peak: 3, coldStarts: 20, queue: 30 };
const SLACK: Record<string, number> = { ...HANDFUL, throttled: 100 };

describe('slots and sums agree with each upload followed by itself', () => {
  it.each(CASES)('$name', ({ cloud: some, work: other }) => {
    const work = { ...A_SECOND, serviceSeconds, ...other };
    const cloud = { ...AMPLE, ...some };
    const exact = SEEDS.map(seed => exactly(work, cloud, seed));
    const ours = SEEDS.map(seed => summed(work, cloud, seed));
    for (const name of Object.keys(ours[0]!) as (keyof (typeof ours)[0])[]) {
      // Ages by back-off go in steps of two: a quantile may be one off. All of a slot begin at once: a few more start cold.
      const isStep = cloud.waiting === 'back-off' && /^p\d/.test(name);
      const most = isStep ? 2 : name === 'coldStarts' ? 1.4 : 1.1;
      const slack = SLACK[name] ?? 0;
      const ratio =
        (meanOf(ours.map(one => one[name])) + slack) /
        (meanOf(exact.map(one => one[name])) + slack);
      const off = Math.abs(Math.log(ratio));
      expect({ name, ratio, isNear: off < Math.log(most) }).toMatchObject({
        isNear: true,
      });
    }
  });
});
