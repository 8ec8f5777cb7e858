import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import type { Finding } from '../../../../shared/core/set/findings.ts';
import { derivativeKey, versionOf } from '../../../../shared/core/set/keys.ts';
import type { Mode } from '../../../../shared/core/work/run.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { refusalToRemove, removeOrphans } from '../../../../shared/pipeline/inspect/orphans.ts';
import { countPurges } from '../../../../shared/pipeline/removal/purges.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { undoTakeDown, takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type VerifyOptions, verify } from '../../../../shared/pipeline/inspect/verify.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { etagOf, memoryStore } from '../../../support/memory-store.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';
const LONG_AGO = new Date('2026-11-01T00:00:00.000Z');
const NOW = new Date('2026-11-24T00:00:00.000Z');

async function developed(...keys: string[]): Promise<TestDarkroom> {
  const darkroom = testDarkroom();
  for (const key of keys) {
    darkroom.originals.upload(key, PHOTO, LONG_AGO);
    await reconcile(key, darkroom);
  }
  return darkroom;
}

async function groundOf(darkroom: TestDarkroom) {
  return { ...darkroom, presets: await darkroom.listInForce.current() };
}

async function verified(darkroom: TestDarkroom, options: Partial<VerifyOptions> = {}) {
  const told: Finding[] = [];
  const handedOver: [Mode, string[]][] = [];
  const verdict = await verify(
    await groundOf(darkroom),
    {
      prefix: '',
      sample: undefined,
      now: NOW,
      settledBefore: NOW,
      deep: false,
      config: darkroom.config,
      ...options,
    },
    {
      tell: finding => told.push(finding),
      looked: () => undefined,
      reconcile: async (keys, mode) => handedOver.push([mode, keys]),
    },
  );
  return { verdict, told, handedOver };
}

describe('a symlink', () => {
  it('is what it leads to, and one that leads nowhere is named, and neither missing nor young', async () => {
    const darkroom = await developed('p/a.jpg');
    darkroom.originals.link('good.jpg', 'p/a.jpg');
    darkroom.originals.link('gone.jpg', 'nowhere.jpg');
    for (const key of ['good.jpg', 'gone.jpg']) await reconcile(key, darkroom);
    const { verdict, told, handedOver } = await verified(darkroom);
    expect([told, handedOver]).toEqual([[], []]);
    const dangling = { links: 1, first: 'gone.jpg' };
    expect(verdict).toMatchObject({ originals: 3, pending: 0, dangling });
  });

  it('whose target went later leaves orphans', async () => {
    const darkroom = await developed('p/a.jpg');
    darkroom.originals.link('a.jpg', 'p/a.jpg');
    await reconcile('a.jpg', darkroom);
    darkroom.originals.objects.delete('p/a.jpg');
    const { told } = await verified(darkroom);
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told.map(({ problem }) => problem))).toEqual(new Set(['orphan']));
  });
});

