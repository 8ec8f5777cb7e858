import { describe, expect, it } from 'vitest';
import { progressInWords, runLine, totalOf } from '../../../cli/terminal/run-words.ts';
import { nothingDone, type Run } from '../../../shared/core/work/run.ts';

const run = (change: Partial<Run>, originals = 0): Run => ({
  schema: 1,
  id: 'r',
  kind: 'rollout',
  selection: { prefix: '', mode: 'settle' },
  phase: 'running',
  presets: 'p',
  from: [],
  granted: 0,
  seen: 0,
  handedOver: { batches: 0, originals: 0, planned: 0 },
  counted: [],
  startedAt: '2026-11-23T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
  ...change,
  done: { ...nothingDone(), originals },
});
const handedOver = (originals: number) => ({ batches: 1, originals, planned: 0 });
const expected = 4000;

describe('how far a run is', () => {
  it.each<[string, Run, number | undefined, string]>([
    [
      'of what was counted, from its first second',
      run({ expected }),
      4000,
      '0 of 4,000 originals done (0 files rendered)',
    ],
    [
      'of what is handed over, where that is more than was counted',
      run({ expected, handedOver: handedOver(4100) }, 12),
      4100,
      '12 of 4,100 originals done (0 files rendered)',
    ],
    [
      'of nothing known, while a bucket is listed that nobody counted',
      run({ handedOver: handedOver(300) }, 1),
      undefined,
      '1 original done of 300 handed over so far (0 files rendered)',
    ],
    [
      'of what was counted, too, where it was stopped on its way',
      run({ expected, phase: 'stopped', handedOver: handedOver(300) }, 200),
      4000,
      '200 of 4,000 originals done (0 files rendered)',
    ],
    [
      'of what was handed over, once that is all',
      run({ expected, phase: 'finishing', handedOver: handedOver(1) }, 1),
      1,
      '1 of 1 original done (0 files rendered)',
    ],
  ])('is told %s', (_, one, total, text) => {
    expect(totalOf(one)).toBe(total);
    expect(progressInWords(one)).toBe(text);
  });
});

describe('the line of who watches a run', () => {
  const since = { at: 0, done: 100 };

  it('has the rate of what is done, and the time that is left', () => {
    const one = run({ expected, handedOver: handedOver(1000) }, 500);
    expect(runLine(one, since, 10_000)).toEqual([
      '500/4,000 done',
      '40/s',
      '1 min 28 s left',
      '1,000 handed over',
    ]);
  });

  it.each<[Run, string]>([
    [run({ handedOver: handedOver(1000) }, 500), 'still listing'],
    [run({ expected }, 100), 'time left unknown'],
    [run({ expected: 4_000_000 }, 500), '27.8 h left'],
  ])('says what it does not know', (one, left) => {
    expect(runLine(one, since, 10_000)[2]).toBe(left);
  });

  it('says what failed', () => {
    const one = run({ expected, phase: 'finishing', handedOver: handedOver(10) }, 10);
    one.done.failures = { ORIGINAL_UNDECODABLE: 2, ORIGINAL_TOO_LARGE: 1 };
    expect(runLine(one, since, 1000).at(-1)).toBe('3 failed');
  });

  it('says of no time that is left once all is done', () => {
    const one = run({ phase: 'finishing', handedOver: handedOver(200) }, 200);
    expect(runLine(one, since, 50_000)).toEqual(['200/200 done', '2/s']);
  });
});
