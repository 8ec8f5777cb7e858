import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  answerSchema,
  nothingSpent,
  type Report,
} from '../../../../shared/core/set/report.ts';
import { bytesOf, fittedAnswer } from '../../../../shared/core/telling/fit-message.ts';
import { numbered } from '../../../support/thorough.ts';

function report(key: string, rendered: number, failed = 0): Report {
  const made = Array.from({ length: rendered }, (_, i) => `${key}/0123456789/feed-${i}.jpg`);
  return {
    key,
    state: failed ? 'partly-failed' : 'ready',
    outcome: 'developed',
    rendered: made.map(one => ({ key: one, bytes: 1000, milliseconds: 5 })),
    kept: 0,
    removed: 0,
    failed: Array.from({ length: failed }, (_, i) => ({
      key: `${key}/0123456789/zoom-${i}.jpg`,
      code: 'VARIANT_UNRENDERABLE',
      message: 'expected …, received "nothing"',
    })),
    spent: nothingSpent(),
  };
}

const answer = (...reports: Report[]): Answer => ({ schema: 1, reports, ignored: [] });
const delivered = (one: Answer) => bytesOf(JSON.stringify(one));

describe('an answer that has to fit', () => {
  it('stays as it is where it does', () => {
    const whole = answer(report('a.jpg', 28));
    expect(fittedAnswer(whole, delivered(whole))).toBe(whole);
  });

  it('loses the lists of files first, and says how long they were', () => {
    const whole = answer(report('a.jpg', 28, 3));
    const { reports } = fittedAnswer(whole, delivered(whole) - 1);
    expect(reports[0]).toMatchObject({
      key: 'a.jpg',
      state: 'partly-failed',
      rendered: [],
      failed: [{ code: 'VARIANT_UNRENDERABLE' }],
      shortened: { rendered: 28, failed: 3 },
    });
  });

  it('loses reports last, as few as it must, and says how many', () => {
    const many = answer(...Array.from({ length: 500 }, (_, i) => report(`${i}.jpg`, 28)));
    const fitted = fittedAnswer(many, 20_000);
    const kept = fitted.reports.length;
    expect(fitted.omitted).toEqual({ reports: 500 - kept, ignored: 0 });
    expect(delivered(fitted)).toBeLessThanOrEqual(20_000);
    expect(delivered(fitted)).toBeGreaterThan(20_000 - 2 * (delivered(fitted) / kept));
  });

  it('fits and keeps its schema, whatever is in it', () => {
    const reports = fc
      .array(
        fc.tuple(
          fc.string({ minLength: 1, maxLength: 300, unit: 'binary' }),
          fc.nat(60),
          fc.nat(60),
        ),
      )
      .map(list => list.map(words => report(...words)));
    const ignored = fc.array(fc.record({ key: fc.string(), reason: fc.string() }));
    fc.assert(
      fc.property(reports, ignored, fc.integer({ min: 200, max: 60_000 }), (some, others, most) => {
        const fitted = fittedAnswer({ ...answer(...some), ignored: others }, most);
        expect(delivered(fitted)).toBeLessThanOrEqual(most);
        expect(answerSchema.parse(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted);
        expect(fitted.reports.length + (fitted.omitted?.reports ?? 0)).toBe(some.length);
      }),
      { numRuns: numbered(25, 100) },
    );
  });
});
