import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LEAST_HOURS, MISS_GETS, MISS_PUTS, proposalsFor } from '../../../cli/heat/proposals.ts';
import { measure } from '../../../cli/measure/measure.ts';
import { pricesSchema } from '../../../shared/core/work/cost.ts';
import { type Age, AGES, type HeatCell } from '../../../shared/core/work/heat.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const list = listOf(SMALL);
const prices = pricesSchema.parse({});

interface Facts {
  seen: number;
  stored: number | null;
  views?: number;
}

/** Files of a megabyte each. */
function cellOf(preset: string, width: number, ages: Partial<Record<Age, Facts>>): HeatCell {
  const told = AGES.flatMap(age => {
    const facts = ages[age];
    return facts ? [{ age, ...facts }] : [];
  });
  return {
    preset,
    format: 'jpeg',
    width,
    files: told.reduce((sum, { seen }) => sum + seen, 0),
    viewed: told.map(({ age, seen, views = seen }) => ({
      age,
      views,
      hits: 0,
      bytes: 0,
      missBytes: 0,
      files: seen,
    })),
    stored: told.some(({ stored }) => stored === null)
      ? null
      : told.map(({ age, stored }) => ({ age, files: stored ?? 0, bytes: (stored ?? 0) * 1e6 })),
  };
}

const heatOf = (cells: HeatCell[], hours = 30 * 24) => ({
  hours,
  ages: 'originals' as const,
  cells,
});

describe('an edit is proposed', () => {
  const cold = cellOf('feed', 480, {
    '0-1': { seen: 9000, stored: 10_000, views: 90_000 },
    older: { seen: 300, stored: 1_000_000 },
  });

  it('keep: of a preset whose old files nobody looks at', () => {
    const [one, ...others] = proposalsFor(heatOf([cold]), list, prices);
    expect(others).toEqual([]);
    // What was seen in 30 days, three times over, stays of 90: 900 files of a megabyte.
    expect(one).toMatchObject({ preset: 'feed', edit: 'keep', keep: '90d', missesPerDay: 10 });
    expect(one?.savedGigabytes).toBeCloseTo((1_000_000 - 900) / 1000, 6);
    expect(one?.savedUsdMonth).toBeCloseTo(999.1 * prices.gigabyteMonth, 6);
    expect(one?.viewsPerDay).toBeCloseTo(90_300 / 30, 6);
  });

  it('on_demand of one that hardly anybody looks at, at any age', () => {
    const cell = cellOf('feed', 480, {
      '0-1': { seen: 10, stored: 500_000 },
      older: { seen: 10, stored: 500_000 },
    });
    expect(proposalsFor(heatOf([cell]), list, prices)).toMatchObject([
      { edit: 'on_demand', savedGigabytes: 999.94 },
    ]);
  });

  it('of no preset that is looked at', () => {
    const cell = cellOf('feed', 480, { older: { seen: 1_000_000, stored: 1_000_000 } });
    expect(proposalsFor(heatOf([cell]), list, prices)).toEqual([]);
  });

  it('keep, and never on_demand, of what is urgent', () => {
    const urgent = listOf(SMALL.replace('{ name: feed,', '{ name: feed, urgent: true,'));
    const cell = cellOf('feed', 480, {
      '0-1': { seen: 10, stored: 500_000 },
      older: { seen: 10, stored: 500_000 },
    });
    expect(proposalsFor(heatOf([cell]), urgent, prices)).toMatchObject([{ edit: 'keep' }]);
  });

  it('of none that is made on demand already', () => {
    const lazy = listOf(SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'));
    expect(proposalsFor(heatOf([cold]), lazy, prices)).toEqual([]);
  });

  it('of none where the log is shorter than a week, or nobody knows what is stored', () => {
    expect(proposalsFor(heatOf([cold], LEAST_HOURS - 1), list, prices)).toEqual([]);
    const unknown = cellOf('feed', 480, { older: { seen: 1, stored: null } });
    expect(proposalsFor(heatOf([unknown]), list, prices)).toEqual([]);
  });

  it('without keep where nobody knows the ages, and such views count as of old pictures', () => {
    expect(proposalsFor({ ...heatOf([cold]), ages: null }, list, prices)).toMatchObject([
      { edit: 'on_demand' },
    ]);
    const seen = cellOf('feed', 480, {
      '0-1': { seen: 9000, stored: 10_000 },
      older: { seen: 0, stored: 1_000_000 },
      unknown: { seen: 300, stored: 0 },
    });
    expect(proposalsFor(heatOf([seen]), list, prices)).toMatchObject([{ missesPerDay: 10 }]);
  });
});

describe('a miss', () => {
  it('takes about as many requests as are reckoned with', async () => {
    const lazy = listOf(SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'));
    const photo = { key: 'p/1.jpg', read: async () => readFileSync(starfishPhoto) };
    const { renditions } = await measure(photo, { list: lazy, withMisses: true });
    const requests = renditions.flatMap(({ miss }) => (miss ? [miss.requests] : []));
    for (const one of requests) {
      const puts = one.puts + one.removes;
      const gets = one.gets + one.heads;
      expect(Math.abs(puts - MISS_PUTS)).toBeLessThanOrEqual(1);
      expect(Math.abs(gets - MISS_GETS)).toBeLessThanOrEqual(3);
    }
    expect(requests.length).toBeGreaterThan(0);
  });
});
