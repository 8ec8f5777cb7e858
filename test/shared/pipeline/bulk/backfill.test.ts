import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { resultKey } from '../../../../shared/core/work/run.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import {
  type BackfillBatch,
  backfill,
  LAST_ATTEMPT,
} from '../../../../shared/pipeline/bulk/backfill.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { mortal, newProcess } from '../../../support/mortal.ts';
import { SMALL } from '../../../support/preset-lists.ts';

const RUN = { id: 'r', task: 't', planned: 0, startedAt: '2026-11-23T09:00:00.000Z' };

function filled(originals: Record<string, string>): TestDarkroom {
  const darkroom = testDarkroom();
  for (const [key, kind] of Object.entries(originals)) {
    darkroom.originals.upload(key, `jpeg 1600x1200 ${kind} ${key}`);
  }
  return darkroom;
}

/** One delivery in a process of its own. A killer takes a moment, so that what is beside it has begun. */
async function deliver(batch: BackfillBatch, attempt: number, darkroom: TestDarkroom) {
  const process = newProcess();
  const { originals, derivatives, config, codec } = darkroom;
  const decode: typeof codec.decode = async (file, options) => {
    const isKiller = file.toString().includes('killer');
    await new Promise(resolve => setTimeout(resolve, isKiller ? 2 : 5));
    return isKiller ? await process.die() : await codec.decode(file, options);
  };
  const opened = {
    ...darkroom,
    originals: mortal(originals, process),
    derivatives: mortal(derivatives, process),
    codec: { ...codec, decode },
    attempt,
  };
  return await Promise.race([backfill(batch, opened, mortal(config, process)), process.died]);
}

/** As FC delivers it: until it is answered, or given up. */
async function deliverAll(batch: BackfillBatch, darkroom: TestDarkroom): Promise<number> {
  for (let attempt = 0; attempt <= LAST_ATTEMPT; attempt += 1) {
    if ((await deliver(batch, attempt, darkroom)) !== 'died') return attempt + 1;
  }
  return Number.POSITIVE_INFINITY;
}

const failuresIn = (darkroom: TestDarkroom, keys: string[]) =>
  keys.filter(key => darkroom.manifest(key)?.failure?.code === 'ORIGINAL_CRASHED');

describe('a batch with a picture that kills the process', () => {
  it('leaves the failure with that picture, and none with the one that was in flight beside it', async () => {
    const keys = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
    const darkroom = filled({ 'a.jpg': 'good', 'b.jpg': 'killer', 'c.jpg': 'good', 'd.jpg': '' });
    expect(await deliverAll({ keys, mode: 'settle', run: RUN }, darkroom)).toBe(4);
    expect(failuresIn(darkroom, keys)).toEqual(['b.jpg']);
    for (const key of ['a.jpg', 'c.jpg', 'd.jpg']) {
      expect(darkroom.manifest(key)).toMatchObject({ complete: true });
    }
    expect(darkroom.config.keys()).toContain(resultKey('r', 't'));
  });

  it.each(['settle', 'missing', 'force', 'retry-failed', 'stale'] as const)(
    'settles two of them, one after the other, in mode %s',
    async mode => {
      const keys = ['a.jpg', 'b.jpg'];
      const darkroom = filled({ 'a.jpg': 'killer', 'b.jpg': 'killer' });
      if (mode === 'retry-failed' || mode === 'stale') {
        darkroom.at('2026-11-23T08:00:00.000Z');
        for (const key of keys) {
          const content = darkroom.originals.objects.get(key)?.bytes ?? '';
          darkroom.originals.upload(key, 'undecodable');
          await backfill({ keys: [key], mode: 'settle' }, darkroom, darkroom.config);
          darkroom.originals.upload(key, content);
        }
        darkroom.at('2026-11-23T10:00:00.000Z');
      }
      expect(await deliverAll({ keys, mode, run: RUN }, darkroom)).toBe(6);
      expect(failuresIn(darkroom, keys)).toEqual(keys);
    },
  );

  it('comes to its end with three of them, within the attempts that there are', async () => {
    const killers = Array.from({ length: 3 }, (_, index) => `k${index}.jpg`);
    const innocent = Array.from({ length: 20 }, (_, index) => `g${index}.jpg`);
    const keys = [...innocent.slice(0, 9), ...killers, ...innocent.slice(9)];
    const darkroom = filled(
      Object.fromEntries(keys.map(key => [key, key.startsWith('k') ? 'killer' : 'good'])),
    );
    expect(await deliverAll({ keys, mode: 'settle', run: RUN }, darkroom)).toBe(LAST_ATTEMPT);
    expect(failuresIn(darkroom, keys)).toEqual(killers);
    for (const key of innocent) expect(darkroom.manifest(key)).toMatchObject({ complete: true });
    expect(darkroom.config.keys()).toContain(resultKey('r', 't'));
  });

  it.each(['force', 'settle'] as const)(
    'takes nothing of a set that is there, in mode %s',
    async mode => {
      const darkroom = testDarkroom();
      darkroom.originals.upload('a.jpg', 'jpeg 1600x1200 killer');
      darkroom.at('2026-11-23T08:00:00.000Z');
      await backfill({ keys: ['a.jpg'], mode: 'settle' }, darkroom, darkroom.config);
      const before = darkroom.manifest('a.jpg');
      darkroom.at('2026-11-23T10:00:00.000Z');
      darkroom.edit(SMALL.replace('[480, 1080]', '[480, 960]'));
      expect(await deliverAll({ keys: ['a.jpg'], mode, run: RUN }, darkroom)).toBe(4);
      const after = darkroom.manifest('a.jpg');
      expect(after?.variants).toEqual(before?.variants);
      expect(after?.retired).toEqual([]);
      expect(failuresIn(darkroom, ['a.jpg'])).toEqual(['a.jpg']);
    },
  );

  it('works on one original at a time under suspicion, on two before', async () => {
    const most = async (attempt: number) => {
      const darkroom = filled({ 'a.jpg': '', 'b.jpg': '', 'c.jpg': '', 'd.jpg': '' });
      let now = 0;
      let peak = 0;
      const { decode } = darkroom.codec;
      darkroom.codec.decode = async (...asked) => {
        now += 1;
        peak = Math.max(peak, now);
        await new Promise(resolve => setTimeout(resolve, 2));
        now -= 1;
        return await decode(...asked);
      };
      const keys = darkroom.originals.keys();
      await backfill({ keys, mode: 'settle' }, { ...darkroom, attempt }, darkroom.config);
      return peak;
    };
    expect(await Promise.all([0, 1, 2, LAST_ATTEMPT].map(most))).toEqual([2, 1, 1, 1]);
  });
});

