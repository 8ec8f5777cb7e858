import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { fingerprintOfList } from '../../../../shared/core/list/recipe.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { followUp } from '../../../../shared/pipeline/serve/follow-up.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { listOf } from '../../../support/preset-lists.ts';

const LIST = `
version: 1
rules: [{ match: '**', presets: [thumb, feed, later] }]
presets:
  - { name: thumb, widths: [100], aspect: '1:1', fit: cover, formats: { jpeg: {} } }
  - { name: feed, keep: 90d, widths: [480, 1080], formats: { jpeg: {}, webp: {} } }
  - { name: later, keep: 90d, generate: on_demand, widths: [1500], formats: { jpeg: {} } }
`;
const WITHOUT = LIST.replaceAll('keep: 90d, ', '');
const KEY = 'a.jpg';
const UPLOADED = new Date('2026-01-01T10:00:00.000Z');
const dayOf = (days: number) => new Date(UPLOADED.getTime() + days * 86_400_000).toISOString();

/** Developed on the day of its upload; buckets and functions have one clock. */
async function developed(list = LIST, content = 'jpeg 1600x1200'): Promise<TestDarkroom> {
  const darkroom = testDarkroom(list);
  darkroom.derivatives.now = darkroom.now;
  darkroom.at(dayOf(0));
  darkroom.originals.upload(KEY, content, UPLOADED);
  await reconcile(KEY, darkroom);
  return darkroom;
}

async function aged(list = LIST): Promise<TestDarkroom> {
  const darkroom = await developed(list);
  darkroom.at(dayOf(91));
  await settle(darkroom);
  return darkroom;
}

/** As the sweep hands it over. */
const settle = (darkroom: TestDarkroom) =>
  backfill({ keys: [KEY], mode: 'settle', isDoubted: true }, darkroom, darkroom.config);
const manifestIn = (darkroom: TestDarkroom) => darkroom.manifest(KEY) as Manifest;
const keyOf = (darkroom: TestDarkroom, file: string) =>
  manifestIn(darkroom).variants.find(({ key }) => key.includes(`/${file}-`))?.key ?? file;
const filesIn = ({ derivatives }: TestDarkroom) =>
  derivatives
    .keys()
    .flatMap(key => /\/([a-z]+-\d+)-\w+\.(\w+)$/.exec(key)?.slice(1).join(' ') ?? [])
    .sort();
const standIn = (darkroom: TestDarkroom) =>
  Object.fromEntries(
    manifestIn(darkroom).variants.map(one => [
      `${one.preset} ${one.width} ${one.format}`,
      'aged' in one ? 'aged' : one.state,
    ]),
  );

const ALL = ['feed-1080 jpg', 'feed-1080 webp', 'feed-480 jpg', 'feed-480 webp', 'thumb-100 jpg'];
const AGED = {
  'feed 480 jpeg': 'aged',
  'feed 480 webp': 'aged',
  'feed 1080 jpeg': 'aged',
  'feed 1080 webp': 'aged',
  'later 1500 jpeg': 'on_demand',
  'thumb 100 jpeg': 'rendered',
};

/** A view of a file, and all that follows it. `seen` are names of tasks that FC still knows. */
async function view(darkroom: TestDarkroom, key: string, seen = new Set<string>()) {
  const miss = await answerMiss(key, darkroom);
  const queue = {
    submit: async (id: string, payload: Buffer) => {
      if (seen.has(id)) return 'duplicate' as const;
      seen.add(id);
      const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(payload.toString()));
      await backfill(batch, darkroom, darkroom.config);
      return 'accepted' as const;
    },
  };
  await followUp(key, miss, { queue, bucket: 'originals', log: darkroom.log });
  return miss;
}