describe('a picture that is withheld', () => {
  const BAD = `${PHOTO} label x 90 high`;
  const withheld = async (content: string) => {
    const darkroom = testDarkroom(moderated(SMALL));
    darkroom.originals.upload('a.jpg', content, LONG_AGO);
    await reconcile('a.jpg', darkroom);
    return darkroom;
  };

  it.each([BAD, BAD.replace('high', 'low')])('is no problem: %s', async content => {
    const { verdict, told } = await verified(await withheld(content));
    expect(told).toEqual([]);
    expect(verdict).toMatchObject({ originals: 1, files: 1, pending: 0, failures: {} });
  });

  it('is none either where no rule asks for it any more: a run leaves its manifest', async () => {
    const darkroom = await withheld(BAD);
    darkroom.edit(SMALL.replace("match: '**'", "match: 'elsewhere/**'"));
    expect((await verified(darkroom)).told).toEqual([]);
    await reconcile('a.jpg', darkroom);
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it('and has files all the same is told, and handed over to have them removed', async () => {
    const darkroom = await withheld(BAD);
    const file = derivativeKey({
      original: 'a.jpg',
      version: versionOf(etagOf(Buffer.from(BAD))),
      preset: 'feed',
      width: 480,
      fingerprint: '0123456789',
      format: 'jpeg',
    });
    darkroom.derivatives.upload(file, 'of a run that began before', LONG_AGO);
    const { told, handedOver } = await verified(darkroom);
    expect(told).toMatchObject([{ problem: 'remains', key: file, mend: 'settle' }]);
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
    await backfill({ keys: ['a.jpg'], mode: 'settle' }, darkroom, darkroom.config);
    expect((await verified(darkroom)).told).toEqual([]);
  });
});

describe('a folder of no bytes', () => {
  it('wants nothing, as a run says of it', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.upload('folder/', '', LONG_AGO);
    const { verdict, told, handedOver } = await verified(darkroom);
    expect(told).toEqual([]);
    expect(handedOver).toEqual([]);
    expect(verdict).toMatchObject({ originals: 2, pending: 0 });
  });
});

function fileOf(darkroom: TestDarkroom, pattern: RegExp): string {
  const key = darkroom.derivatives.keys().find(one => pattern.test(one));
  if (!key) throw new Error(`expected a file like ${pattern}`);
  return key;
}

/** As a store that knows checksums. */
function withChecksumsOfBytes({ originals }: TestDarkroom): void {
  const { head } = originals;
  originals.head = async key => {
    const found = await head(key);
    const bytes = originals.objects.get(key)?.bytes;
    return found && bytes && { ...found, crc64: etagOf(bytes) };
  };
}

/** As a multipart upload that was copied onto itself: another ETag, the same size and checksum. */
function withOtherEtag(darkroom: TestDarkroom, key: string): void {
  const crc64 = '123';
  const manifest = darkroom.manifest(key);
  if (!manifest) throw new Error(`expected a manifest of ${key}`);
  const original = { ...manifest.original, etag: 'F'.repeat(32), crc64 };
  const text = JSON.stringify({ ...manifest, original });
  darkroom.derivatives.upload(`${key}/manifest.json`, text, LONG_AGO);
  const { head } = darkroom.originals;
  darkroom.originals.head = async one => {
    const found = await head(one);
    return found && { ...found, crc64 };
  };
}

const named = (original: string, preset = 'feed') =>
  derivativeKey({
    original,
    version: '0123456789',
    preset,
    width: 480,
    fingerprint: '0123456789',
    format: 'jpeg',
  });

describe('verify', () => {
  it('finds nothing where all is as the list wants it', async () => {
    const { verdict, told, handedOver } = await verified(
      await developed('a.jpg', 'a.jpg!x', 'a/b.jpg', 'a/b.jpg/c.png', '中 文+%.jpg'),
    );
    expect(told).toEqual([]);
    expect(handedOver).toEqual([]);
    expect(verdict).toMatchObject({ originals: 5, listed: 5, files: 30, pending: 0, failures: {} });
  });

  it('finds what was never developed', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.upload('b.jpg', PHOTO, LONG_AGO);
    const { told, handedOver } = await verified(darkroom);
    expect(told).toEqual([
      {
        problem: 'missing',
        original: 'b.jpg',
        why: 'not developed: there is no manifest yet',
        mend: 'settle',
      },
    ]);
    expect(handedOver).toEqual([['settle', ['b.jpg']]]);
  });

  it('waits for what was uploaded a moment ago', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.upload('b.jpg', PHOTO, NOW);
    const { told, verdict } = await verified(darkroom, { settledBefore: LONG_AGO });
    expect(told).toEqual([]);
    expect(verdict.pending).toBe(1);
  });

  it('finds a file that the manifest names and that is not there, and has it rendered anew', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg');
    const key = fileOf(darkroom, /^a\.jpg.*feed-480.*webp/);
    darkroom.derivatives.objects.delete(key);
    const { told, handedOver } = await verified(darkroom);
    expect(told).toMatchObject([{ problem: 'missing', original: 'a.jpg', key, mend: 'force' }]);
    expect(handedOver).toEqual([['force', ['a.jpg']]]);
  });

  it('finds a file of another size than the manifest says', async () => {
    const darkroom = await developed('a.jpg');
    const key = fileOf(darkroom, /thumb/);
    darkroom.derivatives.upload(key, 'short', LONG_AGO);
    const { told } = await verified(darkroom);
    expect(told).toMatchObject([
      { problem: 'corrupt', key, why: expect.stringMatching(/it has 5$/), mend: 'force' },
    ]);
  });

  it('finds a file that begins like another format when it reads them', async () => {
    const darkroom = await developed('a.jpg');
    const magic = { jpeg: '\xff\xd8\xff', webp: 'RIFF....WEBP' };
    for (const { key, format } of darkroom.manifest('a.jpg')?.variants ?? []) {
      const stored = darkroom.derivatives.objects.get(key);
      stored?.bytes.write(format === 'webp' ? magic.webp : magic.jpeg, 'latin1');
    }
    expect((await verified(darkroom, { deep: true })).told).toEqual([]);
    const key = fileOf(darkroom, /feed-480.*webp/);
    darkroom.derivatives.objects.get(key)?.bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
    const other = fileOf(darkroom, /thumb/);
    darkroom.derivatives.objects.get(other)?.bytes.fill(0);
    expect((await verified(darkroom)).told).toEqual([]);
    const { told } = await verified(darkroom, { deep: true });
    expect(told).toMatchObject([
      { problem: 'corrupt', key, why: expect.stringMatching(/begins like png/) },
      { problem: 'corrupt', key: other, why: expect.stringMatching(/begins like no picture/) },
    ]);
  });

  it('finds files of an older recipe, and those that the list no longer names', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.edit(SMALL.replace('[480, 1080]', '[480]').replace("aspect: '1:1'", "aspect: '2:1'"));
    const { told, handedOver } = await verified(darkroom);
    expect(told.map(({ problem, why }) => `${problem} ${why}`)).toEqual([
      'stale thumb 100 jpeg: made by an older recipe',
      'stale the list no longer names it',
      'stale the list no longer names it',
    ]);
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
  });

  it('finds a set that no rule asks for any more', async () => {
    const darkroom = await developed('a.jpg', 'docs/never-asked-for.jpg');
    darkroom.edit(SMALL.replace("'docs/**'", "'{a*,docs/**}'"));
    expect((await verified(darkroom)).told).toMatchObject([{ problem: 'stale', mend: 'settle' }]);
  });

  it('finds replaced files whose time is over, and no others', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.edit(`retain: 1h\n${SMALL}`);
    darkroom.originals.upload('a.jpg', 'jpeg 1600x900', LONG_AGO);
    await reconcile('a.jpg', darkroom);
    const before = new Date('2026-11-23T10:59:59.000Z');
    expect((await verified(darkroom, { now: before })).told).toEqual([]);
    const { told } = await verified(darkroom);
    expect(told).toHaveLength(5);
    expect(told[0]).toMatchObject({ problem: 'stale', mend: 'settle' });
  });

  it('finds what failed in passing, and counts what failed for good', async () => {
    const darkroom = await developed();
    darkroom.originals.upload('a.jpg', PHOTO, LONG_AGO);
    darkroom.originals.upload('b.jpg', 'not a picture', LONG_AGO);
    darkroom.originals.upload('c/../d.jpg', PHOTO, LONG_AGO);
    darkroom.codec.beforeEncode = ({ format }) => {
      if (format === 'webp') throw new Failure('STORE_UNAVAILABLE', 'OSS did not answer');
    };
    await reconcile('a.jpg', darkroom).catch(() => undefined);
    await reconcile('b.jpg', darkroom);
    const { told, verdict, handedOver } = await verified(darkroom);
    expect(told).toMatchObject([
      { problem: 'missing', why: expect.stringMatching(/STORE_UNAVAILABLE/), mend: 'settle' },
      { problem: 'missing' },
    ]);
    expect(verdict.failures).toEqual({ ORIGINAL_UNSUPPORTED: 1, KEY_UNUSABLE: 1 });
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
  });

  it('leaves on_demand files to whoever asks for them', async () => {
    const darkroom = testDarkroom(
      SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'),
    );
    darkroom.originals.upload('a.jpg', PHOTO, LONG_AGO);
    await reconcile('a.jpg', darkroom);
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it.each([
    ['a newer schema', '{"schema":2}'],
    ['no JSON', 'hello'],
  ])('finds %s in a manifest’s place, and has the set made anew', async (_, content) => {
    const darkroom = await developed('a.jpg');
    darkroom.derivatives.upload('a.jpg/manifest.json', content, LONG_AGO);
    const { told, handedOver } = await verified(darkroom);
    expect(told).toMatchObject([
      { problem: 'corrupt', key: 'a.jpg/manifest.json', mend: 'settle' },
    ]);
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
    await backfill({ mode: 'settle', keys: ['a.jpg'] }, darkroom, memoryStore());
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it('leaves a manifest.json of someone else where no rule asks for the original beside it', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.upload('docs/app', 'x', LONG_AGO);
    darkroom.derivatives.upload('docs/app/manifest.json', '{"name":"An app"}', LONG_AGO);
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it('finds a picture that was blamed for a crash, and has it tried again', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg');
    const blamed = (key: string, code: 'ORIGINAL_CRASHED' | 'ORIGINAL_UNDECODABLE') => {
      const manifest = { ...darkroom.manifest(key), complete: false, variants: [] };
      const failure = { code, message: 'expected the decoder to survive' };
      const text = JSON.stringify({ ...manifest, failure });
      darkroom.derivatives.upload(`${key}/manifest.json`, text, LONG_AGO);
      for (const file of darkroom.derivatives.keys()) {
        if (file.startsWith(`${key}/`) && !file.endsWith('.json'))
          darkroom.derivatives.objects.delete(file);
      }
    };
    blamed('a.jpg', 'ORIGINAL_CRASHED');
    blamed('b.jpg', 'ORIGINAL_UNDECODABLE');
    const { told, handedOver, verdict } = await verified(darkroom);
    expect(told).toMatchObject([
      {
        problem: 'missing',
        original: 'a.jpg',
        why: expect.stringMatching(/^not developed: ORIGINAL_CRASHED: expected the decoder/),
        mend: 'retry-failed',
      },
    ]);
    expect(verdict).toMatchObject({ failures: { ORIGINAL_UNDECODABLE: 1 }, mendable: 1 });
    expect(handedOver).toEqual([['retry-failed', ['a.jpg']]]);
    darkroom.at('2026-11-23T12:00:00.000Z');
    for (const [mode, keys] of handedOver) await backfill({ mode, keys }, darkroom, memoryStore());
    const after = await verified(darkroom);
    expect(after.told).toEqual([]);
    expect(after.verdict.failures).toEqual({ ORIGINAL_UNDECODABLE: 1 });
  });

  it('takes the same bytes under another ETag for the same original', async () => {
    const darkroom = await developed('a.jpg');
    withOtherEtag(darkroom, 'a.jpg');
    const { told, verdict } = await verified(darkroom);
    expect(told).toEqual([]);
    expect(verdict.pending).toBe(0);
  });

  it('takes other bytes of the same size for another original', async () => {
    const darkroom = await developed();
    withChecksumsOfBytes(darkroom);
    darkroom.originals.upload('a.jpg', PHOTO, LONG_AGO);
    await reconcile('a.jpg', darkroom);
    darkroom.originals.upload('a.jpg', 'jpeg 1200x1600', LONG_AGO);
    expect((await verified(darkroom)).told).toMatchObject([
      {
        problem: 'missing',
        why: 'not developed: the manifest is of an older version of the original',
      },
    ]);
  });

  it('looks twice, so that what moves meanwhile is no problem', async () => {
    const darkroom = await developed('a.jpg');
    let isFirst = true;
    darkroom.derivatives.before = async ({ operation, key }) => {
      if (operation !== 'get' || key !== 'a.jpg/manifest.json' || !isFirst) return;
      isFirst = false;
      darkroom.originals.upload('a.jpg', 'jpeg 1600x900');
      for (const time of ['2026-11-23T10:00:00.000Z', '2026-11-23T10:10:00.000Z']) {
        darkroom.at(time);
        await reconcile('a.jpg', darkroom);
      }
    };
    expect((await verified(darkroom)).told).toEqual([]);
    darkroom.originals.upload('b.jpg', PHOTO, LONG_AGO);
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'get' && key.startsWith('b.jpg'))
        darkroom.originals.objects.delete('b.jpg');
    };
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it('stays below a prefix', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg');
    darkroom.derivatives.upload(named('a'), 'x', LONG_AGO);
    darkroom.derivatives.upload(named('b'), 'x', LONG_AGO);
    darkroom.derivatives.objects.delete(fileOf(darkroom, /^b\.jpg.*thumb/));
    const { verdict, told } = await verified(darkroom, { prefix: 'a' });
    expect(verdict).toMatchObject({ originals: 1, files: 7 });
    expect(told).toMatchObject([{ problem: 'orphan', original: 'a' }]);
    expect((await verified(darkroom, { prefix: 'a/0' })).told).toEqual([]);
  });

  it('looks at a sample of the originals, and at orphans in their sets only', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `${index}.jpg`);
    const darkroom = await developed(...keys);
    darkroom.derivatives.upload(named('gone.jpg'), 'x', LONG_AGO);
    for (const key of keys) darkroom.derivatives.upload(named(key), 'x', LONG_AGO);
    const { verdict, told } = await verified(darkroom, { sample: 5 });
    expect(verdict).toMatchObject({ originals: 5, listed: 12, files: 35 });
    expect(told.map(({ problem }) => problem)).toEqual(Array(5).fill('orphan'));
    const seen = told.map(({ original }) => original);
    expect(seen).toEqual([...seen].sort());
  });

  it('hands over at most 100 keys at once', async () => {
    const darkroom = testDarkroom();
    for (let index = 0; index < 250; index += 1) {
      darkroom.originals.upload(`${index}.jpg`, PHOTO, LONG_AGO);
    }
    const { handedOver, verdict } = await verified(darkroom);
    expect(handedOver.map(([, keys]) => keys.length)).toEqual([100, 100, 50]);
    expect(verdict.handedOver).toBe(250);
  });
});

