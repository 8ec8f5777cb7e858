import { describe, expect, it } from 'vitest';
import { presetsFor } from '../../../shared/core/rules.ts';
import { costOf, inStartingOrder } from '../../../shared/core/schedule.ts';
import { wantedVariants } from '../../../shared/core/variants.ts';
import { defaultList } from '../../support/preset-lists.ts';

const list = defaultList();
const variants = wantedVariants({
  key: 'a.jpg',
  version: '0123456789',
  picture: { format: 'jpeg', width: 4000, height: 3000, alpha: false, frames: 1 },
  list,
  presets: presetsFor('a.jpg', list),
});

describe('the starting order', () => {
  it.each([1, 2, 4])('for %i lanes holds every variant once', lanes => {
    const order = inStartingOrder(variants, lanes);
    expect(new Set(order)).toEqual(new Set(variants));
    expect(order).toHaveLength(variants.length);
  });

  it('begins with the longest, beside it the cheap ones, then the rest; each longest first', () => {
    const costs = inStartingOrder(variants, 2).map(costOf);
    expect(costs[0]).toBe(Math.max(...costs));
    const dearest = costs.indexOf(Math.max(...costs.slice(1)), 1);
    const [cheap, rest] = [costs.slice(1, dearest), costs.slice(dearest)];
    expect(Math.max(...cheap)).toBeLessThan(Math.min(...rest));
    for (const part of [cheap, rest]) expect(part).toEqual([...part].sort((a, b) => b - a));
  });

  it('has a screen’s first picture among the first ten', () => {
    const names = inStartingOrder(variants, 2)
      .slice(0, 10)
      .map(({ key }) => key);
    expect(names.some(name => name.includes('/feed-480-'))).toBe(true);
  });
});
