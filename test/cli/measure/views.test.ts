import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesSeen, sharesOf, viewsSchema } from '../../../cli/measure/views.ts';
import { outputFormats } from '../../../shared/core/list/preset-list.ts';

const views = (own: object = {}) => viewsSchema.parse(own);
const file = (preset: string, width: number, format: (typeof outputFormats)[number]) => ({
  preset,
  width,
  format,
});

describe('the shares of a photo’s views', () => {
  it('go to the best format that a client shows and that there is', () => {
    const files = [
      file('feed', 480, 'jpeg'),
      file('feed', 480, 'webp'),
      file('feed', 480, 'avif'),
      file('thumb', 96, 'jpeg'),
      file('thumb', 96, 'webp'),
    ];
    const half = [0.02, 0.38, 0.6, 0.02, 0.98].map(share => share / 2);
    sharesOf(files, views()).forEach((share, index) => {
      expect(share).toBeCloseTo(half[index] ?? Number.NaN, 9);
    });
  });

  it('go to presets as they are weighed, and to a preset’s widths alike', () => {
    const files = [file('feed', 480, 'jpeg'), file('feed', 720, 'jpeg'), file('zoom', 9, 'jpeg')];
    expect(sharesOf(files, views({ presets: { feed: 3, zoom: 1 } }))).toEqual([0.375, 0.375, 0.25]);
  });

  it('are alike over presets where the photo has none of those named', () => {
    const files = [file('a', 1, 'jpeg'), file('b', 1, 'jpeg')];
    expect(sharesOf(files, views({ presets: { feed: 3 } }))).toEqual([0.5, 0.5]);
  });

  it('go to what there is where a client shows none of it', () => {
    expect(sharesOf([file('a', 1, 'avif')], views())[0]).toBeCloseTo(1, 9);
  });

  it('add up to 1, whatever there is', () => {
    const any = fc.record({
      preset: fc.constantFrom('a', 'b', 'c'),
      width: fc.constantFrom(1, 2, 3),
      format: fc.constantFrom(...outputFormats),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(any, { minLength: 1, selector: one => Object.values(one).join() }),
        fc.integer({ min: 0, max: 9 }),
        (files, weight) => {
          const shares = sharesOf(files, views({ presets: { a: weight, b: 2 } }));
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the places that see a file', () => {
  it.each([
    ['none without a view of it', 0, 100, 8, 0],
    ['each with very many', 1, 1e6, 8, 8],
    ['one with one', 1, 1, 8, 1],
    ['half of two and a half with two', 1, 2, 2, 1.5],
  ])('are %s', (_, share, perPhoto, places, seen) => {
    expect(placesSeen(share, { perPhoto }, places)).toBeCloseTo(seen, 9);
  });

  it('are no more than places or views, and more the more views there are', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const count = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(share, count, count, (part, perPhoto, places) => {
        const seen = placesSeen(part, { perPhoto }, places);
        expect(seen).toBeLessThanOrEqual(Math.min(places, part * perPhoto) + 1e-6);
        expect(placesSeen(part, { perPhoto: perPhoto + 1 }, places)).toBeGreaterThanOrEqual(seen);
      }),
    );
  });
});

describe('assumed views', () => {
  it('are refused where formats do not add up', () => {
    const refused = viewsSchema.safeParse({ formats: { avif: 1, webp: 1, jpeg: 0 } });
    expect(refused.error?.issues[0]?.message).toBe('expected shares that add up to 1');
  });
});
