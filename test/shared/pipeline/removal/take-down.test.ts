import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { PURGES } from '../../../../shared/core/work/purge.ts';
import { takedownKey, takedownSchema } from '../../../../shared/core/set/take-down-record.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { handOverLifted } from '../../../../shared/pipeline/bulk/hand-over.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { undoTakeDown, takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import type { ObjectStore } from '../../../../shared/ports.ts';
import type { Call } from '../../../support/memory-store.ts';
import { newProcess } from '../../../support/mortal.ts';
import { numbered } from '../../../support/thorough.ts';

const PHOTO = 'jpeg 1600x1200';
const OTHER = 'jpeg 1600x900';
const LIST = `
version: 1
rules: [{ match: '**', presets: [feed, zoom] }]
presets:
  - { name: feed, widths: [480, 1080], formats: { jpeg: {}, webp: {} } }
  - { name: zoom, generate: on_demand, widths: [1400], formats: { jpeg: {} } }
`;
const ORDER = { by: 'moderator', reason: 'court order 17' };
const TOMBSTONE = ['a.jpg/manifest.json'];

async function developed(): Promise<TestDarkroom> {
  const darkroom = testDarkroom(LIST);
  darkroom.isBehindCdn = true;
  darkroom.originals.upload('a.jpg', PHOTO);
  await reconcile('a.jpg', darkroom);
  return darkroom;
}

const overwritten = async () => {
  const darkroom = await developed();
  darkroom.originals.upload('a.jpg', OTHER);
  return darkroom;
};
const deleted = async () => {
  const darkroom = await developed();
  darkroom.originals.objects.delete('a.jpg');
  return darkroom;
};
const isNew = async () => {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', PHOTO);
  return darkroom;
};
const edited = async () => {
  const darkroom = await developed();
  darkroom.edit(LIST.replace('[480, 1080]', '[480, 960]'));
  return darkroom;
};

/** Called before every request that the three buckets get. */
function onEachRequest(darkroom: TestDarkroom, happen: (call: Call) => unknown): void {
  for (const store of [darkroom.originals, darkroom.derivatives, darkroom.config]) {
    store.before = async call => {
      await happen(call);
    };
  }
}

/** Once for each request that the work makes by itself, and once after it: another world that changes just then. */
async function atEveryMoment(
  world: World,
  work: (darkroom: TestDarkroom) => Promise<unknown>,
  change: (darkroom: TestDarkroom) => Promise<unknown>,
  then: (darkroom: TestDarkroom) => unknown,
): Promise<void> {
  const requests = await requestsOf(await world(), work);
  expect(requests).toBeGreaterThan(3);
  for (let at = 0; at <= requests; at += 1) {
    const darkroom = await world();
    let request = 0;
    let hasChanged = false;
    const changeOnce = async () => {
      if (hasChanged) return;
      hasChanged = true;
      await change(darkroom);
    };
    onEachRequest(darkroom, async () => {
      if (!hasChanged && request++ === at) await changeOnce();
    });
    await work(darkroom);
    onEachRequest(darkroom, () => undefined);
    await changeOnce();
    await then(darkroom);
  }
}

async function requestsOf(
  darkroom: TestDarkroom,
  work: (darkroom: TestDarkroom) => Promise<unknown>,
): Promise<number> {
  let requests = 0;
  onEachRequest(darkroom, () => {
    requests += 1;
  });
  await work(darkroom);
  return requests;
}

const run = (darkroom: TestDarkroom) => reconcile('a.jpg', darkroom);
const takeItDown = (darkroom: TestDarkroom) => takeDown('a.jpg', ORDER, darkroom);

const WORLDS = { isNew, overwritten, deleted, edited };
type World = () => Promise<TestDarkroom>;

function expectDown(darkroom: TestDarkroom): void {
  expect(darkroom.derivatives.keys()).toEqual(TOMBSTONE);
  expect(darkroom.manifest('a.jpg')).toMatchObject({
    takenDown: { at: expect.any(String) },
    original: { key: 'a.jpg', etag: '', bytes: 0 },
    variants: [],
    retired: [],
  });
}

describe('a take-down', () => {
  it('leaves a tombstone that tells nothing of the picture, and the proof', async () => {
    const darkroom = await developed();
    const before = darkroom.derivatives.keys().filter(key => !TOMBSTONE.includes(key));
    const { removed, purge } = await takeDown('a.jpg', ORDER, darkroom);
    expectDown(darkroom);
    expect(Object.keys(darkroom.manifest('a.jpg')?.original ?? {})).toHaveLength(3);
    expect([...removed].sort()).toEqual(before);
    const record = darkroom.config.objects.get(takedownKey('a.jpg'));
    expect(takedownSchema.parse(JSON.parse(String(record?.bytes)))).toEqual({
      schema: 1,
      key: 'a.jpg',
      acts: [{ act: 'takedown', at: '2026-11-23T10:00:00.000Z', ...ORDER, removed, purge }],
    });
  });

  it('takes nothing of an original below its key', async () => {
    const darkroom = await developed();
    darkroom.originals.upload('a.jpg/b.png', PHOTO);
    await reconcile('a.jpg/b.png', darkroom);
    await takeDown('a.jpg', ORDER, darkroom);
    expect(darkroom.manifest('a.jpg/b.png')).toMatchObject({ complete: true });
    expect(darkroom.derivatives.keys()).toHaveLength(6);
  });

  it.each([
    ['an event that comes again', 0],
    ['a retry', 1],
  ])('holds against %s, an upload of the same key and the deletion of it', async (_, attempt) => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    const encoded = darkroom.codec.encoded.length;
    const run = () => reconcile('a.jpg', { ...darkroom, attempt });
    expect(await run()).toMatchObject({ outcome: 'taken-down', removed: 0 });
    darkroom.originals.upload('a.jpg', OTHER);
    expect(await run()).toMatchObject({ outcome: 'taken-down' });
    darkroom.originals.objects.delete('a.jpg');
    expect(await run()).toMatchObject({ outcome: 'taken-down' });
    expectDown(darkroom);
    expect(darkroom.codec.encoded).toHaveLength(encoded);
  });

  it('of a key that never was keeps its first upload from being developed', async () => {
    const darkroom = testDarkroom(LIST);
    await takeDown('a.jpg', ORDER, darkroom);
    darkroom.originals.upload('a.jpg', PHOTO);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'taken-down' });
    expect(darkroom.codec.decodes).toBe(0);
  });

  it('stays in force when its record is lost: only a record lifts it', async () => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    darkroom.config.objects.clear();
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'taken-down' });
    expect(await undoTakeDown('a.jpg', ORDER, darkroom)).toBe(true);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'developed' });
  });

  it('said again is carried out again', async () => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    const [file] = await developed().then(({ derivatives }) => derivatives.keys());
    darkroom.derivatives.upload(file ?? '', 'left by somebody');
    expect(await takeDown('a.jpg', ORDER, darkroom)).toMatchObject({ removed: [file] });
    expectDown(darkroom);
  });

  it('refuses a key that cannot be', async () => {
    const darkroom = await developed();
    await expect(takeDown('a/../b', ORDER, darkroom)).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
    });
  });
});

