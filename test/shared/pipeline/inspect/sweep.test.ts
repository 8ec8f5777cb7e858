import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import {
  FREELY_HANDED_OVER,
  pageKey,
  SWEEP_KEY,
  sweepSchema,
} from '../../../../shared/core/work/sweep.ts';
import { heldKey } from '../../../../shared/core/moderation/verdict.ts';
import { idOfText } from '../../../support/memory-store.ts';
import { newUnfinished, unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { sweep } from '../../../../shared/pipeline/inspect/sweep.ts';
import type { SweepContext } from '../../../../shared/pipeline/inspect/sweep-state.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';

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
    listInForce: darkroom.listInForce,
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
  it('removes what was shown to who judges, and what was taken of a budget, a day later', async () => {
    const desk = await deskOf();
    const hours = (count: number) => new Date(desk.now().getTime() - count * 3_600_000);
    const keep = ['moderation/verdicts/1-2.json', 'moderation/reviews/1-2.json'];
    for (const key of keep) desk.config.upload(key, '{}', hours(1000));
    for (const prefix of ['moderation/judged/', 'moderation/calls/2026-11-23/']) {
      desk.config.upload(`${prefix}old`, 'x', hours(26));
      desk.config.upload(`${prefix}new`, 'x', hours(24));
    }
    await sweep(desk, true);
    const left = desk.config.keys().filter(key => key.startsWith('moderation/'));
    expect(left).toEqual(
      ['moderation/calls/2026-11-23/new', 'moderation/judged/new', ...keep].sort(),
    );
  });

  it('removes what waits for a person of originals that are gone or replaced, a day later', async () => {
    const desk = await deskOf();
    const { originals } = desk.darkroom;
    desk.darkroom.edit(moderated(SMALL));
    const riskyOf = (key: string) => `${PHOTO} label x 50 low of ${key}`;
    for (const key of ['stays.jpg', 'goes.jpg', 'replaced.jpg', 'copied.jpg', 'young.jpg']) {
      originals.uploadTold(key, riskyOf(key));
      await reconcile(key, desk.darkroom);
    }
    const held = () => desk.config.keys().filter(key => key.startsWith('moderation/held/'));
    expect(held()).toHaveLength(5);
    for (const key of held()) {
      const isYoung = key === heldKey(idOfText(riskyOf('young.jpg')));
      const { modifiedAt } = desk.config.objects.get(key)!;
      const age = isYoung ? 24 : 26;
      modifiedAt.setTime(desk.now().getTime() - age * 3_600_000);
    }
    originals.copy('copied.jpg', 'copied.jpg');
    originals.uploadTold('replaced.jpg', PHOTO);
    for (const key of ['goes.jpg', 'young.jpg']) originals.objects.delete(key);
    desk.config.upload(heldKey('of-nothing'), 'x', new Date(0));
    await sweep(desk, true);
    expect(held()).toEqual(
      ['stays.jpg', 'copied.jpg', 'young.jpg'].map(key => heldKey(idOfText(riskyOf(key)))).sort(),
    );
  });

  it('hands over no picture that waits for a person, and one that waits for the service each day', async () => {
    const desk = await deskOf();
    const yaml = moderated(SMALL).replaceAll('moderate: {', 'moderate: { most: 1,');
    desk.darkroom.edit(yaml);
    const risky = `${PHOTO} label x 50 low`;
    desk.darkroom.originals.upload('person.jpg', risky);
    await reconcile('person.jpg', desk.darkroom);
    desk.darkroom.originals.upload('service.jpg', `${PHOTO} `);
    await reconcile('service.jpg', desk.darkroom);
    expect(desk.darkroom.manifest('service.jpg')).toMatchObject({ state: 'held' });
    desk.darkroom.at('2026-11-24T12:00:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks.flatMap(({ keys }) => keys)).toEqual(['service.jpg']);
    expect(desk.darkroom.manifest('service.jpg')).toMatchObject({ complete: true });
  });

  it('hands over no symlink that is as it should be or that leads nowhere, but the set that such a one left', async () => {
    const desk = await deskOf();
    const { originals, derivatives } = desk.darkroom;
    originals.upload('p/a.jpg', PHOTO, new Date(0));
    originals.upload('p/b.jpg', PHOTO, new Date(0));
    originals.link('good.jpg', 'p/a.jpg');
    originals.link('never.jpg', 'nowhere.jpg');
    originals.upload('docs/a.jpg', PHOTO, new Date(0));
    originals.link('unasked.jpg', 'docs/a.jpg');
    originals.link('was.jpg', 'p/b.jpg');
    for (const key of ['p/a.jpg', 'good.jpg', 'was.jpg']) await reconcile(key, desk.darkroom);
    originals.objects.delete('p/b.jpg');
    desk.maxShare = 1;
    expect(await sweep(desk, true)).toBe('idle');
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['was.jpg']]);
    expect(derivatives.keys().some(key => key.startsWith('was.jpg/'))).toBe(false);
    expect(desk.state()).toMatchObject({ neglected: { undeveloped: 0, outdated: 0 } });
  });

  it('hands over an original of which something else is said since its manifest', async () => {
    const desk = await deskOf('a.jpg', 'b.jpg');
    const { originals } = desk.darkroom;
    const later = new Date(Date.now() + 60_000);
    originals.say('a.jpg', { x: 430, y: 900 }, later);
    originals.say('b.jpg', undefined, later);
    desk.darkroom.at(new Date(later.getTime() + 2 * 3600_000).toISOString());
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['a.jpg']]);
    expect(desk.darkroom.manifest('a.jpg')).toMatchObject({
      original: { focus: { x: 430, y: 900 } },
    });
  });

  it('hands over a symlink whose target was replaced, of which no event tells', async () => {
    const desk = await deskOf('p/a.jpg', 'p/b.jpg');
    const { originals } = desk.darkroom;
    for (const one of ['a.jpg', 'b.jpg']) {
      originals.link(one, `p/${one}`);
      await reconcile(one, desk.darkroom);
    }
    originals.upload('p/a.jpg', 'jpeg 800x600');
    await reconcile('p/a.jpg', desk.darkroom);
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['a.jpg']]);
    expect(desk.darkroom.manifest('a.jpg')?.original).toMatchObject({ width: 800, height: 600 });
  });

  it('hands over what symlinks show of a picture that was taken down', async () => {
    const desk = await deskOf('p/a.jpg', 'p/b.jpg');
    const { darkroom } = desk;
    for (const one of ['a.jpg', 'b.jpg']) {
      darkroom.originals.link(one, `p/${one}`);
      await reconcile(one, darkroom);
    }
    await takeDown('p/a.jpg', { by: 'me', reason: undefined }, darkroom);
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['a.jpg']]);
    expect(darkroom.derivatives.keys().filter(key => key.startsWith('a.jpg/'))).toEqual([]);
    await sweep(desk, true);
    expect(desk.tasks).toHaveLength(1);
  });

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

  it('costs one listing of each bucket, and a HEAD and a GET for a set whose original is gone', async () => {
    const desk = await deskOf(...TEN);
    const { originals, derivatives } = desk.darkroom;
    originals.objects.delete('p/3.jpg');
    originals.calls.length = 0;
    derivatives.calls.length = 0;
    await sweep({ ...desk, queue: { submit: async () => 'accepted' } }, true);
    expect(originals.calls).toEqual([
      { operation: 'list', key: '' },
      { operation: 'head', key: 'p/3.jpg' },
    ]);
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

/** The state of a test's bucket, as it was hours ago. */
const LONG_AGO = new Date('2026-11-20T10:00:00.000Z');
const NOW = '2026-11-23T10:00:00.000Z';

function aged({ darkroom }: TestSweep, key: string, modifiedAt: Date): void {
  for (const store of [darkroom.originals, darkroom.derivatives]) {
    const stored = store.objects.get(key);
    if (stored) store.objects.set(key, { ...stored, modifiedAt });
  }
}

/** As if all of it lay there for days. */
async function oldDeskOf(...keys: string[]): Promise<TestSweep> {
  const desk = await deskOf(...keys);
  const { originals, derivatives } = desk.darkroom;
  for (const key of [...originals.keys(), ...derivatives.keys()]) aged(desk, key, LONG_AGO);
  desk.darkroom.at(NOW);
  return desk;
}

const minutesAgo = (minutes: number) => new Date(Date.parse(NOW) - minutes * 60_000);

describe('an original that no event told of', () => {
  it('is handed over after an hour, and developed; one that no rule asks for is not', async () => {
    const desk = await oldDeskOf(...TEN);
    const { originals } = desk.darkroom;
    originals.upload('lost.jpg', PHOTO, minutesAgo(61));
    originals.upload('young.jpg', PHOTO, minutesAgo(59));
    originals.upload('docs/lost.jpg', PHOTO, LONG_AGO);
    originals.upload('folder/', '', LONG_AGO);
    await sweep(desk, true);
    expect(desk.tasks.map(({ mode, keys }) => [mode, keys])).toEqual([['settle', ['lost.jpg']]]);
    expect(desk.darkroom.manifest('lost.jpg')).toMatchObject({ complete: true });
    expect(desk.state()).toMatchObject({
      phase: 'done',
      neglected: { undeveloped: 1, outdated: 0, leftovers: 0 },
      walked: { originals: 14 },
    });
  });

  it('is one of too many: those that nobody ever asked for are a backfill’s, and are said', async () => {
    const desk = await deskOf();
    const many = FREELY_HANDED_OVER + 500;
    for (let index = 0; index < many; index++) {
      desk.darkroom.originals.upload(`p/${String(index).padStart(6, '0')}.jpg`, PHOTO, LONG_AGO);
    }
    desk.darkroom.at(NOW);
    let handedOver = 0;
    const submit: SweepContext['queue']['submit'] = async (_, payload) => {
      handedOver += batchSchema.parse(JSON.parse(payload.toString())).keys.length;
      return 'accepted';
    };
    await sweep({ ...desk, queue: { submit } }, true);
    expect(handedOver).toBe(FREELY_HANDED_OVER);
    expect(desk.state()).toMatchObject({ neglected: { undeveloped: many }, heldBack: 500 });
    expect(desk.errors).toEqual(['sweep-ended: ']);
    handedOver = 0;
    await sweep({ ...desk, queue: { submit }, maxShare: 1 }, true);
    expect(handedOver).toBe(many);
    expect(desk.state()).toMatchObject({ heldBack: 0 });
  });

  it('and was overwritten is developed anew, but not for the same bytes', async () => {
    const desk = await oldDeskOf(...TEN);
    const { originals } = desk.darkroom;
    originals.upload('p/1.jpg', 'jpeg 800x600', minutesAgo(61));
    originals.upload('p/2.jpg', PHOTO, minutesAgo(61));
    originals.upload('p/3.jpg', 'jpeg 800x600', minutesAgo(59));
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
    expect(desk.darkroom.manifest('p/1.jpg')?.original).toMatchObject({ width: 800 });
    expect(desk.state()?.neglected).toEqual({
      undeveloped: 0,
      outdated: 1,
      leftovers: 0,
      overdue: 0,
    });
  });

  it('and is a take-down stays down, without a run each day', async () => {
    const desk = await oldDeskOf(...TEN);
    const { darkroom } = desk;
    await takeDown('p/1.jpg', { by: 'moderator', reason: undefined }, darkroom);
    aged(desk, 'p/1.jpg/manifest.json', LONG_AGO);
    darkroom.originals.upload('p/1.jpg', 'jpeg 800x600', minutesAgo(61));
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
  });

  it('is handed over whatever else is orphaned', async () => {
    const desk = await oldDeskOf(...TEN);
    desk.darkroom.originals.objects.clear();
    desk.darkroom.originals.upload('lost.jpg', PHOTO, LONG_AGO);
    await sweep(desk, true);
    expect(desk.state()?.phase).toBe('refused');
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['lost.jpg']]);
  });

  it('costs nothing where all is well, of sets within each other too', async () => {
    const desk = await oldDeskOf(
      'a.jpg',
      'a.jpg!x',
      'a/b.jpg',
      'a/b.jpg/c.png',
      '中 文+%.jpg',
      'a',
    );
    const { originals, derivatives } = desk.darkroom;
    originals.calls.length = 0;
    derivatives.calls.length = 0;
    await sweep(desk, true);
    expect(originals.calls).toEqual([{ operation: 'list', key: '' }]);
    expect(derivatives.calls).toEqual([{ operation: 'list', key: '' }]);
    expect(desk.state()).toMatchObject({ walked: { sets: 6, originals: 6, objects: 36 } });
    expect(desk.tasks).toEqual([]);
  });
});