describe('files of a preset that says `keep`', () => {
  it('go once their time is over, the others stay, and the set is ready and whole', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(90));
    await settle(darkroom);
    expect(filesIn(darkroom)).toEqual(ALL);
    darkroom.at(dayOf(91));
    const report = await reconcile(KEY, darkroom);
    expect(report).toMatchObject({ outcome: 'developed', state: 'ready', removed: 4 });
    expect(filesIn(darkroom)).toEqual(['thumb-100 jpg']);
    expect(standIn(darkroom)).toEqual(AGED);
    expect(manifestIn(darkroom)).toMatchObject({ complete: true, retired: [] });
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'settled' });
  });

  it('go after the manifest says so', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    darkroom.derivatives.calls.length = 0;
    await reconcile(KEY, darkroom);
    const changes = darkroom.derivatives.calls.filter(({ operation }) =>
      /put|remove/.test(operation),
    );
    expect(changes.map(({ operation }) => operation)).toEqual(['put', ...Array(4).fill('remove')]);
  });

  it('leave nothing of their `keep` in a manifest or a fingerprint before', async () => {
    const [kept, forever] = [await developed(), await developed(WITHOUT)];
    expect(manifestIn(kept)).toEqual(manifestIn(forever));
    expect(fingerprintOfList(listOf(LIST))).toBe(fingerprintOfList(listOf(WITHOUT)));
  });

  it('come back by a view, for another `keep`, as often as somebody asks', async () => {
    const darkroom = await aged();
    const key = keyOf(darkroom, 'feed-480');
    const bytes = ((await answerMiss(key, await developed())) as { bytes: Buffer }).bytes;
    const seen = new Set<string>();
    for (const day of [100, 300]) {
      darkroom.at(dayOf(day));
      expect(await view(darkroom, key, seen)).toMatchObject({ found: 'file', bytes });
      expect(standIn(darkroom)['feed 480 jpeg']).toBe('rendered');
      darkroom.at(dayOf(day + 90));
      await settle(darkroom);
      expect(filesIn(darkroom)).toEqual(['feed-480 jpg', 'thumb-100 jpg']);
      darkroom.at(dayOf(day + 91));
      await settle(darkroom);
      expect(filesIn(darkroom)).toEqual(['thumb-100 jpg']);
      expect(standIn(darkroom)).toEqual(AGED);
    }
  });

  it('go alike where a view made them in the first place', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'later-1500');
    darkroom.at(dayOf(50));
    await view(darkroom, key);
    darkroom.at(dayOf(139));
    await settle(darkroom);
    expect(darkroom.derivatives.keys()).toContain(key);
    darkroom.at(dayOf(141));
    await settle(darkroom);
    expect(darkroom.derivatives.keys()).not.toContain(key);
    expect(standIn(darkroom)['later 1500 jpeg']).toBe('aged');
    expect(await view(darkroom, key)).toMatchObject({ found: 'file' });
  });

  it.each([
    [
      'the same bytes are uploaded again',
      async (darkroom: TestDarkroom) => {
        darkroom.originals.upload(KEY, 'jpeg 1600x1200', darkroom.now());
        await reconcile(KEY, darkroom);
      },
    ],
    [
      'a recipe is edited',
      async (darkroom: TestDarkroom) => {
        darkroom.edit(LIST.replace('jpeg: {}, webp', 'jpeg: { quality: 50 }, webp'));
        await reconcile(KEY, darkroom);
      },
    ],
    [
      'all is rendered anew',
      async (darkroom: TestDarkroom) => {
        await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
      },
    ],
    [
      'the manifest is lost',
      async (darkroom: TestDarkroom) => {
        darkroom.derivatives.objects.delete(`${KEY}/manifest.json`);
        await settle(darkroom);
      },
    ],
    [
      'they stay longer from now on',
      async (darkroom: TestDarkroom) => {
        darkroom.edit(LIST.replaceAll('90d', '900d'));
        await settle(darkroom);
      },
    ],
    [
      'they stay for ever from now on',
      async (darkroom: TestDarkroom) => {
        darkroom.edit(WITHOUT);
        await settle(darkroom);
      },
    ],
  ])('are not made anew when %s', async (_, happens) => {
    const darkroom = await aged();
    darkroom.codec.encoded.length = 0;
    darkroom.at(dayOf(92));
    await happens(darkroom);
    expect(darkroom.codec.encoded.filter(key => /feed/.test(key))).toEqual([]);
    expect(standIn(darkroom)).toEqual(AGED);
    expect(filesIn(darkroom)).toEqual(['thumb-100 jpg']);
  });

  it('are made anew of other bytes, and by `force` where they stay for ever', async () => {
    const darkroom = await aged();
    darkroom.edit(WITHOUT);
    darkroom.at(dayOf(92));
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    expect(filesIn(darkroom)).toEqual(ALL);
    const other = await aged();
    other.originals.upload(KEY, 'jpeg 1600x1201', other.now());
    await reconcile(KEY, other);
    expect(filesIn(other)).toHaveLength(6);
  });

  it('are told as there where they are: a run died before they went, and the list keeps them by now', async () => {
    const darkroom = await aged();
    const left = keyOf(darkroom, 'feed-480');
    darkroom.derivatives.upload(left, 'left', new Date(dayOf(0)));
    darkroom.edit(WITHOUT);
    await settle(darkroom);
    const entry = manifestIn(darkroom).variants.find(({ key }) => key === left);
    expect(entry?.state).toBe('rendered');
    expect(standIn(darkroom)).toMatchObject({ 'feed 1080 jpeg': 'aged', 'feed 1080 webp': 'aged' });
  });

  it('are made anew by `force` where a view brought them back, and stay as long as that', async () => {
    const darkroom = await aged();
    darkroom.at(dayOf(100));
    await view(darkroom, keyOf(darkroom, 'feed-480'));
    darkroom.at(dayOf(101));
    darkroom.codec.encoded.length = 0;
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    expect(darkroom.codec.encoded.filter(key => /feed/.test(key))).toHaveLength(1);
    expect(filesIn(darkroom)).toEqual(['feed-480 jpg', 'thumb-100 jpg']);
    expect(standIn(darkroom)).toEqual({ ...AGED, 'feed 480 jpeg': 'rendered' });
  });

  it('are not made at all of an original that is older, which is decoded once for its placeholder', async () => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, 'jpeg 1600x1200', UPLOADED);
    darkroom.at(dayOf(91));
    await reconcile(KEY, darkroom);
    expect(standIn(darkroom)).toEqual(AGED);
    expect([darkroom.codec.decodes, darkroom.codec.encoded.length]).toEqual([1, 1]);
  });

  it('stay where no view could make them again: the original is archived', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    const head: typeof darkroom.originals.head = async key => {
      const found = await darkroom.originals.head(key);
      return found && { ...found, isArchived: true };
    };
    const archived = { ...darkroom, originals: { ...darkroom.originals, head } };
    await backfill({ keys: [KEY], mode: 'settle', isDoubted: true }, archived, darkroom.config);
    expect(filesIn(darkroom)).toEqual(ALL);
  });

  it('stay where nobody knows when the original was uploaded', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    const head: typeof darkroom.originals.head = async key => {
      const { uploadedAt: _, ...found } = (await darkroom.originals.head(key)) ?? {};
      return found as Awaited<ReturnType<typeof head>>;
    };
    await reconcile(KEY, { ...darkroom, originals: { ...darkroom.originals, head } });
    expect(filesIn(darkroom)).toEqual(ALL);
  });
});