describe('a take-down in the middle of a run', () => {
  it.each(Object.entries<World>(WORLDS))(
    'of an original that %s, before any of its requests, leaves the tombstone alone',
    (_, world) => atEveryMoment(world, run, takeItDown, expectDown),
  );

  it.each(Object.entries<World>(WORLDS))(
    'that then dies anywhere is finished by the next attempt, of an original that %s',
    async (_, world) => {
      const requests = await requestsOf(await world(), run);
      for (let at = 0; at < requests; at += 1) {
        for (let fatal = at; fatal < requests; fatal += 1) {
          const darkroom = await world();
          let request = 0;
          let isTakingDown = false;
          onEachRequest(darkroom, async () => {
            if (isTakingDown) return;
            request += 1;
            if (request - 1 === at) {
              isTakingDown = true;
              await takeDown('a.jpg', ORDER, darkroom);
              isTakingDown = false;
            }
            if (request - 1 >= fatal) throw new Error('power cut');
          });
          await reconcile('a.jpg', darkroom).catch(() => undefined);
          onEachRequest(darkroom, () => undefined);
          await reconcile('a.jpg', { ...darkroom, attempt: 1 });
          expectDown(darkroom);
        }
      }
    },
  );

  it('of a late attempt, which records its failure in advance, leaves the tombstone alone', () =>
    atEveryMoment(
      overwritten,
      darkroom => reconcile('a.jpg', { ...darkroom, attempt: 2 }),
      takeItDown,
      expectDown,
    ));

  it('in any order of their requests, and those of a miss, leaves the tombstone alone', async () => {
    const zoom = (await developed())
      .manifest('a.jpg')
      ?.variants.find(({ preset }) => preset === 'zoom');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(WORLDS)),
        fc.scheduler(),
        async (world, s) => {
          const darkroom = await world();
          onEachRequest(darkroom, () => s.schedule(Promise.resolve()));
          const all = Promise.all([
            reconcile('a.jpg', darkroom),
            answerMiss(zoom?.key ?? '', darkroom),
            takeDown('a.jpg', ORDER, darkroom),
          ]);
          await s.waitFor(all);
          expectDown(darkroom);
        },
      ),
      { numRuns: numbered(100, 300) },
    );
  });
});

