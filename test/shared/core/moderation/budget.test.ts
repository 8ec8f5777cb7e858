import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isWithin, shareOf, sharesPrefix } from '../../../../shared/core/moderation/budget.ts';

it('shares never add up to more than the budget, and nearly all of it is had', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), most => {
      let taken = 0;
      while (isWithin(most, taken + 1) && taken <= most) taken += 1;
      expect(taken * shareOf(most)).toBeLessThanOrEqual(most);
      expect((taken + 1) * shareOf(most)).toBeGreaterThan(most);
    }),
    { numRuns: 50 },
  );
});

it('a day is one of UTC', () => {
  expect(sharesPrefix(new Date('2026-11-23T23:59:59.999Z'))).toBe('moderation/calls/2026-11-23/');
  expect(sharesPrefix(new Date('2026-11-24T00:00:00.000Z'))).toBe('moderation/calls/2026-11-24/');
});
