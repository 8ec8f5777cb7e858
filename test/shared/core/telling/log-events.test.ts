import { describe, expect, expectTypeOf, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import {
  type LogFacts,
  type logEvents,
  logLineSchema,
} from '../../../../shared/core/telling/log-events.ts';
import { factsOf, lineOf } from '../../../../shared/core/telling/log-facts.ts';
import { nothingSpent, reportOf } from '../../../../shared/core/set/report.ts';
import type { Log } from '../../../../shared/ports.ts';
import { entries, photo } from '../../../client/developed.ts';

const line = { level: 'info', time: '2026-11-24T10:00:00.000Z', requestId: '1-2', attempt: 1 };
const run = { key: 'a.jpg', spent: nothingSpent() };

describe('a line of the log', () => {
  it('of a report is one that the schema knows', () => {
    const failed = entries('feed-480.jpeg', 'feed-480.webp failed').map(one =>
      one.state === 'failed'
        ? { ...one, reason: 'DEADLINE' as const, message: 'x'.repeat(9000) }
        : one,
    );
    const manifest = { ...photo({}, failed), complete: false };
    const rendered = [{ variant: { key: 'a.jpg/b' }, bytes: 5, milliseconds: 1 }];
    const report = reportOf(run, { outcome: 'developed', manifest, rendered });
    const written = { ...line, event: 'reconciled', ...lineOf(report) };
    expect(logLineSchema.parse(written)).toMatchObject({
      files: 1,
      failures: 1,
      code: 'DEADLINE',
      state: 'partly-failed',
    });
    expect(JSON.stringify(written).length).toBeLessThan(3000);
  });

  it('has the code of a picture of which nothing can be made', () => {
    const reason = 'ORIGINAL_EMPTY: expected a picture, received an empty object';
    const facts = lineOf(reportOf(run, { outcome: 'failed', reason }));
    expect(facts.code).toBe('ORIGINAL_EMPTY');
  });

  it('says of a failure what it may, and no fact that nobody listed', () => {
    const failure = new Failure('STORE_DENIED', 'expected …, received 403', {
      status: 403,
      ossCode: 'AccessDenied',
      ossRequestId: 'ABC',
      url: 'https://b.oss/a.jpg?Signature=secret',
      cause: new Error('secret'),
    });
    const written = { ...line, event: 'reconcile-failed', key: 'a.jpg', ...factsOf(failure) };
    expect(logLineSchema.parse(written)).toEqual(written);
    expect(written).toMatchObject({ kind: 'fault', status: 403, ossCode: 'AccessDenied' });
    expect(JSON.stringify(written)).not.toContain('secret');
  });

  it('of an unknown event, or with a field too many, is none', () => {
    const known = { ...line, event: 'presets-pending', presets: 'f' };
    expect(logLineSchema.safeParse(known).success).toBe(true);
    expect(logLineSchema.safeParse({ ...known, event: 'done' }).success).toBe(false);
    expect(logLineSchema.safeParse({ ...known, url: 'https://…' }).success).toBe(false);
  });
});

it('code can log only what is in the list: npm run types checks every call', () => {
  expectTypeOf<Parameters<Log['info']>[0]>().toEqualTypeOf<keyof typeof logEvents>();
  expectTypeOf<LogFacts<'ignored'>>().toEqualTypeOf<{ key?: string | undefined; reason: string }>();
  const misuse = (log: Log) => {
    // @ts-expect-error no such event
    log.info('done', {});
    // @ts-expect-error no such field
    log.info('ignored', { reason: 'no', secret: 'x' });
  };
  expect(misuse).toBeTypeOf('function');
});
