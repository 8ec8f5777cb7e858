import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { fingerprintOfList } from '../../../../shared/core/list/recipe.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { lookAt } from '../../../../shared/pipeline/inspect/survey.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { codec } from '../../../support/codec.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { starfishPhoto } from '../../../support/originals.ts';

const COVER = "aspect: '3:1', fit: cover, gravity: attention, formats: { jpeg: {} }";
const LIST = `
version: 1
rules: [{ match: '**', presets: [cover, feed, top, later] }]
presets:
  - { name: cover, widths: [300, 900], ${COVER} }
  - { name: feed, widths: [480], formats: { jpeg: {} } }
  - { name: top, widths: [100], aspect: '1:1', fit: cover, gravity: north, formats: { jpeg: {} } }
  - { name: later, generate: on_demand, widths: [600, 1200], ${COVER} }
`;

const PHOTO = 'jpeg 1600x1200';
/** As the scripted codec finds it: a quarter down. */
const FOUND = { left: 0, top: 28, width: 1000, height: 444 };
const SAID = { x: 430, y: 900 };

let darkroom: TestDarkroom;

beforeEach(async () => {
  darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', PHOTO, new Date('2026-11-23T09:00:00.000Z'));
  await reconcile('a.jpg', darkroom);
});

const manifest = () => darkroom.manifest('a.jpg') as Manifest;
const keysOf = (preset: string) =>
  manifest()
    .variants.filter(one => one.preset === preset)
    .map(({ key }) => key);

describe('what a crop shows', () => {
  it('is searched for once, for all widths and for presets of the same shape', () => {
    expect(darkroom.codec.searches).toBe(1);
    expect(manifest().focus).toEqual({ cover: FOUND, later: FOUND });
  });

  it('stays as it is for a width that comes later, whatever a search would say now', async () => {
    darkroom.codec.search = async () => ({ x: 500, y: 800 });
    darkroom.edit(LIST.replace('[300, 900]', '[300, 900, 1500]'));
    await reconcile('a.jpg', darkroom);
    expect(keysOf('cover')).toHaveLength(3);
    expect(manifest().focus).toEqual({ cover: FOUND, later: FOUND });
  });

  it.each([
    ['presets: [cover, feed, top, later]', 'presets: [feed, top]'],
    [
      "name: cover, widths: [300, 900], aspect: '3:1'",
      "name: cover, widths: [300, 900], aspect: '2:1'",
    ],
  ])(
    'stays for files that an edit of %s replaced, where a second takes it back',
    async (was, is) => {
      const before = keysOf('cover');
      darkroom.codec.search = async () => ({ x: 500, y: 800 });
      darkroom.edit(
        LIST.replace(was, is).replace(
          'presets: [cover, feed, top, later]',
          'presets: [cover, feed, top]',
        ),
      );
      await reconcile('a.jpg', darkroom);
      expect(manifest().retired.map(({ key }) => key)).toEqual(expect.arrayContaining(before));
      darkroom.edit(LIST);
      await reconcile('a.jpg', darkroom);
      expect(keysOf('cover')).toEqual(before);
      expect(manifest().focus?.cover).toEqual(FOUND);
    },
  );

  it('is searched for anew where all is made anew', async () => {
    darkroom.codec.search = async () => ({ x: 500, y: 800 });
    darkroom.at('2026-11-23T11:00:00.000Z');
    await darkroom.developAnew('a.jpg');
    expect(manifest().focus?.cover).toEqual({ ...FOUND, top: 556 });
  });

  it('is told as long as the list asks for it', async () => {
    darkroom.edit(LIST.replace('presets: [cover, feed, top, later]', 'presets: [feed, top]'));
    await reconcile('a.jpg', darkroom);
    expect(manifest().focus).toBeUndefined();
  });

  it('is the same for a miss as for an upload, with a manifest and without', async () => {
    const real = testDarkroom(LIST);
    real.codec = Object.assign(real.codec, codec);
    real.originals.upload('a.jpg', readFileSync(starfishPhoto));
    await reconcile('a.jpg', real);
    const key = real.manifest('a.jpg')?.variants.find(one => /later-1200/.test(one.key))?.key ?? '';
    const first = await answerMiss(key, real);
    expect(first).toMatchObject({ found: 'file', isNew: true });
    real.derivatives.objects.delete(key);
    real.derivatives.objects.delete(manifestKey('a.jpg'));
    expect(await answerMiss(key, real)).toEqual({ ...first, manifest: 'none' });
  });
});

