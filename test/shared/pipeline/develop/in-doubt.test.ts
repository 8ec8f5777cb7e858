import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { PURGES } from '../../../../shared/core/work/purge.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown, undoTakeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { SMALL } from '../../../support/preset-lists.ts';

const KEY = 'a.jpg';
const PHOTO = 'jpeg 1600x1200';
const OTHER = 'jpeg 1600x1199';

afterEach(() => {
  vi.restoreAllMocks();
});

function uploaded(): TestDarkroom {
  const darkroom = testDarkroom();
  darkroom.originals.upload(KEY, PHOTO);
  return darkroom;
}

const namedIn = (darkroom: TestDarkroom) => {
  const { variants = [], retired = [] } = darkroom.manifest(KEY) ?? {};
  const there = variants.filter(({ state }) => state === 'rendered');
  return [...there, ...retired].map(({ key }) => key).sort();
};

const filesOf = ({ derivatives }: TestDarkroom) =>
  derivatives.keys().filter(key => !key.endsWith('manifest.json'));

describe('a manifest that took long to write', () => {
  /** On the way to the store a minute passes, in which `meanwhile` happens. */
  function slowly(darkroom: TestDarkroom, meanwhile: () => Promise<unknown>) {
    let isFirst = true;
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      if (isFirst && key.endsWith('manifest.json')) {
        isFirst = false;
        await meanwhile();
        const now = Date.now() + 60_000;
        vi.spyOn(Date, 'now').mockReturnValue(now);
      }
      return await darkroom.derivatives.put(key, ...object);
    };
    return { ...darkroom, derivatives: { ...darkroom.derivatives, put } };
  }

  it('names nothing that a delete removed while it was looked at, though the same bytes came again', async () => {
    const darkroom = uploaded();
    const { fresh } = darkroom.listInForce;
    let isFirst = true;
    const slow: typeof fresh = async () => {
      if (isFirst) {
        isFirst = false;
        // By then both HEADs beside it are answered.
        await new Promise(resolve => setTimeout(resolve));
        darkroom.originals.objects.delete(KEY);
        await reconcile(KEY, darkroom);
        expect(filesOf(darkroom)).toEqual([]);
        // Of which no event tells.
        darkroom.originals.upload(KEY, PHOTO);
        const now = Date.now() + 60_000;
        vi.spyOn(Date, 'now').mockReturnValue(now);
      }
      return await fresh();
    };
    const listInForce = { ...darkroom.listInForce, fresh: slow };
    await reconcile(KEY, { ...darkroom, listInForce });
    expect(namedIn(darkroom)).not.toEqual([]);
    expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
  });

  it('names nothing that another run removed in that time', async () => {
    const darkroom = uploaded();
    await reconcile(KEY, darkroom);
    darkroom.originals.upload(KEY, OTHER);
    const report = await reconcile(
      KEY,
      slowly(darkroom, async () => {
        darkroom.originals.objects.delete(KEY);
        await reconcile(KEY, darkroom);
        darkroom.originals.upload(KEY, OTHER);
        await reconcile(KEY, darkroom);
      }),
    );
    expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
    expect(report).toMatchObject({ outcome: 'developed', manifest: { complete: true } });
    expect(report.rendered).toHaveLength(5);
  });

  it('says that the CDN may have more than anybody knows, since what it replaced may have said so', async () => {
    const darkroom = uploaded();
    darkroom.isBehindCdn = true;
    await reconcile(
      KEY,
      slowly(darkroom, async () => undefined),
    );
    expect(darkroom.manifest(KEY)?.unpurged).toEqual([darkroom.manifest(KEY)?.version]);
  });

  it('says so of the version that it is of, also where that was replaced by then', async () => {
    const darkroom = uploaded();
    darkroom.isBehindCdn = true;
    let former = '';
    await reconcile(
      KEY,
      slowly(darkroom, async () => {
        await reconcile(KEY, darkroom);
        former = darkroom.manifest(KEY)?.version ?? '';
        darkroom.originals.upload(KEY, OTHER);
        await reconcile(KEY, darkroom);
      }),
    );
    expect(darkroom.manifest(KEY)?.version).not.toBe(former);
    expect(darkroom.manifest(KEY)?.unpurged).toContain(former);
  });

  it('is the exception: one that is written at once is not looked at again', async () => {
    const darkroom = uploaded();
    darkroom.isBehindCdn = true;
    await reconcile(KEY, darkroom);
    expect(darkroom.derivatives.calls.filter(({ operation }) => operation === 'list')).toEqual([]);
    expect(darkroom.manifest(KEY)).not.toHaveProperty('unpurged');
  });
});