describe('what verify hands over', () => {
  it('is right after it was done', async () => {
    const darkroom = await developed('lost.jpg', 'short.jpg', 'whole.jpg');
    darkroom.originals.upload('new.jpg', PHOTO, LONG_AGO);
    darkroom.derivatives.objects.delete(fileOf(darkroom, /^lost\.jpg.*thumb/));
    darkroom.derivatives.upload(fileOf(darkroom, /^short\.jpg.*1080.*webp/), 'x', LONG_AGO);
    const { handedOver, verdict } = await verified(darkroom);
    expect(verdict).toMatchObject({ mendable: 3, handedOver: 3 });
    darkroom.at('2026-11-23T12:00:00.000Z');
    for (const [mode, keys] of handedOver) await backfill({ mode, keys }, darkroom, memoryStore());
    expect((await verified(darkroom)).told).toEqual([]);
    expect(darkroom.derivatives.keys()).toHaveLength(24);
  });
});

describe('orphans', () => {
  it('are sets whose original is gone', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg');
    darkroom.originals.objects.delete('a.jpg');
    const { told, verdict } = await verified(darkroom);
    expect(told).toHaveLength(6);
    expect(new Set(told.map(({ original }) => original))).toEqual(new Set(['a.jpg']));
    expect(verdict).toMatchObject({ files: 12, problems: { orphan: 6 } });
    const { removed } = await removeOrphans(told, await groundOf(darkroom));
    expect(removed).toBe(6);
    expect((await verified(darkroom)).told).toEqual([]);
    expect(darkroom.derivatives.keys()).toHaveLength(6);
  });

  it('are files of a developed original that no manifest names, unless they are young', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.derivatives.upload(named('a.jpg'), 'x', LONG_AGO);
    darkroom.derivatives.upload(named('a.jpg', 'thumb'), 'x', NOW);
    const { told } = await verified(darkroom, { settledBefore: new Date(NOW.getTime() - 1) });
    expect(told).toEqual([
      {
        problem: 'orphan',
        original: 'a.jpg',
        key: named('a.jpg'),
        why: 'no manifest names it',
        mend: 'remove',
      },
    ]);
  });

  it('are not the files of an original that is being developed', async () => {
    const darkroom = await developed();
    darkroom.originals.upload('a.jpg', PHOTO, LONG_AGO);
    darkroom.derivatives.upload(named('a.jpg'), 'x', LONG_AGO);
    expect((await verified(darkroom)).told).toMatchObject([{ problem: 'missing' }]);
  });

  it('are never foreign objects', async () => {
    const darkroom = await developed('a.jpg');
    const foreign = ['index.html', 'app/manifest.json', 'a.jpg/readme.txt', 'x/0123456789/y.jpg'];
    for (const key of foreign) darkroom.derivatives.upload(key, '{"name":"An app"}', LONG_AGO);
    expect((await verified(darkroom)).told).toEqual([]);
    darkroom.originals.objects.delete('a.jpg');
    const { told } = await verified(darkroom);
    await removeOrphans(told, await groundOf(darkroom));
    expect(darkroom.derivatives.keys()).toEqual([...foreign].sort());
  });

  it('that are removed wait to be purged from the CDN', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.isBehindCdn = true;
    darkroom.originals.objects.delete('a.jpg');
    const { told } = await verified(darkroom);
    expect(await removeOrphans(told, await groundOf(darkroom))).toMatchObject({ removed: 6 });
    expect(await countPurges(darkroom.config)).toEqual({ takedown: 0, delete: 1, replace: 0 });
  });

  it('of a set of which an edit removed files before have the whole directory purged', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.isBehindCdn = true;
    const manifest = darkroom.manifest('a.jpg');
    const unpurged = [manifest?.version];
    darkroom.derivatives.upload('a.jpg/manifest.json', JSON.stringify({ ...manifest, unpurged }));
    darkroom.originals.objects.delete('a.jpg');
    const { told } = await verified(darkroom);
    await removeOrphans(told, await groundOf(darkroom));
    const purges = [...darkroom.config.objects.values()].map(({ bytes }) => JSON.parse(`${bytes}`));
    expect(purges).toMatchObject([{ directory: 'a.jpg/', isMore: true }]);
  });

  it('of one original are not the set of another that lies below it', async () => {
    const darkroom = await developed('a/b.jpg', 'a/b.jpg/c.png', 'a/b.jpg/0123456789');
    const below = (key: string) => /^a\/b\.jpg\/(c\.png|0123456789)\//.test(key);
    const kept = darkroom.derivatives.keys().filter(below);
    darkroom.originals.objects.delete('a/b.jpg');
    const { told } = await verified(darkroom);
    expect(new Set(told.map(({ original }) => original))).toEqual(new Set(['a/b.jpg']));
    await removeOrphans(told, await groundOf(darkroom));
    expect(darkroom.derivatives.keys()).toEqual(kept);
    expect(kept).toHaveLength(12);
  });

  it('stay when their original came back before they were removed', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.objects.delete('a.jpg');
    const { told } = await verified(darkroom);
    darkroom.originals.upload('a.jpg', PHOTO);
    await reconcile('a.jpg', darkroom);
    const before = darkroom.derivatives.keys();
    const { removed, lost } = await removeOrphans(told, await groundOf(darkroom));
    expect({ removed, lost }).toEqual({ removed: 0, lost: [] });
    expect(darkroom.derivatives.keys()).toEqual(before);
  });

  it('whose original comes back in the very moment are told, to be rendered anew', async () => {
    const darkroom = await developed('a.jpg');
    darkroom.originals.objects.delete('a.jpg');
    const { told } = await verified(darkroom);
    darkroom.derivatives.before = ({ operation }) => {
      if (operation === 'remove') darkroom.originals.upload('a.jpg', PHOTO);
    };
    const { lost } = await removeOrphans(told, await groundOf(darkroom));
    expect(lost).toEqual(['a.jpg']);
  });

  it('that a manifest came to name in the very moment are told as well', async () => {
    const darkroom = await developed('a.jpg');
    const key = named('a.jpg');
    darkroom.derivatives.upload(key, 'x', LONG_AGO);
    const { told } = await verified(darkroom);
    darkroom.derivatives.before = ({ operation }) => {
      const manifest = darkroom.manifest('a.jpg');
      if (operation !== 'remove' || !manifest) return;
      const retired = [{ key, retiredAt: LONG_AGO.toISOString() }];
      darkroom.derivatives.upload(
        'a.jpg/manifest.json',
        JSON.stringify({ ...manifest, retired }),
        LONG_AGO,
      );
    };
    const { lost } = await removeOrphans(told, await groundOf(darkroom));
    expect(lost).toEqual(['a.jpg']);
  });

  it.each([
    [5, 100, 0.05, undefined],
    [0, 0, 0.05, undefined],
    [6, 100, 0.05, /at most 5 % of the 100 objects.*found 6, that is 6 %: nothing was removed/],
    [3, 3, 1, undefined],
  ])('%i of %i are removed or refused by a share of %d', (orphans, files, share, refusal) => {
    const said = refusalToRemove({ orphans, files }, share, '--max-share');
    if (refusal) expect(said).toMatch(refusal);
    else expect(said).toBeUndefined();
  });
});

