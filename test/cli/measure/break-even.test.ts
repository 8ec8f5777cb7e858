import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assumptionsFrom } from '../../../cli/measure/assumptions.ts';
import { choiceFor, costsOf } from '../../../cli/measure/break-even.ts';
import { pricesSchema } from '../../../shared/core/work/cost.ts';
import { defaultList } from '../../support/preset-lists.ts';

const prices = pricesSchema.parse({});
const usual = await assumptionsFrom(undefined, defaultList());
/** The example of docs/costs.md: 0.08 s of a decode and 0.12 s of its own, an original of 2.6 MB. */
const miss = {
  cpuSeconds: 0.2,
  aloneSeconds: 0.08,
  bytesRead: 2.6e6,
  bytesWritten: 60_000,
  requests: { heads: 5, gets: 9, puts: 3, removes: 1 },
};
const rendition = { preset: 'feed', width: 720, format: 'avif' as const, bytes: 60_000, miss };
const [example] = costsOf({ renditions: [rendition] }, prices, usual);
if (!example) throw new Error('expected the costs of a file');
const costs = readFileSync(new URL('../../../docs/costs.md', import.meta.url), 'utf8');
const inMillions = (usd: number) => (usd * 1e6).toFixed(2);

describe('a file that is made on upload, or by a view,', () => {
  it('costs what the example of docs/costs.md says', () => {
    const seconds = 0.12 / 1.8 + 60_000 / 80e6;
    expect(example.made).toBeCloseTo(seconds * 2.3 * 0.00002 + 1.6e-7, 15);
    expect(example.stored).toBeCloseTo(6e-5 * 0.0173 * 36, 15);
    const waiting = 0.09 + 2.66e6 / 80e6;
    const missed = (0.08 / 1.15 + 0.12 + waiting + 0.09) * 2.3 + 2 * 0.0075;
    expect(example.missed).toBeCloseTo(missed * 0.00002 + 18 * 1.6e-7, 12);
    for (const figure of [example.made, example.stored, example.missed]) {
      expect(costs).toContain(`USD ${inMillions(figure)}`);
    }
    const { crossesAt = 0 } = choiceFor([{ ...example, share: 0.1 }], 1, 100);
    expect(costs).toContain(`${crossesAt.toFixed(1)} views of the photo`);
  });

  it('is alike where the two cross, and dearer by a view beyond it', () => {
    const part = fc.double({ min: 0.001, max: 1, noNaN: true });
    const file = fc.record({ share: part, made: part, stored: part, more: part });
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 5 }), of => {
        const files = of.map(({ more, ...one }) => ({
          ...example,
          ...one,
          share: one.share / of.length,
          missed: one.made + more,
        }));
        const { eager, crossesAt = Number.NaN } = choiceFor(files, 1, 1);
        const near = choiceFor(files, 1, crossesAt).onDemand;
        expect(Math.abs(near / eager - 1)).toBeLessThan(0.01);
        expect(choiceFor(files, 1, crossesAt * 2).onDemand).toBeGreaterThan(eager * 0.999);
        expect(choiceFor(files, 1, crossesAt / 2).onDemand).toBeLessThan(eager * 1.001);
      }),
    );
  });

  it('is never dearer by a view that costs no more than an upload', () => {
    const free = { ...example, missed: 0, made: 1 };
    expect(choiceFor([free], 1, 1e6).crossesAt).toBeUndefined();
  });
});
