import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atSeconds, byMinute, weiboDay } from '../../../../cli/rehearse/model/load.ts';
import { binomial, seeded } from '../../../../cli/rehearse/model/random.ts';
import { SLOTS_A_MINUTE } from '../../../../cli/rehearse/model/slot.ts';

const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);

describe('a day', () => {
  const day = weiboDay({ uploadsPerDay: 1_440_000, spike: 1, spikeHours: 3 });

  it('has all its uploads, and five times as many in the evening as before dawn', () => {
    expect(sum(day)).toBe(1_440_000);
    // From six on: 21:00 is the 900th minute, 5:00 the 1,380th.
    expect(day.indexOf(Math.max(...day))).toBeCloseTo(900, -1.5);
    expect(day.indexOf(Math.min(...day))).toBeCloseTo(1380, -1.5);
    expect(Math.max(...day) / Math.min(...day)).toBeCloseTo(5, 1);
  });

  it('has a spike of so many times its peak, for as long as it is to last', () => {
    const spiked = weiboDay({ uploadsPerDay: 1_440_000, spike: 4, spikeHours: 2 });
    const changed = spiked.flatMap((count, minute) => (count > 2000 ? [minute] : []));
    expect([changed[0], changed.at(-1), changed.length]).toEqual([840, 959, 120]);
    expect(spiked[840]! / Math.max(...day)).toBeCloseTo(4, 2);
  });
});

describe('uploads of a minute', () => {
  it('come all, within it, whatever the seed', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 3 });
    fc.assert(
      fc.property(minutes, fc.integer(), (uploads, seed) => {
        const load = byMinute(uploads);
        const random = seeded(seed);
        let slot = 0;
        const come = uploads.map(() =>
          sum(Array.from({ length: SLOTS_A_MINUTE }, () => load.in(slot++, random))),
        );
        expect(come).toEqual(uploads);
      }),
      { numRuns: 30 },
    );
  });

  it('come at any moment of it', () => {
    const load = byMinute([120_000]);
    const random = seeded(1);
    const come = Array.from({ length: load.slots }, (_, slot) => load.in(slot, random));
    expect(sum(come.slice(0, 600)) / 60_000).toBeCloseTo(1, 1);
    expect(Math.max(...come)).toBeLessThan(160);
  });

  it('come when they are said to', () => {
    const load = atSeconds([0, 0.01, 0.3, 2]);
    const come = Array.from({ length: load.slots }, (_, slot) => load.in(slot, seeded(1)));
    expect(come.flatMap((count, slot) => (count > 0 ? [[slot, count]] : []))).toEqual([
      [0, 2],
      [6, 1],
      [40, 1],
    ]);
  });
});

describe('a binomial draw', () => {
  it.each([
    [20, 0.3],
    [1000, 0.01],
    [5000, 0.2],
  ])('of %i at %d has its mean and its spread', (count, chance) => {
    const random = seeded(9);
    const draws = Array.from({ length: 20_000 }, () => binomial(count, chance, random));
    const mean = sum(draws) / draws.length;
    const variance = sum(draws.map(draw => (draw - mean) ** 2)) / draws.length;
    expect(mean / (count * chance)).toBeCloseTo(1, 1.7);
    expect(variance / (count * chance * (1 - chance))).toBeCloseTo(1, 1);
  });
});