describe('what went wrong while files of a `keep` went', () => {
  it('leaves files that are served, and that the next sweep has gone', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    darkroom.derivatives.before = ({ operation }) => {
      if (operation === 'remove') throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    await expect(reconcile(KEY, darkroom)).rejects.toThrow('expected an answer');
    darkroom.derivatives.before = () => undefined;
    expect([standIn(darkroom), filesIn(darkroom)]).toEqual([AGED, ALL]);
    expect(await view(darkroom, keyOf(darkroom, 'feed-480'))).toMatchObject({ isNew: false });
    await settle(darkroom);
    expect(filesIn(darkroom)).toEqual(['thumb-100 jpg']);
  });

  it('does not give what it left another `keep` when a view of another file is recorded', async () => {
    const darkroom = await aged();
    const [left, viewed] = [keyOf(darkroom, 'feed-480'), keyOf(darkroom, 'feed-1080')];
    darkroom.derivatives.upload(left, 'left', UPLOADED);
    await view(darkroom, viewed);
    const entry = manifestIn(darkroom).variants.find(({ key }) => key === left);
    expect(entry).not.toMatchObject({
      state: 'rendered',
      renderedAt: darkroom.now().toISOString(),
    });
    await settle(darkroom);
    expect(filesIn(darkroom)).toEqual(['feed-1080 jpg', 'thumb-100 jpg']);
  });

  it('takes back a word that a view gave of a file that goes in that moment', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    const key = keyOf(darkroom, 'feed-480');
    let isFirst = true;
    // Between the look after the commit and the removal, somebody records the file as there.
    const remove: typeof darkroom.derivatives.remove = async keys => {
      if (isFirst) {
        isFirst = false;
        await backfill({ keys: [KEY], mode: 'settle', made: true }, darkroom, darkroom.config);
      }
      await darkroom.derivatives.remove(keys);
    };
    await reconcile(KEY, { ...darkroom, derivatives: { ...darkroom.derivatives, remove } });
    expect(darkroom.derivatives.objects.has(key)).toBe(false);
    expect(standIn(darkroom)).toEqual(AGED);
  });

  it('has a file that is corrupt go, where it would not be made anew', async () => {
    const darkroom = await developed();
    darkroom.at(dayOf(91));
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    expect(filesIn(darkroom)).toEqual(['thumb-100 jpg']);
    expect(standIn(darkroom)).toEqual(AGED);
  });
});

