import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cloud, Work } from '../../../../cli/rehearse/model/cloud.ts';
import { atSeconds, byMinute } from '../../../../cli/rehearse/model/load.ts';
import { seeded } from '../../../../cli/rehearse/model/random.ts';
import { simulate } from '../../../../cli/rehearse/model/simulate.ts';
import { SLOT_SECONDS } from '../../../../cli/rehearse/model/slot.ts';
import { A_SECOND, AMPLE } from '../../../support/rehearsals.ts';

const run = (uploads: number[], cloud: Partial<Cloud>, work: Partial<Work> = {}, seed = 1) =>
  simulate({
    load: byMinute(uploads),
    work: { ...A_SECOND, ...work },
    cloud: { ...AMPLE, ...cloud },
    seed,
  });
const atOnce = (count: number, cloud: Partial<Cloud>, work: Partial<Work> = {}) =>
  simulate({
    load: atSeconds(Array.from({ length: count }, () => 0)),
    work: { ...A_SECOND, ...work },
    cloud: { ...AMPLE, ...cloud },
    seed: 1,
  });

/** The chance to wait with Poisson arrivals, exponential service and `servers`; `load` is rate times mean service. */
function erlangC(servers: number, load: number): number {
  let inverse = 1;
  for (let one = 1; one <= servers; one += 1) inverse = 1 + (inverse * one) / load;
  const blocked = 1 / inverse;
  return blocked / (1 - (load / servers) * (1 - blocked));
}

const exponential = (mean: number) =>
  Array.from({ length: 10_000 }, (_, at) => -mean * Math.log(1 - (at + 0.5) / 10_000));

describe('a simulation', () => {
  const anyCloud = fc.record({
    mostInstances: fc.integer({ min: 1, max: 60 }),
    provisioned: fc.integer({ min: 0, max: 20 }),
    burst: fc.integer({ min: 1, max: 40 }),
    coldStart: fc.constantFrom(0, 0.3, 2),
    idle: fc.constantFrom(5, 180),
    waiting: fc.constantFrom('back-off' as const, 'line' as const),
    longestBackOff: fc.constantFrom(1, 60, Number.POSITIVE_INFINITY),
    eventAge: fc.constantFrom(20, 600),
    retries: fc.integer({ min: 0, max: 3 }),
    oss: fc.record({
      requestsPerSecond: fc.constantFrom(50, 300, Number.POSITIVE_INFINITY),
      retries: fc.constant(AMPLE.oss.retries),
    }),
  });
  const anyWork = fc.record({
    serviceSeconds: fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1 }),
    puts: fc.constantFrom(0, 12, 29),
    gets: fc.constant(6),
    inTurn: fc.constant(6),
    failing: fc.constantFrom(0, 0.1, 1),
    pressure: fc.option(
      fc.record({
        afterSeconds: fc.constantFrom(0, 5, 60),
        serviceSeconds: fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 }),
        puts: fc.constantFrom(1, 5),
      }),
      { nil: undefined },
    ),
  });
  const anyLoad = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 4 });

  it("holds Little's law to the last upload, whatever cloud, work and load", () => {
    fc.assert(
      fc.property(anyLoad, anyWork, anyCloud, fc.integer(), (uploads, work, cloud, seed) => {
        const outcome = run(uploads, cloud, work, seed);
        const { mean, endedAfterSeconds } = outcome;
        expect(mean.underWay * endedAfterSeconds).toBeCloseTo(mean.seconds * outcome.uploads, 5);
      }),
    );
  });

  it('ends each upload once: ready, too old or given up', () => {
    fc.assert(
      fc.property(anyLoad, anyWork, anyCloud, fc.integer(), (uploads, work, cloud, seed) => {
        const { ready, tooOld, givenUp, minutes, ...outcome } = run(uploads, cloud, work, seed);
        expect(ready.uploads + tooOld + givenUp).toBe(outcome.uploads);
        expect(minutes.reduce((sum, minute) => sum + minute.uploads, 0)).toBe(outcome.uploads);
        expect(outcome.invocations.count).toBe(ready.uploads + outcome.invocations.failed);
      }),
    );
  });

  it('has never more instances than it may, nor more at work than there are', () => {
    fc.assert(
      fc.property(anyLoad, anyWork, anyCloud, (uploads, work, cloud) => {
        const { minutes, instances } = run(uploads, cloud, work);
        expect(instances.peak).toBeLessThanOrEqual(
          Math.max(cloud.mostInstances, cloud.provisioned),
        );
        for (const { busy, alive } of minutes) expect(busy).toBeLessThanOrEqual(alive);
      }),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const some = [200, 300, 100];
    const cloud = { mostInstances: 4 };
    expect(run(some, cloud, {}, 7)).toEqual(run(some, cloud, {}, 7));
    expect(run(some, cloud, {}, 7)).not.toEqual(run(some, cloud, {}, 8));
  });

  it('of nothing is over at once', () => {
    expect(run([], {})).toMatchObject({ uploads: 0, endedAfterSeconds: 0, tooOld: 0 });
  });
});