describe('a file whose write failed and took effect all the same', () => {
  it('retires with its set when the original is replaced', async () => {
    const darkroom = uploaded();
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      const stored = await darkroom.derivatives.put(key, ...object);
      if (key.endsWith('.webp')) throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
      return stored;
    };
    const derivatives = { ...darkroom.derivatives, put };
    await expect(reconcile(KEY, { ...darkroom, derivatives })).rejects.toThrow();
    const before = filesOf(darkroom);
    expect(before.some(key => key.endsWith('.webp'))).toBe(true);
    darkroom.originals.upload(KEY, OTHER);
    await reconcile(KEY, darkroom);
    const retired = darkroom.manifest(KEY)?.retired.map(({ key }) => key);
    expect(retired?.sort()).toEqual(before);
  });
});

describe('an original that no rule asks for any more', () => {
  const UNASKED = SMALL.replace(
    /rules:.*?presets:\n/s,
    "rules: [{ match: '**', presets: none }]\npresets:\n",
  );

  it('and that goes while its first files are written leaves none of them', async () => {
    const darkroom = uploaded();
    darkroom.codec.beforeEncode = () => {
      darkroom.edit(UNASKED);
      darkroom.originals.objects.delete(KEY);
    };
    await reconcile(KEY, darkroom);
    expect(darkroom.derivatives.keys()).toEqual([]);
  });
});

describe('a manifest that names one file as retired while another is there', () => {
  it('is not settled: the one that is there is named in its place', async () => {
    const darkroom = uploaded();
    await reconcile(KEY, darkroom);
    const [gone, there] = ['0123456789', '9876543210'].map(
      version => `${KEY}/${version}/thumb-100-0123456789.jpg`,
    );
    const manifest = darkroom.manifest(KEY);
    const retired = [{ key: gone, retiredAt: darkroom.now().toISOString() }];
    darkroom.derivatives.upload(`${KEY}/manifest.json`, JSON.stringify({ ...manifest, retired }));
    darkroom.derivatives.upload(there ?? '', 'x');
    await reconcile(KEY, { ...darkroom, attempt: 1 });
    expect(darkroom.manifest(KEY)?.retired.map(({ key }) => key)).toEqual([there]);
  });
});

describe('files that are past their time', () => {
  it('stay where the same bytes come again while their purge is written', async () => {
    const darkroom = testDarkroom(`retain: 1h\n${SMALL}`);
    darkroom.isBehindCdn = true;
    const [first, second] = ['jpeg 1600x1200', 'jpeg 1200x900'];
    for (const bytes of [first, second]) {
      darkroom.originals.upload('a.jpg', bytes);
      await reconcile('a.jpg', darkroom);
    }
    const [old] = darkroom.manifest('a.jpg')?.retired ?? [];
    const removedWhileNamed: string[] = [];
    darkroom.derivatives.before = ({ operation, key }) => {
      const named = darkroom.manifest('a.jpg')?.variants.map(variant => variant.key) ?? [];
      if (operation === 'remove' && named.includes(key)) removedWhileNamed.push(key);
    };
    darkroom.config.before = async ({ operation, key }) => {
      if (operation !== 'put' || !key.startsWith('purges/')) return;
      darkroom.config.before = () => undefined;
      darkroom.originals.upload('a.jpg', first);
      await reconcile('a.jpg', darkroom);
    };
    darkroom.at('2026-11-23T12:00:00.000Z');
    await reconcile('a.jpg', darkroom);
    expect(removedWhileNamed).toEqual([]);
    expect(darkroom.derivatives.keys()).toContain(old?.key);
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true });
  });
});