describe('keys that were taken down', () => {
  const order = { by: 'moderator', reason: undefined };

  it('are as they should be, and no orphans when their original is gone', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg');
    await takeDown('a.jpg', order, darkroom);
    await takeDown('b.jpg', order, darkroom);
    darkroom.originals.objects.delete('b.jpg');
    expect(await verified(darkroom)).toMatchObject({ told: [], verdict: { orphans: [] } });
  });

  it('and have something left are handed over to be taken down', async () => {
    const darkroom = await developed('a.jpg', 'b.jpg', 'c.jpg');
    const file = fileOf(darkroom, /^a\.jpg.*feed-480/);
    const manifest = darkroom.manifest('b.jpg');
    for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) await takeDown(key, order, darkroom);
    darkroom.derivatives.upload(file, 'x');
    darkroom.derivatives.upload('b.jpg/manifest.json', JSON.stringify(manifest));
    const { told, handedOver } = await verified(darkroom);
    const remains = told.filter(({ problem }) => problem === 'remains');
    expect(remains.map(({ original, key }) => [original, key])).toEqual(
      expect.arrayContaining([
        ['a.jpg', file],
        ['b.jpg', undefined],
      ]),
    );
    const keys = handedOver.flatMap(([mode, some]) => (mode === 'takedown' ? some : []));
    expect(keys.sort()).toEqual(['a.jpg', 'b.jpg']);
    await backfill({ keys, mode: 'takedown' }, darkroom, darkroom.config);
    expect((await verified(darkroom)).told).toEqual([]);
    expect(darkroom.derivatives.keys()).toHaveLength(3);
  });

  it('and are not any more, but still have their tombstone, are handed over to be developed', async () => {
    const darkroom = await developed('a.jpg');
    await takeDown('a.jpg', order, darkroom);
    await undoTakeDown('a.jpg', order, darkroom);
    const { told, handedOver } = await verified(darkroom);
    expect(told).toMatchObject([{ problem: 'remains', mend: 'settle' }]);
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
  });

  it('a moment ago are left to whoever does it', async () => {
    const darkroom = await developed('a.jpg');
    await takeDown('a.jpg', order, darkroom);
    darkroom.derivatives.objects.delete('a.jpg/manifest.json');
    const settledBefore = new Date('2026-11-23T09:00:00.000Z');
    expect((await verified(darkroom, { settledBefore })).told).not.toContainEqual(
      expect.objectContaining({ problem: 'remains' }),
    );
  });
});

