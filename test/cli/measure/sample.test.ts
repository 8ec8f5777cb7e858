import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../cli/measure/measure.ts';
import { leastOf } from '../../../cli/measure/sample.ts';

const requests = { heads: 0, gets: 0, puts: 0, removes: 0 };
const photo = { key: 'a', aloneSeconds: 0, bytesRead: 0, bytesWritten: 0, requests, files: 0 };
const measuredAs = (...seconds: number[]) => {
  const left = seconds.map(cpuSeconds => ({ ...photo, cpuSeconds, renditions: [] }));
  return async () => left.shift() as Measured;
};

describe('of several measurements', () => {
  it.each([
    [[1.3, 1], 1],
    [[1, 1.3], 1],
    [[1], 1],
  ])('%j, the one that others disturbed least is taken', async (seconds, least) => {
    const taken = await leastOf(seconds.length, measuredAs(...seconds));
    expect(taken.cpuSeconds).toBe(least);
  });

  it('there is only one of what is left out', async () => {
    let times = 0;
    const leftOut = async () => {
      times += 1;
      return { ...photo, cpuSeconds: 1, renditions: [], leftOut: 'no picture' };
    };
    expect((await leastOf(2, leftOut)).leftOut).toBe('no picture');
    expect(times).toBe(1);
  });
});