describe('a file that another run’s manifest named meanwhile', () => {
  it('stays for its time, though the manifest that there is by then names it no more', async () => {
    const darkroom = uploaded();
    let first = '';
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      const stored = await darkroom.derivatives.put(key, ...object);
      if (first) return stored;
      first = key;
      await reconcile(KEY, darkroom);
      darkroom.originals.upload(KEY, OTHER);
      await reconcile(KEY, darkroom);
      // A slow write of a manifest of those bytes, from before anything was retired.
      const bare = { ...darkroom.manifest(KEY), retired: [] };
      darkroom.derivatives.upload(manifestKey(KEY), JSON.stringify(bare));
      return stored;
    };
    await reconcile(KEY, { ...darkroom, derivatives: { ...darkroom.derivatives, put } });
    expect(filesOf(darkroom)).toContain(first);
    expect(darkroom.manifest(KEY)?.retired.map(({ key }) => key)).toContain(first);
  });
});

describe('a retired file that was made again meanwhile', () => {
  const [first, second, third] = ['jpeg 1600x1200', 'jpeg 1200x900', 'jpeg 800x600'];
  const LATER = '2026-11-23T12:00:00.000Z';

  /** `first` is replaced, and long past its time. */
  async function replaced(): Promise<TestDarkroom> {
    const darkroom = testDarkroom(`retain: 1h\n${SMALL}`);
    darkroom.derivatives.now = darkroom.now;
    for (const bytes of [first, second]) {
      darkroom.originals.upload(KEY, bytes);
      await reconcile(KEY, darkroom);
    }
    return darkroom;
  }

  /** On its way to the store the first manifest is overtaken by those of runs for these bytes. */
  function overtaken(darkroom: TestDarkroom, all: string[]) {
    let isFirst = true;
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      if (isFirst && key.endsWith('manifest.json')) {
        isFirst = false;
        for (const bytes of all) {
          darkroom.originals.upload(KEY, bytes);
          await reconcile(KEY, darkroom);
        }
        darkroom.at('2026-11-23T12:01:00.000Z');
        const now = Date.now() + 60_000;
        vi.spyOn(Date, 'now').mockReturnValue(now);
      }
      return await darkroom.derivatives.put(key, ...object);
    };
    return { ...darkroom, derivatives: { ...darkroom.derivatives, put } };
  }

  it.each([
    ['another', [first, third]],
    ['the same', [first, second]],
  ])(
    'stays for its time where a slow manifest says that it is over, and the original is %s by then',
    async (_, meanwhile) => {
      const darkroom = await replaced();
      const old = darkroom.manifest(KEY)?.retired.map(({ key }) => key) ?? [];
      darkroom.at(LATER);
      await reconcile(KEY, overtaken(darkroom, meanwhile));
      expect(filesOf(darkroom)).toEqual(expect.arrayContaining(old));
      const retired = new Map(darkroom.manifest(KEY)?.retired.map(one => [one.key, one.retiredAt]));
      for (const key of old) expect(retired.get(key)).toBe('2026-11-23T12:01:00.000Z');
      expect(darkroom.config.objects.has(unfinishedKey(KEY))).toBe(true);
      darkroom.at('2026-11-23T14:00:00.000Z');
      await backfill({ keys: [KEY], mode: 'settle', isDoubted: true }, darkroom, darkroom.config);
      expect(darkroom.manifest(KEY)?.retired).toEqual([]);
      expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
      expect(darkroom.config.objects.has(unfinishedKey(KEY))).toBe(false);
    },
  );

  it('stays also where only the look before its removal took long, and saw what was there before', async () => {
    const darkroom = await replaced();
    darkroom.isBehindCdn = true;
    darkroom.at(LATER);
    const { fresh } = darkroom.listInForce;
    let isFirst = true;
    const slowly: typeof fresh = async () => {
      const isPurged = darkroom.config.keys().some(key => key.startsWith(PURGES));
      if (!isFirst || !isPurged) return await fresh();
      isFirst = false;
      // By then both HEADs beside it are answered.
      await new Promise(resolve => setTimeout(resolve));
      darkroom.originals.upload(KEY, first);
      await reconcile(KEY, darkroom);
      const now = Date.now() + 60_000;
      vi.spyOn(Date, 'now').mockReturnValue(now);
      return await fresh();
    };
    const broken: string[] = [];
    darkroom.derivatives.before = ({ operation, key }) => {
      const { variants = [] } = darkroom.manifest(KEY) ?? {};
      if (operation === 'remove' && variants.some(one => one.key === key)) broken.push(key);
    };
    const listInForce = { ...darkroom.listInForce, fresh: slowly };
    await reconcile(KEY, { ...darkroom, listInForce });
    expect([isFirst, broken]).toEqual([false, []]);
  });

  it('is the exception: what was not goes at once, however long its manifest took', async () => {
    const darkroom = await replaced();
    darkroom.at(LATER);
    await reconcile(KEY, overtaken(darkroom, []));
    expect(darkroom.manifest(KEY)?.retired).toEqual([]);
    expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
  });
});

