import { describe, expect, it } from 'vitest';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { SWEEP_KEY, sweepSchema } from '../../../../shared/core/work/sweep.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type SweepContext, sweep } from '../../../../shared/pipeline/inspect/sweep.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';

const PHOTO = 'jpeg 1600x1200';

interface TestSweep extends SweepContext {
  darkroom: TestDarkroom;
  tasks: { id: string; mode: string; keys: string[] }[];
  errors: string[];
  config: TestDarkroom['config'];
  state(): ReturnType<typeof sweepSchema.parse> | undefined;
}

/** The worker does at once what is handed over to it. */
async function deskOf(...keys: string[]): Promise<TestSweep> {
  const darkroom = testDarkroom();
  for (const key of keys) {
    darkroom.originals.upload(key, PHOTO);
    await reconcile(key, darkroom);
  }
  const known = new Set<string>();
  const errors: string[] = [];
  const nothing = () => undefined;
  const desk: TestSweep = {
    darkroom,
    originals: darkroom.originals,
    derivatives: darkroom.derivatives,
    config: darkroom.config,
    bucket: 'originals',
    tasks: [],
    errors,
    maxShare: 0.5,
    queue: {
      submit: async (id, payload) => {
        if (known.has(id)) return 'duplicate';
        known.add(id);
        const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(payload.toString()));
        desk.tasks.push({ id, mode: batch.mode, keys: batch.keys });
        await backfill(batch, darkroom, darkroom.config);
        return 'accepted';
      },
    },
    log: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (event, facts) => errors.push(`${event}: ${'reason' in facts ? facts.reason : ''}`),
    },
    now: () => darkroom.now(),
    deadline: new Date('2100-01-01'),
    state: () => {
      const stored = darkroom.config.objects.get(SWEEP_KEY);
      return stored && sweepSchema.parse(JSON.parse(String(stored.bytes)));
    },
  };
  return desk;
}

const TEN = Array.from({ length: 10 }, (_, index) => `p/${index}.jpg`);

