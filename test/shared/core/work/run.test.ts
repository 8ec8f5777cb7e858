import { describe, expect, it } from 'vitest';
import { nothingDone, runSchema } from '../../../../shared/core/work/run.ts';

const record = {
  schema: 1,
  id: 'sweep-0123456789-abc',
  selection: { prefix: '', mode: 'settle' },
  presets: '0123456789',
  seen: 0,
  handedOver: { batches: 0, originals: 0, planned: 0 },
  done: nothingDone(),
  counted: [],
  startedAt: '2026-11-24T00:00:00.000Z',
  updatedAt: '2026-11-24T00:00:00.000Z',
};

describe('the record of a run', () => {
  it('is read in the words of before: sweep for retire, sweepAt for retireAt', () => {
    const sweepAt = '2026-11-25T00:00:00.000Z';
    const waiting = runSchema.parse({ ...record, kind: 'rollout', phase: 'retaining', sweepAt });
    expect(waiting).toMatchObject({ kind: 'rollout', retireAt: sweepAt });
    expect(waiting).not.toHaveProperty('sweepAt');
    expect(runSchema.parse({ ...record, kind: 'sweep', phase: 'running' }).kind).toBe('retire');
  });

  it('has no field that nobody knows', () => {
    const parsed = runSchema.safeParse({ ...record, kind: 'rollout', phase: 'done', more: 1 });
    expect(parsed.success).toBe(false);
  });
});
