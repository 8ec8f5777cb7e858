import { describe, expect, it } from 'vitest';
import { assumptionsFrom } from '../../../cli/measure/assumptions.ts';
import { perMillion, tellMillion } from '../../../cli/presets/estimate-million.ts';
import { pricesSchema } from '../../../shared/core/work/cost.ts';
import { defaultList } from '../../support/preset-lists.ts';

const prices = pricesSchema.parse({});
const usual = await assumptionsFrom(undefined, defaultList());
const effort = {
  cpuSeconds: 2,
  aloneSeconds: 0,
  bytesRead: 0,
  bytesWritten: 0,
  requests: { heads: 5, gets: 5, puts: 3, removes: 0 },
};
const small = { preset: 'thumb', width: 100, format: 'jpeg', bytes: 10_000 } as const;
const large = { preset: 'feed', width: 1080, format: 'jpeg', bytes: 190_000 } as const;
const photo = { key: 'a.jpg', ...effort, bytesWritten: 0, files: 2, renditions: [small, large] };
const with100 = (own: object = {}) => ({ ...usual, views: { ...usual.views, ...own } });

describe('a million uploads', () => {
  const { uploads } = perMillion([photo], prices, usual);

  it('cost what they compute, ask of OSS and log', () => {
    const seconds = 2 / 1.8 + 0.09;
    expect(uploads.compute).toBeCloseTo((1e6 * seconds * 2.3 + 7500) * 0.00002, 6);
    expect(uploads.requests).toBeCloseTo((13e6 / 10_000) * 0.0016, 9);
    // Five lines of 600 bytes.
    expect(uploads.logs).toBeCloseTo(3 * 0.061, 9);
    expect(uploads).toMatchObject({ fill: 0, traffic: 0, cdnRequests: 0 });
    expect(uploads.usd).toBeCloseTo(uploads.compute + uploads.requests + uploads.logs, 9);
  });
});

describe('a million views', () => {
  it('cost traffic and requests of the CDN, and what it gets from OSS once in each region', () => {
    const { views } = perMillion([photo], prices, with100({ perPhoto: 1e6, edgeRegions: 4 }));
    expect(views.gigabytes).toBeCloseTo(100, 6);
    expect(views.traffic).toBeCloseTo(100 * 0.04, 9);
    expect(views.cdnRequests).toBeCloseTo(0.8, 9);
    expect(views.fillGigabytes).toBeCloseTo((4 * 200_000) / 1e9, 9);
    expect(views.requests).toBeCloseTo((8 / 10_000) * 0.0016, 12);
    expect(views).toMatchObject({ misses: 0, compute: 0, logs: 0 });
  });

  it('make each file once that no upload made, however many see it', () => {
    const miss = { ...effort, cpuSeconds: 0.5 };
    const lazy = { ...photo, renditions: [small, { ...large, miss }] };
    const { views } = perMillion([lazy], prices, with100({ perPhoto: 1e6 }));
    expect(views.misses).toBeCloseTo(1, 9);
    expect(views.compute).toBeCloseTo(((0.5 + 0.18) * 2.3 + 2 * 0.0075) * 0.00002, 12);
    expect(views.logs).toBeCloseTo(((2 * 5 * 600) / 1e9) * 0.061, 15);
  });

  it('of photos that are seen once each make many files, and fill the CDN with all of them', () => {
    const lazy = { ...photo, renditions: [{ ...large, miss: effort }] };
    const { views } = perMillion([lazy], prices, with100({ perPhoto: 1 }));
    expect(views.misses).toBeCloseTo(1e6, 3);
    expect(views.fillGigabytes).toBeCloseTo(views.gigabytes, 6);
  });
});

it('a million uploads with their views are the sum of both', () => {
  const million = perMillion([photo], prices, usual);
  const { uploads, views, both } = million;
  expect(both.usd).toBeCloseTo(uploads.usd + 100 * views.usd, 9);
  expect(both.traffic).toBeCloseTo(100 * views.traffic, 9);
  expect(tellMillion(million, usual.views)).toMatch(
    /CDN to devices +USD 0\.00 +USD 4\.00 +USD 400\.00\n/,
  );
});

it('a machine beside a busy one says as much, as far as CPU time does', () => {
  const busy = { ...photo, cpuSeconds: photo.cpuSeconds * 1.1 };
  const [idle, beside] = [photo, busy].map(one => perMillion([one], prices, usual).uploads.usd);
  expect((beside ?? 0) / (idle ?? 1)).toBeGreaterThan(1);
  expect((beside ?? 0) / (idle ?? 1)).toBeLessThan(1.15);
});
