import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uploadDays } from '../../../cli/heat/upload-days.ts';

describe('the days of uploads', () => {
  it('are those of a map, of which the earliest counts', () => {
    const half = fc.integer({ min: 0, max: 5 }).map(low => (low * 0x3fffffff) >>> 0);
    const entry = fc.record({ high: half, low: half, day: fc.integer({ min: 0, max: 30_000 }) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), entries => {
        const days = uploadDays();
        const expected = new Map<string, number>();
        for (const { high, low, day } of entries) {
          days.add({ high, low }, day);
          const name = `${high} ${low}`;
          expected.set(name, Math.min(expected.get(name) ?? day, day));
        }
        for (const { high, low } of entries) {
          expect(days.of({ high, low })).toBe(expected.get(`${high} ${low}`));
        }
        expect(days.size()).toBe(expected.size);
        expect(days.of({ high: 1, low: 1 })).toBeUndefined();
      }),
    );
  });

  it('grow with the originals', () => {
    const days = uploadDays();
    const key = (index: number) => ({ high: Math.imul(index, 0x9e3779b1) >>> 0, low: index });
    for (let index = 0; index < 50_000; index += 1) days.add(key(index), index % 20_000);
    expect(days.size()).toBe(50_000);
    for (let index = 0; index < 50_000; index += 997) {
      expect(days.of(key(index))).toBe(index % 20_000);
    }
  });

  it('are refused where they are more than anybody holds', () => {
    const days = uploadDays(2);
    days.add({ high: 1, low: 1 }, 1);
    days.add({ high: 2, low: 1 }, 1);
    expect(() => days.add({ high: 3, low: 1 }, 1)).toThrow(/at most 2 originals/);
  });
});