describe('what the CDN may have of files that went by `keep`', () => {
  const purgesIn = ({ config }: TestDarkroom) =>
    [...config.objects]
      .filter(([key]) => key.startsWith('purges/'))
      .map(([, { bytes }]) => JSON.parse(bytes.toString()));

  it('is not purged when they go, and is by its name when the original is deleted', async () => {
    const darkroom = await developed();
    const behind = { ...darkroom, isBehindCdn: true };
    darkroom.at(dayOf(91));
    const gone = keyOf(darkroom, 'feed-480');
    await reconcile(KEY, behind);
    expect(purgesIn(darkroom)).toEqual([]);
    expect(manifestIn(darkroom)).not.toHaveProperty('unpurged');
    darkroom.originals.objects.delete(KEY);
    await reconcile(KEY, behind);
    const [purge] = purgesIn(darkroom);
    expect(purge.files).toContain(gone);
    expect(purge).not.toHaveProperty('isMore');
  });

  it('is purged by its name when the picture is taken down, where no directory is left this day', async () => {
    const darkroom = await developed();
    const behind = { ...darkroom, isBehindCdn: true };
    darkroom.at(dayOf(91));
    const gone = keyOf(darkroom, 'feed-480');
    await reconcile(KEY, behind);
    await takeDown(KEY, { by: 'me', reason: undefined }, behind);
    expect(purgesIn(darkroom)).toMatchObject([{ class: 'takedown' }]);
    expect(purgesIn(darkroom)[0].files).toContain(gone);
  });

  it('is purged by its directory when the original is overwritten', async () => {
    const darkroom = await developed();
    const behind = { ...darkroom, isBehindCdn: true };
    darkroom.at(dayOf(91));
    await reconcile(KEY, behind);
    darkroom.originals.upload(KEY, 'jpeg 1600x1201', darkroom.now());
    await reconcile(KEY, behind);
    darkroom.at(dayOf(92));
    await reconcile(KEY, behind);
    expect(purgesIn(darkroom)).toContainEqual(expect.objectContaining({ isMore: true }));
  });
});
