import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptOf, renewal } from '../../../cli/measure/keeping.ts';
import { ageSpans, viewsSchema } from '../../../cli/measure/views.ts';
import { simulatedMonth } from '../../support/simulated-month.ts';

const views = viewsSchema.parse({});
const files = [
  { share: 0.5, bytes: 40_000 },
  { share: 0.3, bytes: 90_000 },
  { share: 0.2, bytes: 150_000 },
];

describe('what a `keep` leaves of a file', () => {
  it('is there for its time after each view that found it gone', () => {
    // Seen every ten days: gone for ten days, there for ninety.
    expect(renewal(0.1, 90)).toEqual({ there: 0.9, missesADay: 0.01 });
    expect(renewal(0, 90)).toEqual({ there: 0, missesADay: 0 });
    expect(renewal(0, Number.POSITIVE_INFINITY)).toEqual({ there: 1, missesADay: 0 });
  });

  it('is more, and its views wait less, the longer it is kept', () => {
    const days = fc.integer({ min: 1, max: 2000 });
    fc.assert(
      fc.property(days, days, (one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        const [less, more] = [keptOf(files, short, views), keptOf(files, long, views)];
        expect(less.stored).toBeLessThanOrEqual(more.stored * (1 + 1e-9));
        expect(less.missesADay).toBeGreaterThanOrEqual(more.missesADay * (1 - 1e-9));
      }),
    );
  });

  it('is all of it where it is kept for as long as the photo is there', () => {
    const { stored, missesADay } = keptOf(files, views.years * 365, views);
    expect(stored).toBeCloseTo(280_000, 6);
    expect(missesADay).toBe(0);
  });

  it('is what a month of photos comes to, view by view and sweep by sweep', () => {
    const photos = 1e5;
    for (const days of [30, 90]) {
      const month = simulatedMonth(photos, files, days, views);
      const { stored, missesADay } = keptOf(files, days, views);
      expect(month.storedForEver / photos).toBeCloseTo(280_000, 3);
      // A sweep comes once a day, so that a file stays for up to a day longer.
      expect(Math.abs(month.stored / (stored * photos) - 1)).toBeLessThan(0.08);
      expect(Math.abs(month.misses / (missesADay * photos * 30) - 1)).toBeLessThan(0.08);
    }
  });
});

describe('the ages of a photo', () => {
  it('have all of its views between them', () => {
    const all = ageSpans(views).reduce(
      (sum, { from, to, viewsADay }) => sum + (to - from) * viewsADay,
      0,
    );
    expect(all).toBeCloseTo(100, 9);
  });

  it('have shares that add up to 1', () => {
    const ages = { '0-1': 1, '2-7': 0.1, '8-30': 0, '31-90': 0, older: 0 };
    expect(viewsSchema.safeParse({ ages }).error?.issues[0]?.message).toMatch(/add up to 1/);
  });
});