describe('a take-down in the middle of a miss', () => {
  it('before any of its requests leaves no file, and answers that it was taken down', async () => {
    const answers: unknown[] = [];
    const miss = async (darkroom: TestDarkroom) => {
      const zoom = darkroom.manifest('a.jpg')?.variants.find(({ preset }) => preset === 'zoom');
      answers.push((await answerMiss(zoom?.key ?? '', darkroom)).found);
    };
    await atEveryMoment(developed, miss, takeItDown, expectDown);
    // By itself, then with a take-down before each request; the last one came after the answer.
    expect(answers.shift()).toBe('file');
    expect(answers.pop()).toBe('file');
    expect(new Set(answers)).toEqual(new Set(['taken-down']));
  });

  it('renders nothing once it is there', async () => {
    const darkroom = await developed();
    const keys = (darkroom.manifest('a.jpg')?.variants ?? []).map(({ key }) => key);
    await takeDown('a.jpg', ORDER, darkroom);
    const { decodes } = darkroom.codec;
    for (const key of keys) {
      expect(await answerMiss(key, darkroom)).toEqual({ found: 'taken-down' });
    }
    expect(darkroom.codec.decodes).toBe(decodes);
  });
});

describe('a take-down that is undone', () => {
  it('is developed by the next run, with its proof kept', async () => {
    const darkroom = await developed();
    const before = darkroom.derivatives.keys();
    await takeDown('a.jpg', ORDER, darkroom);
    expect(await undoTakeDown('a.jpg', { by: 'editor', reason: undefined }, darkroom)).toBe(true);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'developed' });
    expect(darkroom.derivatives.keys()).toEqual(before);
    const record = JSON.parse(String(darkroom.config.objects.get(takedownKey('a.jpg'))?.bytes));
    expect(record.acts.map(({ act }: { act: string }) => act)).toEqual(['takedown', 'undo']);
    expect(await undoTakeDown('a.jpg', ORDER, darkroom)).toBe(false);
  });

  it('is developed whole, though a late manifest lies over the tombstone and names what went', async () => {
    const darkroom = await developed();
    const before = darkroom.derivatives.keys();
    const late = darkroom.derivatives.objects.get('a.jpg/manifest.json');
    await takeDown('a.jpg', ORDER, darkroom);
    darkroom.derivatives.objects.set('a.jpg/manifest.json', late as NonNullable<typeof late>);
    await undoTakeDown('a.jpg', ORDER, darkroom);
    const submit = async (_: string, message: Buffer) => {
      const batch = batchSchema.parse(JSON.parse(message.toString('utf8')));
      await backfill(batch, darkroom, darkroom.config);
      return 'accepted' as const;
    };
    const at = darkroom.now().toISOString();
    await handOverLifted({ submit }, { bucket: 'originals', keys: ['a.jpg'], mode: 'settle' }, at);
    expect(darkroom.derivatives.keys()).toEqual(before);
  });

  it('is made whole by the sweep, though a removal that was not answered comes after its development', async () => {
    const darkroom = await developed();
    const before = darkroom.derivatives.keys();
    let late: string[] = [];
    const remove = async (keys: string[]) => {
      late = keys;
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    const silent = { ...darkroom, derivatives: { ...darkroom.derivatives, remove } };
    await expect(takeDown('a.jpg', ORDER, silent)).rejects.toThrow('expected an answer');
    await undoTakeDown('a.jpg', ORDER, darkroom);
    await reconcile('a.jpg', darkroom);
    await darkroom.derivatives.remove(late);
    expect(late).not.toEqual([]);
    expect(darkroom.derivatives.keys()).not.toEqual(before);
    darkroom.at('2026-11-23T11:00:01.000Z');
    expect(darkroom.config.keys()).toContain(unfinishedKey('a.jpg'));
    const asSweep = { keys: ['a.jpg'], mode: 'settle' as const, isDoubted: true };
    await backfill(asSweep, darkroom, darkroom.config);
    expect(darkroom.derivatives.keys()).toEqual(before);
  });

  it('whose original is gone leaves nothing', async () => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    darkroom.originals.objects.delete('a.jpg');
    await undoTakeDown('a.jpg', ORDER, darkroom);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'removed' });
    expect(darkroom.derivatives.keys()).toEqual([]);
  });

  it('in the middle of a run that carries it out is developed all the same', async () => {
    const files = (await developed()).derivatives.keys();
    const withRemains = async () => {
      const darkroom = await developed();
      await takeItDown(darkroom);
      darkroom.derivatives.upload(files[0] ?? '', 'left by somebody');
      return darkroom;
    };
    const lift = (darkroom: TestDarkroom) => undoTakeDown('a.jpg', ORDER, darkroom);
    await atEveryMoment(withRemains, run, lift, async darkroom => {
      await run(darkroom);
      expect(darkroom.derivatives.keys()).toEqual(files);
      expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true });
    });
  });
});