describe('a focus that the uploader says', () => {
  it('changes the files that would be searched for, and no others', async () => {
    const searched = [...keysOf('cover'), ...keysOf('later')];
    const before = { searched, feed: keysOf('feed'), top: keysOf('top') };
    const { encoded } = darkroom.codec;
    encoded.length = 0;
    darkroom.originals.say('a.jpg', SAID);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'developed', kept: 2 });
    expect([keysOf('feed'), keysOf('top')]).toEqual([before.feed, before.top]);
    expect(encoded.sort()).toEqual(keysOf('cover').sort());
    expect(keysOf('cover')).not.toContain(searched[0]);
    const shown = { ...FOUND, top: 556 };
    expect(manifest()).toMatchObject({
      original: { focus: SAID },
      focus: { cover: shown, later: shown },
    });
    expect(manifest().retired.map(({ key }) => key)).toEqual(before.searched);
  });

  it('is cut from pixels of the size that a search has, so that files of other presets keep their bytes', async () => {
    const sizes: number[] = [];
    const { decode } = darkroom.codec;
    darkroom.codec.decode = async (file, options) => {
      sizes.push(options.size.width);
      return await decode(file, options);
    };
    for (const key of ['b.jpg', 'c.jpg']) darkroom.originals.upload(key, PHOTO);
    darkroom.originals.say('c.jpg', SAID);
    for (const key of ['b.jpg', 'c.jpg']) await reconcile(key, darkroom);
    expect(sizes).toEqual([1200, 1200]);
  });

  it('is not searched for', async () => {
    darkroom.codec.search = async () => expect.unreachable();
    darkroom.originals.upload('b.jpg', PHOTO);
    darkroom.originals.say('b.jpg', SAID);
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ outcome: 'developed' });
  });

  it('is settled once it is recorded', async () => {
    darkroom.originals.say('a.jpg', SAID);
    await reconcile('a.jpg', darkroom);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'settled' });
  });

  it('leaves word for the sweep of the files that it replaced, until they are gone', async () => {
    darkroom.originals.say('a.jpg', SAID);
    await reconcile('a.jpg', darkroom);
    expect(darkroom.config.keys()).toEqual([unfinishedKey('a.jpg')]);
    darkroom.at('2026-11-23T11:00:01.000Z');
    await reconcile('a.jpg', { ...darkroom, isDoubted: true });
    expect(manifest().retired).toEqual([]);
    await reconcile('a.jpg', { ...darkroom, isDoubted: true });
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('leaves word where a copy says it that has no CRC-64, and is the same version by its ETag alone', async () => {
    const { head } = darkroom.originals;
    const told = async (facts: { etag?: string; crc64?: string }) => {
      darkroom.originals.head = async key => {
        const found = await head(key);
        return found && { ...found, ...facts };
      };
      await reconcile('a.jpg', darkroom);
    };
    const { version } = manifest();
    await told({ crc64: '42' });
    await told({ crc64: '42', etag: 'F-2' });
    darkroom.originals.say('a.jpg', SAID);
    await told({});
    expect(manifest().version).toBe(version);
    expect(manifest().retired).not.toEqual([]);
    expect(darkroom.config.keys()).toEqual([unfinishedKey('a.jpg')]);
  });

  it('leaves word where a run that makes all anew is the first to see it, too', async () => {
    darkroom.originals.say('a.jpg', SAID);
    darkroom.at('2026-11-23T10:01:00.000Z');
    await darkroom.developAnew('a.jpg');
    expect(manifest().retired).not.toEqual([]);
    expect(darkroom.config.keys()).toEqual([unfinishedKey('a.jpg')]);
  });

  it('leaves word where a run recorded it that could make nothing, too', async () => {
    darkroom.originals.say('a.jpg', SAID);
    const { getExactly } = darkroom.originals;
    darkroom.originals.getExactly = () =>
      Promise.reject(new Failure('ORIGINAL_ARCHIVED', 'expected an object that can be read'));
    await reconcile('a.jpg', darkroom);
    expect(manifest()).toMatchObject({ original: { focus: SAID }, retired: [] });
    darkroom.originals.getExactly = getExactly;
    darkroom.at('2026-11-23T10:30:00.000Z');
    await backfill({ keys: ['a.jpg'], mode: 'retry-failed' }, darkroom, darkroom.config);
    expect(manifest().failure).toBeUndefined();
    expect(manifest().retired.length).toBeGreaterThan(0);
    expect(darkroom.config.keys()).toEqual([unfinishedKey('a.jpg')]);
  });

  it('and takes back leaves the files that there were', async () => {
    const before = keysOf('cover');
    darkroom.originals.say('a.jpg', SAID);
    await reconcile('a.jpg', darkroom);
    darkroom.originals.say('a.jpg', undefined);
    await reconcile('a.jpg', darkroom);
    expect(keysOf('cover')).toEqual(before);
    expect(manifest().original.focus).toBeUndefined();
    expect(manifest().focus?.cover).toEqual(FOUND);
  });

  it('and that cannot be read is recorded, and changes no file', async () => {
    const before = keysOf('cover');
    darkroom.codec.encoded.length = 0;
    darkroom.originals.say('a.jpg', 'unreadable');
    await reconcile('a.jpg', darkroom);
    expect(manifest()).toMatchObject({ complete: true, original: { focus: 'unreadable' } });
    expect(keysOf('cover')).toEqual(before);
    expect(darkroom.codec.encoded).toEqual([]);
  });

  it.each(['before', 'after'])('%s the commit is noticed by it', async when => {
    darkroom.originals.upload('b.jpg', PHOTO);
    let isSaid = false;
    darkroom.originals.before = ({ operation }) => {
      const isThere = darkroom.derivatives.objects.has(manifestKey('b.jpg'));
      const isDue = darkroom.codec.encoded.some(key => key.startsWith('b.jpg/'));
      if (operation !== 'head' || isSaid || !(when === 'after' ? isThere : isDue)) return;
      isSaid = true;
      darkroom.originals.say('b.jpg', SAID);
    };
    await reconcile('b.jpg', darkroom);
    expect(isSaid).toBe(true);
    expect(darkroom.manifest('b.jpg')).toMatchObject({ original: { focus: SAID } });
  });

  it('is what a miss makes, and a file of the focus before leads to its', async () => {
    const [old = ''] = keysOf('later');
    const [replaced = ''] = keysOf('cover');
    darkroom.originals.say('a.jpg', SAID);
    await reconcile('a.jpg', darkroom);
    darkroom.derivatives.objects.delete(replaced);
    const [key = ''] = keysOf('later');
    expect(key).not.toBe(old);
    expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file', isNew: true });
    expect(await answerMiss(old, darkroom)).toEqual({ found: 'moved', key });
    expect(await answerMiss(replaced, darkroom)).toEqual({
      found: 'moved',
      key: keysOf('cover')[0],
    });
  });

  it('is seen in a listing, which has no metadata, where it came after the manifest', async () => {
    const { list } = await darkroom.listInForce.current();
    const stores = { ...darkroom, presets: { list, fingerprint: fingerprintOfList(list) } };
    const statesOf = async () => {
      for await (const entry of darkroom.originals.list('')) {
        if (!('key' in entry)) continue;
        const { status } = await lookAt(entry.key, entry, stores);
        return new Set(status.variants.map(one => `${one.preset} ${one.state}`));
      }
      return undefined;
    };
    expect(await statesOf()).toEqual(
      new Set(['cover rendered', 'feed rendered', 'top rendered', 'later on_demand']),
    );
    darkroom.originals.say('a.jpg', SAID);
    expect(await statesOf()).toEqual(
      new Set(['cover stale', 'feed rendered', 'top rendered', 'later on_demand']),
    );
  });
});