describe('an original that was archived', () => {
  it('and is restored is developed by retry-failed, and by no other run before', async () => {
    const keys = ['a.jpg'];
    const darkroom = filled({ 'a.jpg': 'good' });
    const { getExactly } = darkroom.originals;
    darkroom.originals.getExactly = async () => {
      throw new Failure('ORIGINAL_ARCHIVED', 'expected an original that can be read');
    };
    darkroom.at('2026-11-23T08:00:00.000Z');
    await backfill({ keys, mode: 'settle' }, darkroom, darkroom.config);
    expect(darkroom.manifest('a.jpg')?.failure?.code).toBe('ORIGINAL_ARCHIVED');
    darkroom.originals.getExactly = getExactly;
    darkroom.at('2026-11-23T10:00:00.000Z');
    await backfill({ keys, mode: 'settle' }, darkroom, darkroom.config);
    expect(darkroom.manifest('a.jpg')?.failure?.code).toBe('ORIGINAL_ARCHIVED');
    await backfill({ keys, mode: 'retry-failed' }, darkroom, darkroom.config);
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true });
  });
});

describe('a file that a slow view made by a list that was in force before', () => {
  it('is named as retired, and gone once its time is over', async () => {
    const darkroom = filled({ 'a.jpg': 'good' });
    const keys = ['a.jpg'];
    await backfill({ keys, mode: 'settle' }, darkroom, darkroom.config);
    const stray = `a.jpg/${darkroom.manifest('a.jpg')?.version}/feed-480-0123456789.jpg`;
    darkroom.derivatives.upload(stray, 'by the former list');
    await backfill({ keys, mode: 'settle', made: true }, darkroom, darkroom.config);
    expect(darkroom.manifest('a.jpg')?.retired.map(({ key }) => key)).toEqual([stray]);
    expect(darkroom.config.keys()).toEqual([unfinishedKey('a.jpg')]);
    darkroom.at('2026-11-23T12:00:00.000Z');
    // As a sweep hands it over.
    await backfill({ keys, mode: 'settle', isDoubted: true }, darkroom, darkroom.config);
    expect(darkroom.derivatives.objects.has(stray)).toBe(false);
  });
});

describe('a file on demand that a view made', () => {
  const ON_DEMAND = SMALL.replace('widths: [480, 1080],', 'widths: [480], generate: on_demand,');

  it('is made anew by force, as what is made on upload is: it may be what is damaged', async () => {
    const darkroom = testDarkroom(ON_DEMAND);
    darkroom.at('2026-11-23T08:00:00.000Z');
    const keys = ['a.jpg'];
    darkroom.originals.upload('a.jpg', 'jpeg 1600x1200');
    await backfill({ keys, mode: 'settle' }, darkroom, darkroom.config);
    const onDemand = darkroom.manifest('a.jpg')?.variants.filter(one => one.state === 'on_demand');
    const [seen = '', unseen] = onDemand?.map(({ key }) => key) ?? [];
    darkroom.derivatives.upload(seen, 'damaged');
    await backfill({ keys, mode: 'settle', made: true }, darkroom, darkroom.config);
    darkroom.at('2026-11-23T10:00:00.000Z');
    await backfill({ keys, mode: 'force', run: RUN }, darkroom, darkroom.config);
    expect(darkroom.derivatives.objects.get(seen)?.bytes.toString()).not.toBe('damaged');
    expect(darkroom.manifest('a.jpg')?.variants).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ key: seen, state: 'rendered' }),
        expect.objectContaining({ key: unseen, state: 'on_demand' }),
      ]),
    );
  });

  it('is not said to be there where the original was deleted and came again since it was listed', async () => {
    const darkroom = testDarkroom(ON_DEMAND);
    const { originals, derivatives, config } = darkroom;
    const keys = ['a.jpg'];
    originals.upload('a.jpg', 'jpeg 1600x1200');
    await backfill({ keys, mode: 'settle' }, darkroom, config);
    const seen = darkroom.manifest('a.jpg')?.variants.find(one => one.state === 'on_demand')?.key;
    derivatives.upload(seen ?? '', 'by a view');
    derivatives.before = async ({ operation }) => {
      if (operation !== 'head') return;
      derivatives.before = () => undefined;
      originals.objects.delete('a.jpg');
      await backfill({ keys, mode: 'settle' }, darkroom, config);
      originals.upload('a.jpg', 'jpeg 1600x1200');
      await backfill({ keys, mode: 'settle' }, darkroom, config);
    };
    await backfill({ keys, mode: 'settle', made: true }, darkroom, config);
    expect(derivatives.objects.has(seen ?? '')).toBe(false);
    const entry = darkroom.manifest('a.jpg')?.variants.find(({ key }) => key === seen);
    expect(entry?.state).toBe('on_demand');
  });
});