describe('a take-down whose record cannot be read', () => {
  const ofAnother = {
    schema: 1,
    key: 'b.jpg',
    acts: [{ act: 'undo', at: '2026-11-23T09:00:00Z' }],
  };
  const spoilt: [string, (whole: string) => string][] = [
    ['is cut off', whole => whole.slice(0, 40)],
    ['is that of another key', () => JSON.stringify(ofAnother)],
  ];
  const withSpoilt = async (spoil: (whole: string) => string) => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    await undoTakeDown('a.jpg', ORDER, darkroom);
    await reconcile('a.jpg', darkroom);
    const record = takedownKey('a.jpg');
    darkroom.config.upload(record, spoil(String(darkroom.config.objects.get(record)?.bytes)));
    const told: unknown[] = [];
    darkroom.log = { ...darkroom.log, error: (...line) => told.push(line) };
    return { darkroom, told };
  };

  it.each(spoilt)(
    'and %s is in force, is told, and holds up none of its batch',
    async (_, spoil) => {
      const { darkroom, told } = await withSpoilt(spoil);
      for (const key of ['b.jpg', 'c.jpg']) darkroom.originals.upload(key, PHOTO);
      darkroom.at('2026-11-23T11:00:00.000Z');
      const keys = ['b.jpg', 'a.jpg', 'c.jpg'];
      const tally = await backfill({ keys, mode: 'force' }, darkroom, darkroom.config);
      expect(tally).toMatchObject({ outcomes: { developed: 2, 'taken-down': 1 } });
      expect(darkroom.manifest('c.jpg')).toMatchObject({ complete: true });
      expect(darkroom.derivatives.keys().filter(key => key.startsWith('a.jpg/'))).toEqual(
        TOMBSTONE,
      );
      expect(told).toEqual([['record-unreadable', { key: takedownKey('a.jpg') }]]);
      const reason = expect.stringMatching(/cannot be read.* darkroom takedown/);
      for (const attempt of [0, 1]) {
        const report = await reconcile('a.jpg', { ...darkroom, attempt });
        expect(report).toMatchObject({ outcome: 'taken-down', reason });
      }
    },
  );

  it.each(spoilt)('and %s lets no miss publish a file', async (_, spoil) => {
    const { darkroom, told } = await withSpoilt(spoil);
    const zoom = darkroom.manifest('a.jpg')?.variants.find(({ preset }) => preset === 'zoom');
    expect(await answerMiss(zoom?.key ?? '', darkroom)).toMatchObject({ found: 'taken-down' });
    expect(darkroom.derivatives.objects.has(zoom?.key ?? '')).toBe(false);
    expect(told).toHaveLength(1);
  });

  it.each(spoilt)('and %s holds until somebody says again what does', async (_, spoil) => {
    const { darkroom } = await withSpoilt(spoil);
    await reconcile('a.jpg', { ...darkroom, attempt: 1 });
    expectDown(darkroom);
    expect(await undoTakeDown('a.jpg', ORDER, darkroom)).toBe(true);
    await reconcile('a.jpg', darkroom);
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true });
  });
});