/** At any moment, `rate` of them a second. */
function poisson(arrivals: number, rate: number): number[] {
  const random = seeded(3);
  let time = 0;
  return Array.from({ length: arrivals }, () => {
    time -= Math.log(1 - random()) / rate;
    return time;
  });
}

describe('a queue', () => {
  const meanWait = (times: number[], servers: number, serviceSeconds: number[]) => {
    const work = { ...A_SECOND, serviceSeconds };
    const cloud = { ...AMPLE, mostInstances: servers, waiting: 'line' as const };
    return simulate({ load: atSeconds(times), work, cloud, seed: 5 }).mean.seconds - 1;
  };

  it.each([
    { servers: 1, rate: 0.5, arrivals: 30_000 },
    { servers: 4, rate: 3.2, arrivals: 200_000 },
    { servers: 20, rate: 17, arrivals: 400_000 },
  ])('of M/M/$servers at $rate a second waits as Erlang says', ({ servers, rate, arrivals }) => {
    const expected = erlangC(servers, rate) / (servers - rate);
    const wait = meanWait(poisson(arrivals, rate), servers, exponential(1));
    expect(Math.abs(wait - expected)).toBeLessThan(0.05 * expected + SLOT_SECONDS / 2);
  });

  it('of M/G/1 waits as Pollaczek and Khinchine say', () => {
    const rate = 0.6;
    const secondMoment = (3 * 0.4 ** 2 + 2.8 ** 2) / 4;
    const expected = (rate * secondMoment) / (2 * (1 - rate));
    const wait = meanWait(poisson(40_000, rate), 1, [0.4, 0.4, 0.4, 2.8]);
    expect(Math.abs(wait - expected)).toBeLessThan(0.05 * expected + SLOT_SECONDS / 2);
  });
});

describe('instances', () => {
  it('come 300 at once, then 300 a minute', () => {
    // Each works for ten minutes: one upload, one instance, and whoever asks meanwhile gets a new one or none.
    const { minutes } = run(
      Array.from({ length: 4 }, () => 6000),
      { burst: 300, waiting: 'line' },
      { serviceSeconds: [600] },
    );
    const alive = minutes.slice(0, 4).map(minute => minute.alive);
    // 300 and five a second: at the end of each minute.
    expect(alive).toEqual([600, 900, 1200, 1500].map(count => expect.closeTo(count, -0.7)));
  });

  it('are the burst at the first moment of a spike, and five more each second', () => {
    const { instances, queue } = atOnce(1000, { burst: 300, waiting: 'line' }, {});
    expect(queue).toMatchObject({ uploads: 700, atSeconds: 0 });
    // 300 begin at once; within a second five more, then all of them again: 305, 310, 315, and at 3 s the last 70.
    expect(instances.peak).toBe(314);
  });

  it('that are provisioned need no burst and no cold start', () => {
    const cloud = { burst: 1, provisioned: 50, mostInstances: 50, coldStart: 5 };
    const { ready, instances } = atOnce(50, cloud);
    expect(ready).toMatchObject({ p50: 1, worst: 1 });
    expect(instances).toMatchObject({ peak: 50, coldStarts: 0 });
  });

  it('end after they were idle, and are cold again then', () => {
    const load = atSeconds([0, 100, 400]);
    const cloud = { ...AMPLE, coldStart: 2, idle: 180 };
    const { ready, instances } = simulate({ load, work: A_SECOND, cloud, seed: 1 });
    expect(instances.coldStarts).toBe(2);
    expect(ready).toMatchObject({ p50: 3, worst: 3 });
  });

  it('that are provisioned and idle are counted in seconds', () => {
    const { instances } = atOnce(1, { provisioned: 3 }, { serviceSeconds: [10] });
    expect(instances.idleProvisionedSeconds).toBeCloseTo(20, 0);
  });
});

