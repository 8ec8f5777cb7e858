import { beforeEach, describe, expect, it } from 'vitest';
import { findOrBegin } from '../../../cli/backfill/run.ts';
import {
  endIfOver,
  isFlawed,
  nothingDone,
  resultKey,
  type Run,
  runKey,
  runSchema,
} from '../../../shared/core/work/run.ts';
import { countResults, type RunRecord } from '../../../shared/pipeline/bulk/run-record.ts';
import { readRecord, writeRecord } from '../../../shared/pipeline/records.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';
import { defaultList } from '../../support/preset-lists.ts';

const selection: Run['selection'] = { prefix: '', mode: 'settle' };
const MINUTE_MS = 60_000;

let config: MemoryStore;
beforeEach(() => {
  config = memoryStore();
});

const begin = async () => (await beginRecord()).run;
const beginRecord = () =>
  findOrBegin(selection, { list: defaultList(), fingerprint: 'list' }, config);

/** As a command leaves it that hands over and does not wait. */
async function handedOver(batches: number, minutesAgo = 0): Promise<Run> {
  const run: Run = {
    ...(await begin()),
    phase: 'finishing',
    handedOver: { batches, originals: batches, planned: batches },
    updatedAt: new Date(Date.now() - minutesAgo * MINUTE_MS).toISOString(),
  };
  await writeRecord(config, runKey(run.id), run);
  return run;
}

async function report({ id }: Run, task: string, outcome = 'settled'): Promise<void> {
  const tally = { ...nothingDone(), batches: 1, originals: 1, outcomes: { [outcome]: 1 } };
  await writeRecord(config, resultKey(id, task), { task, tally });
}

describe('a run that handed all over', () => {
  it('is over once all its batches reported, and the same command begins anew', async () => {
    const run = await handedOver(2);
    await report(run, 'one');
    await report(run, 'two', 'thrown');
    expect(await begin()).toMatchObject({ phase: 'running', seen: 0 });
    expect(await readRecord(config, runKey(run.id), runSchema)).toMatchObject({
      phase: 'done',
      done: { batches: 2, outcomes: { settled: 1, thrown: 1 } },
    });
  });

  it('is over at once where there was nothing to hand over', async () => {
    await handedOver(0);
    expect(await begin()).toMatchObject({ phase: 'running' });
  });

  it('is gone on with while batches are under way', async () => {
    const run = await handedOver(2, 60);
    await report(run, 'one');
    expect(await begin()).toMatchObject({ id: run.id, phase: 'finishing', done: { batches: 1 } });
  });

  it('is over, and says so, where no batch reported for too long', async () => {
    const run = await handedOver(2, 31);
    expect(await begin()).toMatchObject({ phase: 'running' });
    expect(await readRecord(config, runKey(run.id), runSchema)).toMatchObject({
      phase: 'done',
      reason: 'no word of 2 batches: see the failure destination',
    });
  });
});

describe('two commands at one run', () => {
  it('are one: the second goes on, the first writes nothing any more and says why', async () => {
    const first = await beginRecord();
    first.run.handedOver.batches = 2;
    await first.flush();
    await report(first.run, 'one');
    const second = await beginRecord();
    expect(second.run).toMatchObject({ id: first.run.id, handedOver: { batches: 2 } });
    first.run.phase = 'done';
    await expect(first.flush()).rejects.toMatchObject({
      code: 'RUN_TAKEN_OVER',
      message: expect.stringContaining('another command took it over'),
    });
    await expect(countResults(first, config)).rejects.toMatchObject({ code: 'RUN_TAKEN_OVER' });
    expect(await countResults(second, config)).toBe(1);
    expect(await readRecord(config, runKey(first.run.id), runSchema)).toMatchObject({
      phase: 'running',
      done: { batches: 1 },
    });
  });

  it('lose no result, whenever the second takes over while the first counts', async () => {
    for (let step = 0; ; step += 1) {
      config = memoryStore();
      const first = await beginRecord();
      first.run.phase = 'finishing';
      first.run.handedOver = { batches: 3, originals: 3, planned: 3 };
      await first.flush();
      await report(first.run, 'one');
      await report(first.run, 'two');
      let second: RunRecord | undefined;
      const before = config.calls.length;
      config.before = async () => {
        if (config.calls.length - before !== step + 1) return;
        config.before = () => undefined;
        second = await beginRecord();
      };
      await countResults(first, config).catch(({ code }) => expect(code).toBe('RUN_TAKEN_OVER'));
      if (!second) break;
      while ((await countResults(second, config)) > 0);
      expect(second.run.done.batches, `before request ${step}`).toBe(2);
    }
  });
});

describe('a run that is done', () => {
  const run = async (done: Partial<Run['done']>) => {
    const begun = await begin();
    begun.phase = 'finishing';
    begun.handedOver.batches = 1;
    begun.done = { ...begun.done, ...done };
    endIfOver(begun, 31 * MINUTE_MS);
    return begun;
  };

  it('is without a flaw where each original has come to its end, a bad picture too', async () => {
    const done = { batches: 1, outcomes: { developed: 3, failed: 1 }, failures: {} };
    expect(isFlawed(await run(done))).toBe(false);
  });

  it('is flawed where an original was thrown, or a batch never reported', async () => {
    expect(isFlawed(await run({ batches: 1, outcomes: { developed: 3, thrown: 1 } }))).toBe(true);
    expect(isFlawed(await run({ batches: 0 }))).toBe(true);
  });
});