describe('files of replaced versions', () => {
  const OLD = 'p/1.jpg/0123456789/feed-480-0123456789.jpg';

  it('that no manifest names go, once their time is over, within two sweeps', async () => {
    const desk = await oldDeskOf(...TEN);
    const { darkroom } = desk;
    darkroom.derivatives.upload(OLD, 'x', LONG_AGO);
    await sweep(desk, true);
    expect(desk.state()?.neglected).toEqual({
      undeveloped: 0,
      outdated: 0,
      leftovers: 1,
      overdue: 0,
    });
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
    expect(darkroom.manifest('p/1.jpg')?.retired).toMatchObject([{ key: OLD }]);
    aged(desk, 'p/1.jpg/manifest.json', new Date(NOW));
    darkroom.at('2026-11-25T10:00:00.000Z');
    await sweep(desk, true);
    expect(darkroom.derivatives.objects.has(OLD)).toBe(false);
    expect(darkroom.manifest('p/1.jpg')?.retired).toEqual([]);
    desk.tasks.length = 0;
    aged(desk, 'p/1.jpg/manifest.json', new Date('2026-11-25T10:00:00.000Z'));
    darkroom.at('2026-11-27T10:00:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
  });

  it('that its manifest retired go without any other run', async () => {
    const desk = await oldDeskOf('a.jpg');
    const { darkroom } = desk;
    darkroom.originals.upload('a.jpg', 'jpeg 800x600', LONG_AGO);
    await reconcile('a.jpg', darkroom);
    const before = darkroom.derivatives.keys().length;
    aged(desk, 'a.jpg/manifest.json', new Date(NOW));
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
    darkroom.at('2026-11-25T10:00:00.000Z');
    await sweep(desk, true);
    expect(darkroom.derivatives.keys().length).toBeLessThan(before);
    expect(darkroom.manifest('a.jpg')?.retired).toEqual([]);
  });

  it('of which nothing can be made any more go as well', async () => {
    const desk = await oldDeskOf('a.jpg');
    const { darkroom } = desk;
    darkroom.originals.upload('a.jpg', 'not a picture', LONG_AGO);
    await reconcile('a.jpg', darkroom);
    expect(darkroom.derivatives.keys()).toHaveLength(6);
    aged(desk, 'a.jpg/manifest.json', new Date(NOW));
    darkroom.at('2026-11-25T10:00:00.000Z');
    await sweep(desk, true);
    expect(desk.state()?.neglected.leftovers).toBe(1);
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it('are not those of an original that was copied onto itself, whose version stays', async () => {
    const desk = await oldDeskOf('a.jpg');
    const { darkroom } = desk;
    const { list } = darkroom.originals;
    // Another ETag than the one that the files' version was made of.
    darkroom.originals.list = async function* (prefix, options) {
      for await (const entry of list(prefix, options)) yield { ...entry, etag: 'F'.repeat(32) };
    };
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
  });

  it('without a manifest, of an original that no rule asks for, go as well', async () => {
    const desk = await oldDeskOf(...TEN);
    desk.darkroom.originals.upload('docs/a.jpg', PHOTO, LONG_AGO);
    const key = 'docs/a.jpg/0123456789/feed-480-0123456789.jpg';
    desk.darkroom.derivatives.upload(key, 'x', LONG_AGO);
    await sweep(desk, true);
    expect(desk.darkroom.derivatives.objects.has(key)).toBe(false);
  });
});

describe('files without a manifest', () => {
  it('go, though no rule asks for their original and it is gone', async () => {
    const desk = await oldDeskOf(...TEN);
    const left = 'docs/a.jpg/0123456789/thumb-100-0123456789.jpg';
    desk.darkroom.derivatives.upload(left, 'x', LONG_AGO);
    await sweep(desk, true);
    expect(desk.darkroom.derivatives.keys()).not.toContain(left);
  });
});

describe('an original that was uploaded once more as it was', () => {
  it('hides no files of the version before it', async () => {
    const desk = await oldDeskOf(...TEN);
    const late = 'p/1.jpg/0123456789/thumb-100-0123456789.jpg';
    desk.darkroom.derivatives.upload(late, 'x', LONG_AGO);
    desk.darkroom.originals.upload('p/1.jpg', PHOTO, minutesAgo(61));
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
  });
});

describe('a record of work that did not end in order', () => {
  const recordOf = (key: string, at: string) => JSON.stringify(newUnfinished(key, new Date(at)));
  const note = ({ config }: TestSweep, key: string, at: string) =>
    config.upload(unfinishedKey(key), recordOf(key, at), new Date(at));

  it('has its original finished after an hour, and goes with that', async () => {
    const desk = await oldDeskOf(...TEN);
    const { darkroom } = desk;
    darkroom.originals.upload('half.jpg', PHOTO, LONG_AGO);
    darkroom.at('2026-11-22T10:00:00.000Z');
    darkroom.codec.beforeEncode = ({ format }) => {
      if (format === 'webp') throw new Failure('STORE_UNAVAILABLE', 'OSS did not answer');
    };
    await reconcile('half.jpg', darkroom).catch(() => undefined);
    darkroom.codec.beforeEncode = () => undefined;
    darkroom.at('2026-11-22T10:59:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
    darkroom.at('2026-11-22T11:01:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks.map(({ mode, keys }) => [mode, keys])).toEqual([['settle', ['half.jpg']]]);
    expect(darkroom.manifest('half.jpg')).toMatchObject({ complete: true });
    expect(desk.config.keys()).toEqual([SWEEP_KEY]);
    expect(desk.state()?.unfinished).toEqual({ looked: 1, handedOver: 1, removed: 0 });
  });

  it('goes where its original is gone or taken down, and where it cannot be read', async () => {
    const desk = await oldDeskOf(...TEN);
    note(desk, 'gone.jpg', '2026-11-23T08:00:00.000Z');
    note(desk, 'p/1.jpg', '2026-11-19T08:00:00.000Z');
    await takeDown('p/1.jpg', { by: 'me', reason: undefined }, desk.darkroom);
    desk.config.upload('unfinished/broken.json', 'hello', minutesAgo(61));
    desk.config.upload('unfinished/young.json', 'hello', minutesAgo(59));
    await sweep(desk, true);
    expect(desk.tasks).toEqual([]);
    expect(desk.state()?.unfinished).toEqual({ looked: 4, handedOver: 0, removed: 3 });
    const left = desk.config.keys().filter(key => key.startsWith('unfinished/'));
    expect(left).toEqual(['unfinished/young.json']);
  });

  it('outlasts a commit: what arrives after that is found by the run that comes for its sake', async () => {
    const desk = await oldDeskOf(...TEN);
    note(desk, 'p/1.jpg', '2026-11-19T08:00:00.000Z');
    const late = 'p/1.jpg/0123456789/thumb-100-0123456789.jpg';
    desk.darkroom.derivatives.upload(late, 'arrived late');
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
    const retired = desk.darkroom.manifest('p/1.jpg')?.retired.map(({ key }) => key);
    expect(retired).toEqual([late]);
  });

  it('of a set that is right already goes with the run that finds it so', async () => {
    const desk = await oldDeskOf(...TEN);
    note(desk, 'p/1.jpg', '2026-11-23T10:30:00.000Z');
    desk.darkroom.at('2026-11-23T12:00:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
    expect(desk.config.keys()).toEqual([SWEEP_KEY]);
  });
});

describe('a page of a sweep that is over', () => {
  it('that was written late goes with the next sweep, of which nothing is lost', async () => {
    const desk = await deskOf('a.jpg', 'b.jpg');
    await sweep(desk, true);
    const late = pageKey('sweep-of-yesterday', 0);
    desk.config.upload(late, JSON.stringify(['b.jpg']));
    await desk.darkroom.originals.remove(['a.jpg']);
    await sweep(desk, true);
    expect(desk.config.keys()).not.toContain(late);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['a.jpg']]);
  });
});

describe('the record of a sweep', () => {
  const OLD = {
    schema: 1,
    id: 'sweep-old',
    phase: 'walking',
    cursor: 'p/4.jpg/manifest.json',
    takedowns: { looked: 3, broken: 0 },
    walked: { objects: 30, sets: 5 },
    orphans: { objects: 6, sets: 1 },
    pages: 1,
    handedOver: { pages: 0, originals: 0 },
    startedAt: '2026-11-23T09:00:00.000Z',
    updatedAt: '2026-11-23T09:10:00.000Z',
  };

  it('that an older Darkroom left in the middle of its walk is walked anew, and nothing is lost', async () => {
    const desk = await oldDeskOf(...TEN);
    desk.darkroom.originals.objects.delete('p/1.jpg');
    desk.config.upload(SWEEP_KEY, JSON.stringify(OLD));
    desk.config.upload('sweep/sweep-old/00000000.json', '["p/1.jpg"]');
    expect(await sweep(desk, false)).toBe('idle');
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['p/1.jpg']]);
    expect(desk.state()).toMatchObject({
      id: 'sweep-old',
      phase: 'done',
      walked: { objects: 60, sets: 10, originals: 9 },
      orphans: { objects: 6, sets: 1 },
    });
    expect(desk.config.keys()).toEqual([SWEEP_KEY]);
  });

  it.each(['takedowns', 'handing-over', 'done', 'refused'])(
    'that an older Darkroom left in the phase %s is read',
    async phase => {
      const desk = await oldDeskOf('a.jpg');
      desk.config.upload('sweep/sweep-old/00000000.json', '[]');
      const { cursor: _, ...record } = OLD;
      desk.config.upload(SWEEP_KEY, JSON.stringify({ ...record, phase }));
      expect(await sweep(desk, false)).toBe('idle');
    },
  );

  it('keeps the place in both listings, wherever it stops', async () => {
    const names = [
      'a',
      'a.jpg',
      'a.jpg!x',
      'a/b.jpg',
      'a/b.jpg/c.png',
      'a/b.jpg/c.png-',
      '😀',
      '｡',
    ];
    for (let late = 2; late < 12; late += 1) {
      const desk = await oldDeskOf(...names);
      const { originals, derivatives } = desk.darkroom;
      originals.objects.delete('a/b.jpg');
      originals.upload('a/b.jpg!', PHOTO, LONG_AGO);
      derivatives.upload('a/0123456789/feed-480-0123456789.jpg', 'x', LONG_AGO);
      let looks = 0;
      const hurried = {
        ...desk,
        // What is done of it meanwhile would be counted or not, by when the listing comes by.
        queue: { submit: async () => 'accepted' as const },
        now: () => new Date(looks++ % late === 0 ? '2100-01-02' : NOW),
        deadline: new Date('2100-01-01'),
      };
      for (let turn = 0; (await sweep(hurried, turn === 0)) === 'more'; turn += 1) {
        if (turn > 100) throw new Error('expected the sweep to come to its end');
      }
      expect(desk.state()).toMatchObject({
        phase: 'done',
        walked: { sets: 8, originals: 8, objects: 49 },
        orphans: { sets: 1, objects: 6 },
        neglected: { undeveloped: 1, outdated: 0, leftovers: 1 },
      });
    }
  });
});

describe('files that are older than their preset’s `keep`', () => {
  const KEPT = SMALL.replace('name: feed,', 'name: feed, keep: 2d,');
  const feeds = (darkroom: TestDarkroom) =>
    darkroom.derivatives.keys().filter(key => key.includes('/feed-'));

  async function agedDesk(...keys: string[]) {
    const desk = await deskOf();
    const { darkroom } = desk;
    darkroom.edit(KEPT);
    darkroom.derivatives.now = darkroom.now;
    for (const key of keys) {
      darkroom.originals.upload(key, PHOTO, darkroom.now());
      await reconcile(key, darkroom);
    }
    return desk;
  }

  it('are handed over once, go, and are handed over no more', async () => {
    const desk = await agedDesk('a.jpg', 'b.jpg');
    const { darkroom } = desk;
    darkroom.at('2026-11-25T10:00:00.000Z');
    await sweep(desk, true);
    expect([desk.tasks, feeds(darkroom).length]).toEqual([[], 8]);
    darkroom.at('2026-11-25T10:00:01.000Z');
    await sweep(desk, true);
    expect(desk.tasks.map(({ keys }) => keys)).toEqual([['a.jpg', 'b.jpg']]);
    expect(desk.state()?.neglected).toMatchObject({ overdue: 2 });
    expect(feeds(darkroom)).toEqual([]);
    darkroom.at('2026-11-26T10:00:01.000Z');
    await sweep(desk, true);
    expect(desk.tasks).toHaveLength(1);
  });

  it('go within a sweep where a list is edited to say so, and stay where it is edited back before', async () => {
    const desk = await agedDesk('a.jpg');
    const { darkroom } = desk;
    darkroom.edit(SMALL);
    darkroom.at('2026-12-25T10:00:00.000Z');
    await sweep(desk, true);
    expect([desk.tasks, feeds(darkroom).length]).toEqual([[], 4]);
    darkroom.edit(KEPT);
    await sweep(desk, true);
    expect(feeds(darkroom)).toEqual([]);
  });

  it('go where a run that died left them behind its manifest', async () => {
    const desk = await agedDesk('a.jpg');
    const { darkroom } = desk;
    const [left = ''] = feeds(darkroom);
    darkroom.at('2026-11-26T10:00:00.000Z');
    await reconcile('a.jpg', darkroom);
    darkroom.derivatives.upload(left, 'left', new Date('2026-11-23T10:00:00.000Z'));
    await sweep(desk, true);
    expect(feeds(darkroom)).toEqual([]);
  });

  it('are told behind a symlink by its target’s upload, as the run tells them', async () => {
    const desk = await agedDesk('p/a.jpg', 'p/b.jpg');
    const { darkroom } = desk;
    for (const one of ['a.jpg', 'b.jpg']) {
      darkroom.originals.link(one, `p/${one}`);
      await reconcile(one, darkroom);
    }
    const link = darkroom.originals.objects.get('b.jpg');
    Object.assign(link ?? {}, { modifiedAt: new Date('2026-11-26T10:00:00.000Z') });
    darkroom.originals.upload('p/a.jpg', PHOTO, new Date('2026-11-25T10:00:00.000Z'));
    darkroom.at('2026-11-26T10:00:00.000Z');
    await sweep(desk, true);
    expect(desk.tasks.flatMap(({ keys }) => keys)).toEqual(['b.jpg', 'p/b.jpg']);
  });

  it('are not handed over each night where nothing more can be made of their original', async () => {
    const desk = await agedDesk('a.jpg');
    const { darkroom } = desk;
    const stored = darkroom.derivatives.objects.get('a.jpg/manifest.json');
    const failure = { code: 'ORIGINAL_CRASHED', message: 'it did not come back' };
    const blamed = { ...darkroom.manifest('a.jpg'), complete: false, failure };
    if (stored) stored.bytes = Buffer.from(JSON.stringify(blamed));
    darkroom.at('2026-11-26T10:00:00.000Z');
    await sweep(desk, true);
    expect([desk.tasks, feeds(darkroom).length]).toEqual([[], 4]);
  });
});