describe('an event without an instance', () => {
  it('comes again after 0.5, 1, 2, 4 and 8 seconds', () => {
    // The first takes ten seconds; the second asks at 0, 0.5, 1.5, 3.5, 7.5 and 15.5.
    const { ready, throttled } = atOnce(2, { mostInstances: 1 }, { serviceSeconds: [10] });
    expect(ready.worst).toBeCloseTo(25.5, 5);
    expect(throttled).toBe(5);
  });

  it('never waits longer than the longest back-off', () => {
    const cloud = { mostInstances: 1, longestBackOff: 2 };
    // 0, 0.5, 1.5, 3.5, 5.5, 7.5, 9.5, 11.5
    const { ready } = atOnce(2, cloud, { serviceSeconds: [10] });
    expect(ready.worst).toBeCloseTo(21.5, 5);
  });

  it('waits in line exactly until one is free', () => {
    const cloud = { mostInstances: 1, waiting: 'line' as const };
    expect(atOnce(3, cloud, { serviceSeconds: [10] }).ready.worst).toBeCloseTo(30, 5);
  });

  it('is too old after five hours of throttling, whatever age it may have', () => {
    const cloud = { mostInstances: 1, eventAge: 7 * 86_400 };
    // Attempts at 0.5 × (2ⁿ − 1): the one at 16,383.5 s is the last before five hours.
    const { tooOld, throttled } = atOnce(2, cloud, { serviceSeconds: [17_000] });
    expect({ tooOld, throttled }).toEqual({ tooOld: 1, throttled: 16 });
  });

  it.each(['back-off', 'line'] as const)('is too old after its age, in %s', waiting => {
    const cloud = { mostInstances: 1, eventAge: 60, waiting };
    const { ready, tooOld } = atOnce(3, cloud, { serviceSeconds: [50] });
    expect({ ready: ready.uploads, tooOld }).toEqual(
      waiting === 'line' ? { ready: 2, tooOld: 1 } : { ready: 1, tooOld: 2 },
    );
  });
});

describe('an invocation that fails', () => {
  it('is tried again after 1, 2 and 4 seconds, and then given up', () => {
    const { givenUp, invocations, endedAfterSeconds } = atOnce(1, {}, { failing: 1 });
    expect(givenUp).toBe(1);
    expect(invocations).toMatchObject({ count: 4, failed: 4, seconds: 4 });
    expect(endedAfterSeconds).toBeCloseTo(4 + 7, 0);
  });
});

describe('OSS', () => {
  const oss = (requestsPerSecond: number) => ({
    oss: { requestsPerSecond, retries: AMPLE.oss.retries },
  });

  it('is asked each request of each upload once, where it refuses none', () => {
    const { oss: asked, ready } = atOnce(100, oss(1e6));
    expect(asked.accepted).toBeCloseTo(100 * 35, 3);
    expect(asked.refused).toBe(0);
    expect(ready.worst).toBe(1);
  });

  it('takes no more requests than its rate, and makes uploads longer by that', () => {
    const { oss: asked, endedAfterSeconds, ready } = run([1200, 1200], oss(500));
    expect(asked.refused).toBeGreaterThan(0);
    expect(asked.accepted / endedAfterSeconds).toBeLessThanOrEqual(500);
    expect(ready.p50).toBeGreaterThan(1.5);
  });
});

describe('pressure', () => {
  const one = { mostInstances: 1, provisioned: 1, waiting: 'line' } as const;
  const pressure = { afterSeconds: 4.5, serviceSeconds: [1], puts: 3 };

  it('makes what is urgent of those that waited longer, and of no other', () => {
    const { deferred, endedAfterSeconds, ready } = atOnce(10, one, {
      serviceSeconds: [2],
      pressure,
    });
    // Three of two seconds begin at 0, 2 and 4; seven of one second follow.
    expect(deferred).toBe(7);
    expect(endedAfterSeconds).toBeCloseTo(13, 0);
    expect(ready.worst).toBeCloseTo(13, 0);
  });

  it('asks OSS for as many requests as that takes', () => {
    const work = { serviceSeconds: [2], puts: 20, gets: 10, pressure };
    expect(atOnce(10, one, work).oss.accepted).toBeCloseTo(3 * 30 + 7 * 13, 5);
  });

  it('makes all in a later attempt', () => {
    const work = { serviceSeconds: [2], failing: 1, pressure: { ...pressure, afterSeconds: 0 } };
    const { deferred, givenUp } = atOnce(3, { ...one, retries: 1 }, work);
    expect([deferred, givenUp]).toEqual([0, 3]);
  });
});