describe('what the CDN may have', () => {
  const waiting = ({ config }: TestDarkroom) =>
    config
      .keys()
      .filter(key => key.startsWith(PURGES))
      .map(key => JSON.parse(String(config.objects.get(key)?.bytes)));

  it('waits to be purged where files of a deleted or overwritten original went', async () => {
    const darkroom = await overwritten();
    const old = darkroom.derivatives.keys().filter(key => !TOMBSTONE.includes(key));
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await reconcile('a.jpg', darkroom);
    expect(waiting(darkroom)).toMatchObject([{ class: 'replace', directory: 'a.jpg/' }]);
    expect(waiting(darkroom)[0].files.sort()).toEqual(expect.arrayContaining(old));
    darkroom.originals.objects.delete('a.jpg');
    await reconcile('a.jpg', darkroom);
    expect(waiting(darkroom).map(one => one.class)).toEqual(['delete', 'replace']);
    expect(waiting(darkroom)[0].files).toHaveLength(5);
  });

  it('needs no purge after an edit, until the original goes: then of more than the bucket has', async () => {
    const darkroom = await edited();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ removed: expect.any(Number) });
    expect(waiting(darkroom)).toEqual([]);
    expect(darkroom.manifest('a.jpg')?.unpurged).toHaveLength(1);
    darkroom.originals.objects.delete('a.jpg');
    await reconcile('a.jpg', darkroom);
    expect(waiting(darkroom)).toMatchObject([{ class: 'delete', isMore: true }]);
  });

  it('after an edit is purged by the upload that replaces it, though the bucket has nothing of it', async () => {
    const darkroom = await edited();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await reconcile('a.jpg', darkroom);
    const version = darkroom.manifest('a.jpg')?.version;
    for (const key of darkroom.derivatives.keys()) {
      if (key.includes(`/${version}/`)) darkroom.derivatives.objects.delete(key);
    }
    darkroom.originals.upload('a.jpg', 'jpeg 1600x1199');
    // Its first run dies once its manifest is there, and the next finds a set that lacks nothing.
    darkroom.config.before = ({ operation, key }) => {
      if (operation === 'put' && key.startsWith(PURGES)) throw new Error('power cut');
    };
    await reconcile('a.jpg', darkroom).catch(() => undefined);
    darkroom.config.before = () => undefined;
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true, unpurged: [version] });
    await reconcile('a.jpg', darkroom);
    expect(waiting(darkroom)).toMatchObject([{ class: 'replace', files: [], isMore: true }]);
    expect(darkroom.manifest('a.jpg')).not.toHaveProperty('unpurged');
  });

  it('of more than twenty versions is purged at once of the oldest: none is forgotten', async () => {
    const darkroom = await edited();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    const manifest = darkroom.manifest('a.jpg');
    if (!manifest) throw new Error('expected a manifest');
    const old = Array.from({ length: 20 }, (_, index) => `00000000${10 + index}`);
    const retired = old.map(version => ({
      key: `a.jpg/${version}/feed-480-0123456789.jpg`,
      retiredAt: '2026-11-23T10:09:00.000Z',
    }));
    const full = { ...manifest, unpurged: old, retired: [...manifest.retired, ...retired] };
    darkroom.derivatives.upload('a.jpg/manifest.json', JSON.stringify(full));
    await reconcile('a.jpg', darkroom);
    expect(waiting(darkroom)).toMatchObject([{ class: 'replace', files: [], isMore: true }]);
    const unpurged = [...old.slice(1), manifest.version];
    expect(darkroom.manifest('a.jpg')).toMatchObject({ unpurged, retired });
  });

  it('of a file that went without a word, maybe after its purge, is purged once more by whoever misses it', async () => {
    const darkroom = await overwritten();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    let late: string[] = [];
    const remove = async (keys: string[]) => {
      late = keys;
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    const silent = { ...darkroom, derivatives: { ...darkroom.derivatives, remove } };
    await expect(reconcile('a.jpg', silent)).rejects.toThrow('expected an answer');
    const purged = darkroom.config.keys().filter(key => key.startsWith(PURGES));
    expect(purged).toHaveLength(2);
    await darkroom.config.remove(purged);
    await darkroom.derivatives.remove(late);
    await reconcile('a.jpg', { ...darkroom, attempt: 1 });
    expect(waiting(darkroom)).toMatchObject([{ class: 'replace', isMore: true }]);
    expect(darkroom.manifest('a.jpg')).toMatchObject({ retired: [] });
    expect(darkroom.manifest('a.jpg')).not.toHaveProperty('unpurged');
  });

  /** A minute and more pass from its purge to its removal, in which a sweep may have the CDN forget what is still there. */
  async function slowly(darkroom: TestDarkroom) {
    const minutes = ['2026-11-23T10:12:00.000Z', '2026-11-23T10:14:00.000Z'];
    darkroom.derivatives.before = ({ operation }) => {
      const later = operation === 'remove' ? minutes.shift() : undefined;
      if (later) darkroom.at(later);
    };
    await reconcile('a.jpg', darkroom);
    darkroom.derivatives.before = () => undefined;
  }

  it('is purged once more where its removal took long: the CDN may have fetched it after its purge', async () => {
    const darkroom = await overwritten();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await slowly(darkroom);
    const replaced = waiting(darkroom);
    expect(replaced).toMatchObject([{ class: 'replace' }, { class: 'replace' }]);
    expect(replaced[1]).toMatchObject({ at: darkroom.now().toISOString() });
    expect(replaced[1].files).toEqual(replaced[0].files);
    darkroom.originals.objects.delete('a.jpg');
    darkroom.at('2026-11-23T10:10:00.000Z');
    await slowly(darkroom);
    const deleted = waiting(darkroom).filter(one => one.class === 'delete');
    expect(deleted.length).toBeGreaterThanOrEqual(2);
    expect(deleted.at(-1)).toMatchObject({ at: darkroom.now().toISOString() });
    expect(deleted.at(-1).files).toEqual(deleted[0].files);
  });

  it('is purged once more, a quarter of an hour later, where its removal was not answered', async () => {
    const darkroom = await deleted();
    darkroom.derivatives.before = ({ operation }) => {
      if (operation === 'remove') throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    await expect(reconcile('a.jpg', darkroom)).rejects.toThrow('expected an answer');
    const times = waiting(darkroom).map(({ at }) => Date.parse(at) - darkroom.now().getTime());
    expect(times).toEqual([0, 900_000]);
  });

  it('after an edit is purged by a delete that finds the manifest which says so only while it removes', async () => {
    const darkroom = await edited();
    const before = darkroom.derivatives.objects.get('a.jpg/manifest.json');
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await reconcile('a.jpg', darkroom);
    const after = darkroom.derivatives.objects.get('a.jpg/manifest.json');
    if (!before || !after) throw new Error('expected two manifests');
    expect(darkroom.manifest('a.jpg')?.unpurged).toHaveLength(1);
    darkroom.derivatives.objects.set('a.jpg/manifest.json', before);
    darkroom.originals.objects.delete('a.jpg');
    let hasRemoved = false;
    darkroom.derivatives.before = ({ operation, key }) => {
      hasRemoved ||= operation === 'remove' && key.endsWith('manifest.json');
      if (!hasRemoved || operation !== 'list') return;
      darkroom.derivatives.before = () => undefined;
      darkroom.derivatives.objects.set('a.jpg/manifest.json', after);
    };
    await reconcile('a.jpg', darkroom);
    expect(darkroom.derivatives.keys()).toEqual([]);
    const isMore = waiting(darkroom).map(one => one.isMore === true);
    expect(isMore.sort()).toEqual([false, true]);
  });

  it('is purged by the run that carries a take-down out, though the bucket has nothing of it any more', async () => {
    const darkroom = await developed();
    darkroom.derivatives.before = () => {
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    await expect(takeItDown(darkroom)).rejects.toThrow('expected an answer');
    darkroom.derivatives.before = () => undefined;
    await darkroom.derivatives.remove(
      darkroom.derivatives.keys().filter(key => !TOMBSTONE.includes(key)),
    );
    expect(await reconcile('a.jpg', { ...darkroom, attempt: 1 })).toMatchObject({
      outcome: 'taken-down',
    });
    expect(waiting(darkroom)).toMatchObject([{ class: 'takedown', directory: 'a.jpg/' }]);
    await reconcile('a.jpg', { ...darkroom, attempt: 1 });
    expect(waiting(darkroom)).toHaveLength(1);
  });

  it('after an edit is said before it goes, so that no death in between loses it', async () => {
    const darkroom = await edited();
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    darkroom.derivatives.before = ({ operation }) => {
      if (operation === 'remove') throw new Error('power cut');
    };
    await reconcile('a.jpg', darkroom).catch(() => undefined);
    expect(darkroom.manifest('a.jpg')?.unpurged).toHaveLength(1);
  });

  it('costs not one request where there is no CDN', async () => {
    const darkroom = await overwritten();
    darkroom.isBehindCdn = false;
    darkroom.config.calls.length = 0;
    await reconcile('a.jpg', darkroom);
    expect(darkroom.config.calls).toEqual([{ operation: 'get', key: takedownKey('a.jpg') }]);
  });

  it('is known before it is removed, so that no death in between loses it', async () => {
    const darkroom = await deleted();
    const process = newProcess();
    const derivatives = { ...darkroom.derivatives, remove: process.die };
    const run = reconcile('a.jpg', { ...darkroom, derivatives });
    expect(await Promise.race([run, process.died])).toBe('died');
    expect(waiting(darkroom)).toHaveLength(1);
  });

  it('is purged by the attempt after one that died once its tombstone lay there, though nothing is left to remove', async () => {
    const darkroom = await developed();
    const manifest = darkroom.derivatives.objects.get('a.jpg/manifest.json');
    await takeDown('a.jpg', ORDER, darkroom);
    await darkroom.config.remove(darkroom.config.keys().filter(key => key.startsWith(PURGES)));
    // A late manifest of another run, whose files went with the take-down's.
    darkroom.derivatives.upload('a.jpg/manifest.json', manifest?.bytes ?? '');
    const process = newProcess();
    const put = async (...object: Parameters<ObjectStore['put']>) => {
      await darkroom.derivatives.put(...object);
      return await process.die();
    };
    const derivatives = { ...darkroom.derivatives, put };
    const run = reconcile('a.jpg', { ...darkroom, attempt: 1, derivatives });
    expect(await Promise.race([run, process.died])).toBe('died');
    expect(waiting(darkroom)).toEqual([]);
    await reconcile('a.jpg', { ...darkroom, attempt: 2 });
    expect(waiting(darkroom)).toMatchObject([{ class: 'takedown', directory: 'a.jpg/' }]);
  });

  it('is not purged anew by each first attempt on what is down already', async () => {
    const darkroom = await developed();
    await takeDown('a.jpg', ORDER, darkroom);
    await darkroom.config.remove(darkroom.config.keys().filter(key => key.startsWith(PURGES)));
    await reconcile('a.jpg', { ...darkroom, attempt: 0 });
    expect(waiting(darkroom)).toEqual([]);
  });
});