describe('files that are older than their preset’s `keep`', () => {
  const KEPT = SMALL.replace('name: feed,', 'name: feed, keep: 20d,');

  async function aged(now: string) {
    const darkroom = testDarkroom(KEPT);
    darkroom.derivatives.now = darkroom.now;
    darkroom.at(LONG_AGO.toISOString());
    darkroom.originals.upload('a.jpg', PHOTO, LONG_AGO);
    await reconcile('a.jpg', darkroom);
    darkroom.at(now);
    return darkroom;
  }

  it('are no problem once they are gone, nor while the next sweep is to have them go', async () => {
    const darkroom = await aged('2026-11-22T23:00:00.000Z');
    expect((await verified(darkroom)).told).toEqual([]);
    await reconcile('a.jpg', darkroom);
    expect((await verified(darkroom)).told).toEqual([]);
  });

  it('are stale where no sweep came for them', async () => {
    const darkroom = await aged('2026-11-23T01:00:00.000Z');
    const { told, handedOver } = await verified(darkroom);
    expect(told).toHaveLength(4);
    expect(told[0]).toMatchObject({ problem: 'stale', mend: 'settle' });
    expect(told[0]?.why).toMatch(/feed 480 jpeg: older than `keep`/);
    expect(handedOver).toEqual([['settle', ['a.jpg']]]);
  });

  it('are purged by their names with the orphans of a set, although they are not there', async () => {
    const darkroom = await aged('2026-11-23T01:00:00.000Z');
    await reconcile('a.jpg', darkroom);
    darkroom.originals.objects.delete('a.jpg');
    const { verdict } = await verified(darkroom);
    darkroom.isBehindCdn = true;
    await removeOrphans(verdict.orphans, await groundOf(darkroom));
    const purges = [...darkroom.config.objects.values()].map(({ bytes }) => bytes.toString());
    expect(purges.filter(purge => /feed-480/.test(purge))).toHaveLength(1);
  });
});
