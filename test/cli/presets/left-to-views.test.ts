import { describe, expect, it } from 'vitest';
import { assumptionsFrom } from '../../../cli/measure/assumptions.ts';
import { ageSpans } from '../../../cli/measure/views.ts';
import { leavingBetween } from '../../../cli/presets/left-to-views.ts';
import { pricesSchema } from '../../../shared/core/work/cost.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const prices = pricesSchema.parse({});
const NOW = new Date('2026-11-23T10:00:00.000Z');
const keeping = (keep: string) =>
  listOf(SMALL.replace('name: feed,', `name: feed, keep: ${keep},`));
const assumptions = await assumptionsFrom(undefined, listOf(SMALL));
const about = { spans: ageSpans(assumptions.views), now: NOW };
const entry = (key: string, days: number) => ({
  key,
  etag: 'E',
  bytes: 5,
  modifiedAt: new Date(NOW.getTime() - days * 86_400_000),
});

const effort = { cpuSeconds: 0.2, aloneSeconds: 0.1, bytesRead: 0, bytesWritten: 0 };
const miss = { ...effort, requests: { heads: 5, gets: 5, puts: 3, removes: 0 } };
const files = [480, 1080].map(width => ({
  preset: 'feed',
  width,
  format: 'jpeg' as const,
  bytes: 500_000,
  miss,
}));
const measured = [{ key: 'a.jpg', ...miss, files: 2, renditions: files }];

describe('what an edit leaves to views', () => {
  it('are files of originals that are older than a new `keep`, and what that saves and costs', () => {
    const leaving = leavingBetween(listOf(SMALL), keeping('90d'), about);
    for (let old = 0; old < 1000; old += 1) leaving.see(entry(`old/${old}.jpg`, 400));
    leaving.see(entry('young.jpg', 89));
    leaving.see(entry('docs/unasked.jpg', 400));
    const [left, ...others] = leaving.price(measured, prices, assumptions);
    expect(others).toEqual([]);
    expect(left).toMatchObject({
      preset: 'feed',
      originals: 1000,
      files: 2000,
      millionUploads: null,
    });
    // A file has half of the views: 6 in 1,004 days of all of a photo's.
    const [rate, days] = [6 / 1004 / 2, 90];
    expect(left?.gigabytes).toBeCloseTo((1000 * 1e6 * (1 / (1 + rate * days))) / 1e9, 9);
    expect(left?.savedUsdMonth).toBeCloseTo((left?.gigabytes ?? 0) * 0.0173, 9);
    expect(left?.missesADay).toBeCloseTo((2000 * rate) / (1 + rate * days), 9);
    expect(leaving.examples).toHaveLength(3);
  });

  it.each([
    ['a longer one', '90d', '180d', 0],
    ['for ever', '90d', 'forever', 0],
    ['a shorter one: those between the two', '365d', '90d', 1],
    ['the same', '90d', '90d', 0],
  ])('is counted of an edit of `keep` to %s', (_, from, to, originals) => {
    const leaving = leavingBetween(keeping(from), keeping(to), about);
    leaving.see(entry('old.jpg', 100));
    leaving.see(entry('older.jpg', 999));
    const left = leaving.price(measured, prices, assumptions);
    expect(left.reduce((sum, one) => sum + one.originals, 0)).toBe(originals);
  });

  it('are files of uploads to come where they are made on demand from now on: what is there stays', () => {
    const lazy = listOf(SMALL.replace('name: feed,', 'name: feed, generate: on_demand,'));
    const leaving = leavingBetween(listOf(SMALL), lazy, about);
    leaving.see(entry('old.jpg', 400));
    const [left] = leaving.price(measured, prices, assumptions);
    expect(left).toMatchObject({ originals: 0, files: 0, gigabytes: 0 });
    expect(left?.millionUploads?.eager).toBeGreaterThan(0);
    expect(left?.millionUploads?.onDemand).toBeGreaterThan(left?.millionUploads?.eager ?? 0);
  });

  it('is nothing where there is no list yet', () => {
    const leaving = leavingBetween(undefined, keeping('90d'), about);
    leaving.see(entry('old.jpg', 400));
    expect([leaving.price(measured, prices, assumptions), leaving.examples]).toEqual([[], []]);
  });
});