function gate() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { opened, open };
}

describe('a manifest that retires what a run with a late answer removed right before it', () => {
  /** The original is gone as long as the clearing run looks; it comes again, and its run commits after all is removed. */
  function clearing(darkroom: TestDarkroom, bytes: string) {
    const { derivatives, originals } = darkroom;
    const [ready, removed] = [gate(), gate()];
    const put: typeof derivatives.put = async (key, ...object) => {
      if (key === manifestKey(KEY)) {
        ready.open();
        await removed.opened;
      }
      return await derivatives.put(key, ...object);
    };
    let other: Promise<unknown> | undefined;
    const remove: typeof derivatives.remove = async keys => {
      if (!other) {
        originals.upload(KEY, bytes);
        other = reconcile(KEY, { ...darkroom, derivatives: { ...derivatives, put } });
        await ready.opened;
      }
      await derivatives.remove(keys);
    };
    const list: typeof derivatives.list = async function* (...asked) {
      let isEmpty = true;
      for await (const entry of derivatives.list(...asked)) {
        isEmpty = false;
        yield entry;
      }
      if (!isEmpty) return;
      removed.open();
      await other;
    };
    return { ...darkroom, derivatives: { ...derivatives, remove, list } };
  }

  it.each([
    ['a picture', OTHER],
    ['broken', 'broken'],
  ])('forgets it, where what came is %s', async (_, bytes) => {
    const darkroom = uploaded();
    await reconcile(KEY, darkroom);
    darkroom.originals.objects.delete(KEY);
    await reconcile(KEY, clearing(darkroom, bytes));
    expect(darkroom.manifest(KEY)?.retired).toEqual([]);
    expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
  });
});

describe('a tombstone whose take-down was undone', () => {
  it.each([
    ['before', 'head'],
    ['after', 'remove'],
  ] as const)(
    'and that another run removed %s this one looked for it: what that made is named by somebody',
    async (_, late) => {
      const darkroom = uploaded();
      const order = { by: 'moderator', reason: undefined };
      await reconcile(KEY, darkroom);
      await takeDown(KEY, order, darkroom);
      await undoTakeDown(KEY, order, darkroom);
      let isFirst = true;
      darkroom.derivatives.before = async ({ operation }) => {
        if (!isFirst || operation !== late) return;
        isFirst = false;
        await reconcile(KEY, darkroom);
        darkroom.edit(SMALL.replace(', webp: {}', ''));
        await reconcile(KEY, darkroom);
        const now = Date.now() + 60_000;
        vi.spyOn(Date, 'now').mockReturnValue(now);
      };
      await reconcile(KEY, darkroom);
      expect(isFirst).toBe(false);
      expect(filesOf(darkroom).some(key => key.endsWith('.webp'))).toBe(true);
      expect(namedIn(darkroom)).toEqual(filesOf(darkroom));
    },
  );
});
