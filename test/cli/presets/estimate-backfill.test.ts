import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateBackfill, tellBackfill } from '../../../cli/presets/estimate-backfill.ts';
import { pricesSchema } from '../../../shared/core/work/cost.ts';

const prices = pricesSchema.parse({});
const upload = {
  files: 28,
  cpuSeconds: 2,
  seconds: 1.3,
  bytes: 1.5e6,
  puts: 29,
  gets: 10,
  bill: { units: 0, compute: 0, requests: 0, usd: 0 },
};
const now = new Date('2026-11-28T00:00:00Z');
const of = (originals: number, shipped = 20) =>
  estimateBackfill({ originals, upload, prices, shipped, now });

describe('a backfill', () => {
  it('of a billion takes two years with the instances that s.yaml reserves', () => {
    const billion = of(1e9);
    expect(billion.rows[0]).toMatchObject({
      reservedConcurrency: 20,
      seconds: expect.closeTo(65e6, -3),
      doneAt: '2028-12-19T07:33:20.000Z',
      originalsPerSecond: expect.closeTo(15.4, 1),
    });
    expect(tellBackfill(billion, upload)).toMatch(
      /20 \(s\.yaml\) +2\.1 years +2028-12-19 +15 +600/,
    );
  });

  it('is no faster beyond what OSS takes, and says how many instances that are', () => {
    const { mostInstances, rows } = of(1e9);
    expect(mostInstances).toBe(333);
    expect(rows.map(row => row.reservedConcurrency)).toEqual([20, 100, 300, 333]);
    expect(rows.at(-1)?.requestsPerSecond).toBeLessThanOrEqual(10_000);
  });

  it('costs less the sooner it is done, down to one month: each month has its cheaper tiers', () => {
    const usd = of(1e9).rows.map(row => row.usd);
    expect(usd).toEqual([...usd].sort((a, b) => b - a));
    // 65e6 × 20 instance seconds of 2.3 units, and 75 for 10,000 batches of 100.
    const units = 1.3e9 * 2.3 + 75_000;
    const dearest = units * 0.00002 + (39e9 / 10_000) * 0.0016;
    expect(usd[0]! / dearest).toBeGreaterThan(0.9);
    expect(usd[0]).toBeLessThanOrEqual(dearest);
  });

  it('has as many originals a second as the instances work off, whatever their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e10 }),
        fc.integer({ min: 1, max: 5000 }),
        (n, own) => {
          for (const row of of(n, own).rows) {
            expect(row.originalsPerSecond * row.seconds).toBeCloseTo(n, -5);
          }
        },
      ),
    );
  });
});
