import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitting, smallest } from '../../../../cli/rehearse/model/fitting.ts';
import { atSeconds, byMinute } from '../../../../cli/rehearse/model/load.ts';
import { holds, simulate } from '../../../../cli/rehearse/model/simulate.ts';
import { A_SECOND, AMPLE } from '../../../support/rehearsals.ts';

describe('the smallest', () => {
  it('is the first for which it is true', () => {
    const range = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000));
    fc.assert(
      fc.property(range, ([least, more, at]) => {
        const most = least + more;
        const first = Math.min(most, least + at);
        expect(smallest(least, most, some => some >= first)).toBe(first);
      }),
    );
  });
});

describe('what is needed', () => {
  const minutes = [240, 240, 2400, 2400, 240];
  const rehearsal = {
    load: byMinute(minutes),
    work: A_SECOND,
    cloud: { ...AMPLE, burst: 300, waiting: 'line' as const },
    seed: 1,
  };

  it('is a number of instances, and one fewer is not enough', () => {
    const found = fitting(rehearsal, 3);
    if (found.by !== 'instances') throw new Error(`expected instances, received ${found.by}`);
    const p99 = (mostInstances: number) =>
      simulate({ ...rehearsal, cloud: { ...rehearsal.cloud, mostInstances } }).ready.p99;
    // Forty a second of a second each.
    expect(found.instances).toBeGreaterThan(30);
    expect(found.instances).toBeLessThan(60);
    expect(p99(found.instances)).toBeLessThanOrEqual(3);
    expect(p99(found.instances - 1)).toBeGreaterThan(3);
  });

  it('is provisioned instances where new ones come too slowly', () => {
    const slow = { ...rehearsal, cloud: { ...rehearsal.cloud, burst: 5 } };
    const found = fitting(slow, 3);
    if (found.by !== 'provisioned') throw new Error(`expected provisioned, received ${found.by}`);
    const within = (provisioned: number) =>
      holds({ ...slow, cloud: { ...slow.cloud, ...found, provisioned } }, 3);
    expect(found.provisioned).toBeGreaterThan(5);
    expect(within(found.provisioned)).toBe(true);
    expect(within(found.provisioned - 1)).toBe(false);
  });

  it('is nothing where the work itself takes longer', () => {
    expect(fitting(rehearsal, 0.5)).toEqual({ by: 'nothing', why: 'work' });
  });

  it('is nothing where OSS refuses too much', () => {
    const oss = { ...AMPLE.oss, requestsPerSecond: 300 };
    const found = fitting({ ...rehearsal, cloud: { ...rehearsal.cloud, oss } }, 3);
    expect(found).toEqual({ by: 'nothing', why: 'oss' });
  });

  it('is never what loses an upload, were it one in a million', () => {
    const cloud = { ...AMPLE, mostInstances: 1, eventAge: 1 };
    const load = atSeconds([...Array.from({ length: 300 }, (_, at) => at * 2), 0]);
    const work = { ...A_SECOND, serviceSeconds: [1.9] };
    expect(simulate({ load, work, cloud, seed: 1 })).toMatchObject({ tooOld: 1 });
    expect(holds({ load, work, cloud, seed: 1 }, 10)).toBe(false);
  });
});
