import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPastKeep } from '../../../../shared/core/set/keep.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (days: number) => new Date(START + days * DAY).toISOString();

describe('the time of a file is over', () => {
  it.each([
    ['a moment after it', { keep: '90d' }, 0, 0, 90.001, true],
    ['not at its end', { keep: '90d' }, 0, 0, 90, false],
    ['not where a view made it again', { keep: '90d' }, 0, 50, 130, false],
    ['where that, too, is long ago', { keep: '90d' }, 0, 50, 141, true],
    ['not where the original was uploaded again', { keep: '90d' }, 100, 0, 150, false],
    ['where it is not there, and the original is older', { keep: '1d' }, 0, undefined, 2, true],
    ['never where it is kept for ever', { keep: 'forever' }, 0, 0, 1e5, false],
    ['never where nothing is said', {}, 0, 0, 1e5, false],
  ])('%s', (_, preset, uploaded, made, now, isOver) => {
    const times = { original: { uploadedAt: at(uploaded) }, now: at(now) };
    const madeAt = made === undefined ? undefined : at(made);
    expect(isPastKeep(preset, { ...times, madeAt })).toBe(isOver);
  });

  it('never of an original that may not be read, or of which nobody knows how old it is', () => {
    const times = { madeAt: at(0), now: at(999) };
    const archived = { uploadedAt: at(0), isArchived: true as const };
    expect(isPastKeep({ keep: '1d' }, { original: archived, ...times })).toBe(false);
    expect(isPastKeep({ keep: '1d' }, { original: {}, ...times })).toBe(false);
  });

  it('once and for all: no time that passes brings it back', () => {
    const days = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(days, days, days, days, (uploaded, made, now, later) => {
        const times = { original: { uploadedAt: at(uploaded) }, madeAt: at(made) };
        const isOver = isPastKeep({ keep: '30d' }, { ...times, now: at(now) });
        expect(!isOver || isPastKeep({ keep: '30d' }, { ...times, now: at(now + later) })).toBe(
          true,
        );
      }),
    );
  });
});