describe('a sweep', () => {
  it('hands over the sets whose original went without an event, and nothing else', async () => {
    const desk = await deskOf(...TEN);
    const { originals, derivatives } = desk.darkroom;
    for (const key of ['p/3.jpg', 'p/7.jpg']) originals.objects.delete(key);
    expect(await sweep(desk, true)).toBe('idle');
    expect(desk.tasks.map(({ mode, keys }) => [mode, keys])).toEqual([
      ['settle', ['p/3.jpg', 'p/7.jpg']],
    ]);
    expect(derivatives.keys().filter(key => /p\/[37]/.test(key))).toEqual([]);
    expect(derivatives.keys()).toHaveLength(8 * 6);
    expect(desk.state()).toMatchObject({
      phase: 'done',
      walked: { objects: 60, sets: 10 },
      orphans: { objects: 12, sets: 2 },
      handedOver: { pages: 1, originals: 2 },
    });
    expect(desk.config.keys()).toEqual([SWEEP_KEY]);
  });

  it('costs a HEAD for each set, and a GET for one whose original is gone', async () => {
    const desk = await deskOf(...TEN);
    const { originals, derivatives } = desk.darkroom;
    originals.objects.delete('p/3.jpg');
    originals.calls.length = 0;
    derivatives.calls.length = 0;
    await sweep({ ...desk, queue: { submit: async () => 'accepted' } }, true);
    expect(originals.calls.map(({ operation }) => operation)).toEqual(Array(10).fill('head'));
    expect(derivatives.calls).toEqual([
      { operation: 'list', key: '' },
      { operation: 'get', key: 'p/3.jpg/manifest.json' },
    ]);
  });

  it('starts by its timer only, and goes on whoever calls', async () => {
    const desk = await deskOf('a.jpg');
    expect(await sweep(desk, false)).toBe('idle');
    expect(desk.state()).toBeUndefined();
    const late = { ...desk, deadline: new Date('2000-01-01') };
    expect(await sweep(late, true)).toBe('more');
    expect(await sweep(desk, false)).toBe('idle');
    expect(desk.state()?.phase).toBe('done');
  });

  it('refuses to go on where too much is orphaned, and says so', async () => {
    const desk = await deskOf(...TEN);
    const before = desk.darkroom.derivatives.keys();
    desk.darkroom.originals.objects.clear();
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
    expect(desk.darkroom.derivatives.keys()).toEqual(before);
    expect(desk.state()).toMatchObject({
      phase: 'refused',
      reason: expect.stringMatching(/at most 50 % of the 60 objects .*found 60, that is 100 %/),
    });
    expect(desk.errors).toEqual([
      expect.stringMatching(/^sweep-ended: .*DARKROOM_SWEEP_MAX_SHARE/),
    ]);
    expect(desk.config.keys()).toEqual([SWEEP_KEY]);
    expect(await sweep(desk, false)).toBe('idle');
  });

  it('ends alike however often it runs out of time', async () => {
    const desk = await deskOf(...TEN);
    for (const key of ['p/0.jpg', 'p/5.jpg', 'p/9.jpg'])
      desk.darkroom.originals.objects.delete(key);
    let looks = 0;
    // Each invocation is over at its third look at the clock.
    const hurried = {
      ...desk,
      now: () => new Date(looks++ % 3 === 2 ? '2100-01-02' : '2026-11-24'),
    };
    let turns = 0;
    while ((await sweep(hurried, turns === 0)) === 'more') turns += 1;
    expect(turns).toBeGreaterThan(3);
    expect(desk.state()).toMatchObject({
      phase: 'done',
      orphans: { sets: 3 },
      walked: { sets: 10 },
    });
    expect(desk.tasks.flatMap(({ keys }) => keys).sort()).toEqual([
      'p/0.jpg',
      'p/5.jpg',
      'p/9.jpg',
    ]);
  });

  it('ends alike wherever it dies, and hands nothing over twice', async () => {
    for (let fatal = 0; fatal < 9; fatal += 1) {
      const desk = await deskOf(...TEN);
      desk.darkroom.originals.objects.delete('p/5.jpg');
      let changes = 0;
      desk.darkroom.config.before = ({ operation, key }) => {
        const isOurs = key.startsWith('sweep') && (operation === 'put' || operation === 'remove');
        if (isOurs && changes++ === fatal) throw new Error('power cut');
      };
      await sweep(desk, true).catch(() => undefined);
      desk.darkroom.config.before = () => undefined;
      if (desk.state()?.phase !== 'done') await sweep(desk, true);
      expect(desk.state()).toMatchObject({ phase: 'done', orphans: { sets: 1 } });
      expect(desk.tasks.flatMap(({ keys }) => keys)).toEqual(['p/5.jpg']);
      expect(desk.darkroom.derivatives.keys()).toHaveLength(9 * 6);
    }
  });

  it('takes no tombstone for an orphan, and finishes a take-down that is not whole', async () => {
    const desk = await deskOf(...TEN);
    const { darkroom } = desk;
    const manifest = darkroom.derivatives.objects.get('p/1.jpg/manifest.json');
    const order = { by: 'moderator', reason: undefined };
    for (const key of ['p/1.jpg', 'p/2.jpg']) await takeDown(key, order, darkroom);
    for (const key of ['p/1.jpg', 'p/2.jpg']) darkroom.originals.objects.delete(key);
    // As a run leaves it that died between its last write and its look, for the last time.
    if (manifest) darkroom.derivatives.objects.set('p/1.jpg/manifest.json', manifest);
    darkroom.at('2026-11-23T11:00:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks.map(({ mode, keys }) => [mode, keys])).toEqual([['takedown', ['p/1.jpg']]]);
    for (const key of ['p/1.jpg', 'p/2.jpg']) {
      expect(darkroom.manifest(key)).toMatchObject({ takenDown: {}, variants: [] });
    }
    expect(desk.state()?.takedowns).toEqual({ looked: 2, broken: 1 });
  });

  it('pages what it finds, so that no number of orphans has to fit in memory', async () => {
    const many = Array.from(
      { length: 2500 },
      (_, index) => `p/${String(index).padStart(5, '0')}.jpg`,
    );
    const desk = await deskOf();
    for (const key of many) {
      desk.darkroom.derivatives.upload(`${key}/0123456789/feed-480-0123456789.jpg`, 'x');
    }
    const pages: number[] = [];
    desk.darkroom.config.before = ({ operation, key }) => {
      if (operation === 'put' && /^sweep\/.*\/\d+\.json$/.test(key)) pages.push(pages.length);
    };
    await sweep({ ...desk, maxShare: 1 }, true);
    expect(pages).toHaveLength(3);
    expect(desk.tasks.flatMap(({ keys }) => keys)).toEqual(many);
    expect(desk.darkroom.derivatives.keys()).toEqual([]);
  });
});
