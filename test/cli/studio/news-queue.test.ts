import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newsQueue } from '../../../cli/studio/news-queue.ts';
import type { News } from '../../../studio/wire.ts';

const MOST = 8;
const news = (at: number): News => ({ kind: 'changed', original: String(at) });
const originalOf = (one: News) => ('original' in one ? Number(one.original) : undefined);

describe('news for a page', () => {
  it('come in their order and all, but where it lags: then it hears that it missed some, and the latest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }), bursts => {
        const queue = newsQueue(MOST);
        let next = 0;
        for (const burst of bursts) {
          const first = next;
          for (; next < first + burst; next += 1) queue.push(news(next));
          expect(queue.isEmpty()).toBe(burst === 0);
          const taken = queue.take();
          expect(queue.isEmpty()).toBe(true);
          expect(taken.length).toBeLessThanOrEqual(MOST);
          expect(taken.some(({ kind }) => kind === 'missed')).toBe(burst > MOST);
          const told = taken.flatMap(one => originalOf(one) ?? []);
          const all = Array.from({ length: burst }, (_, at) => first + at);
          expect(told).toEqual(all.slice(burst - told.length));
          if (burst <= MOST) expect(told.length).toBe(burst);
        }
      }),
    );
  });
});
