import { describe, expect, it } from 'vitest';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { costOf, inStartingOrder } from '../../../../shared/core/set/schedule.ts';
import { wantedVariants } from '../../../../shared/core/set/variants.ts';
import { defaultList } from '../../../support/preset-lists.ts';

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

  it('begins with the cheap ones, then comes the rest; each longest first', () => {
    const costs = inStartingOrder(variants, 2).map(costOf);
    const dearest = costs.indexOf(Math.max(...costs));
    const [cheap, rest] = [costs.slice(0, dearest), costs.slice(dearest)];
    expect(Math.max(...cheap)).toBeLessThan(Math.min(...rest));
    expect(rest).toEqual([...rest].sort((a, b) => b - a));
  });

  it('has the cheap ones of a first screen before the other cheap ones', () => {
    const order = inStartingOrder(variants, 2);
    const cheap = order.slice(0, order.map(costOf).indexOf(Math.max(...order.map(costOf))));
    const isSmall = cheap.map(({ width }) => width <= 480);
    expect(isSmall).toEqual([...isSmall].sort((a, b) => Number(b) - Number(a)));
    expect(new Set(isSmall).size).toBe(2);
  });

  it('begins with the longest where all the others together take no longer', () => {
    const [longest] = [...variants].sort((a, b) => costOf(b) - costOf(a));
    const few = variants.filter(one => one === longest || one.preset === 'avatar');
    expect(inStartingOrder(few, 2)[0]).toBe(longest);
    expect(inStartingOrder(variants, 2)[0]).not.toBe(longest);
  });

  it('has a screen’s first picture among the first ten', () => {
    const names = inStartingOrder(variants, 2)
      .slice(0, 10)
      .map(({ key }) => key);
    expect(names.some(name => name.includes('/feed-480-'))).toBe(true);
  });
});
