import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { coverageOf } from '../../../../shared/pipeline/inspect/coverage.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';

async function covered(darkroom: TestDarkroom, sample?: number) {
  const { list } = await darkroom.listInForce.current();
  return await coverageOf(darkroom.originals, darkroom.derivatives, list, {
    sample,
    now: new Date(),
  });
}

describe('coverage', () => {
  it('of an empty bucket is nothing of nothing', async () => {
    expect(await covered(testDarkroom())).toEqual({
      listed: 0,
      originals: 0,
      whole: 0,
      takenDown: 0,
      withheld: { blocked: 0, held: 0 },
      perPreset: { thumb: { wanted: 0, whole: 0 }, feed: { wanted: 0, whole: 0 } },
      failures: {},
      dangling: { links: 0, first: undefined },
      oldestPending: undefined,
    });
  });

  it('counts what is blocked and what is held apart: it is neither whole nor failed', async () => {
    const darkroom = testDarkroom(moderated(SMALL));
    darkroom.originals.upload('good.jpg', PHOTO);
    darkroom.originals.upload('bad.jpg', `${PHOTO} label x 90 high`);
    for (const n of [1, 2]) darkroom.originals.upload(`${n}.jpg`, `${PHOTO} label x ${n} low`);
    for (const key of darkroom.originals.keys()) await reconcile(key, darkroom);
    expect(await covered(darkroom)).toMatchObject({
      listed: 4,
      originals: 1,
      whole: 1,
      withheld: { blocked: 1, held: 2 },
      failures: {},
    });
  });

  it('looks behind symlinks, and names one that leads nowhere as what it is', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('p/target.jpg', PHOTO);
    darkroom.originals.upload('docs/target.jpg', PHOTO);
    darkroom.originals.link('good.jpg', 'p/target.jpg');
    darkroom.originals.link('unasked.jpg', 'docs/target.jpg');
    for (const key of ['gone.jpg', 'gone-too.jpg']) darkroom.originals.link(key, 'nowhere.jpg');
    for (const key of darkroom.originals.keys()) await reconcile(key, darkroom);
    expect(await covered(darkroom)).toMatchObject({
      listed: 6,
      originals: 2,
      whole: 2,
      dangling: { links: 2, first: 'gone-too.jpg' },
      oldestPending: undefined,
    });
  });

  it('counts originals that are whole, per preset and in all, failures, and who waits longest', async () => {
    const darkroom = testDarkroom();
    for (const key of ['a.jpg', 'b.jpg', 'half.jpg']) darkroom.originals.upload(key, PHOTO);
    darkroom.originals.upload('text.jpg', 'not a picture');
    darkroom.originals.upload('docs/a.jpg', PHOTO);
    darkroom.codec.beforeEncode = ({ key }) => {
      if (/^half.*webp/.test(key)) throw new Failure('VARIANT_UNRENDERABLE', 'expected webp');
    };
    for (const key of darkroom.originals.keys()) await reconcile(key, darkroom);
    const since = new Date('2026-11-20T00:00:00.000Z');
    darkroom.originals.upload('new.jpg', PHOTO, new Date('2026-11-21T00:00:00.000Z'));
    darkroom.originals.upload('older.jpg', PHOTO, since);
    expect(await covered(darkroom)).toEqual({
      listed: 7,
      originals: 6,
      whole: 2,
      takenDown: 0,
      withheld: { blocked: 0, held: 0 },
      perPreset: { thumb: { wanted: 6, whole: 3 }, feed: { wanted: 6, whole: 2 } },
      failures: { ORIGINAL_UNSUPPORTED: 1, VARIANT_UNRENDERABLE: 1 },
      dangling: { links: 0, first: undefined },
      oldestPending: { key: 'older.jpg', since },
    });
  });

  it('asks nothing of a folder of no bytes', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('folder/', '');
    expect(await covered(darkroom)).toMatchObject({ listed: 1, originals: 0 });
  });

  it('leaves out what was taken down, and says how many', async () => {
    const darkroom = testDarkroom();
    for (const key of ['a.jpg', 'b.jpg']) {
      darkroom.originals.upload(key, PHOTO);
      await reconcile(key, darkroom);
    }
    await takeDown('b.jpg', { by: 'moderator', reason: undefined }, darkroom);
    expect(await covered(darkroom)).toMatchObject({
      listed: 2,
      originals: 1,
      whole: 1,
      takenDown: 1,
      perPreset: { thumb: { wanted: 1, whole: 1 } },
      oldestPending: undefined,
    });
  });

  it('asks nothing of presets that are made on demand', async () => {
    const darkroom = testDarkroom(
      SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'),
    );
    darkroom.originals.upload('a.jpg', PHOTO);
    await reconcile('a.jpg', darkroom);
    expect(await covered(darkroom)).toMatchObject({
      whole: 1,
      perPreset: { thumb: { wanted: 1, whole: 1 } },
    });
  });

  it('costs one request an original that a rule asks for', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('docs/a.jpg', PHOTO);
    darkroom.originals.upload('a.jpg', PHOTO);
    await covered(darkroom);
    expect(darkroom.originals.calls).toEqual([{ operation: 'list', key: '' }]);
    expect(darkroom.derivatives.calls).toEqual([{ operation: 'get', key: 'a.jpg/manifest.json' }]);
  });

  it('takes the same bytes under another ETag for the same original, for one request more', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a.jpg', PHOTO);
    await reconcile('a.jpg', darkroom);
    const manifest = darkroom.manifest('a.jpg');
    if (!manifest) throw new Error('expected a manifest');
    const original = { ...manifest.original, etag: 'F'.repeat(32), crc64: '123' };
    const text = JSON.stringify({ ...manifest, original });
    darkroom.derivatives.upload('a.jpg/manifest.json', text);
    const { head } = darkroom.originals;
    const answer = async (crc64: string) => {
      darkroom.originals.head = async key => {
        const found = await head(key);
        return found && { ...found, crc64 };
      };
      return await covered(darkroom);
    };
    darkroom.originals.calls.length = 0;
    expect(await answer('123')).toMatchObject({ whole: 1, oldestPending: undefined });
    expect(darkroom.originals.calls.map(({ operation }) => operation)).toEqual(['list', 'head']);
    expect(await answer('124')).toMatchObject({ whole: 0, oldestPending: { key: 'a.jpg' } });
  });

  it('may be of a sample, and says of how many', async () => {
    const darkroom = testDarkroom();
    for (let index = 0; index < 40; index += 1) darkroom.originals.upload(`${index}.jpg`, PHOTO);
    expect(await covered(darkroom, 10)).toMatchObject({ listed: 40, originals: 10, whole: 0 });
    expect(darkroom.derivatives.calls).toHaveLength(10);
  });

  it('counts as whole what is not kept any more', async () => {
    const darkroom = testDarkroom(SMALL.replace('name: feed,', 'name: feed, keep: 2d,'));
    darkroom.originals.upload('a.jpg', PHOTO, new Date('2026-11-01T00:00:00.000Z'));
    await reconcile('a.jpg', darkroom);
    expect(darkroom.manifest('a.jpg')?.variants.filter(one => 'aged' in one)).toHaveLength(4);
    const { originals, whole, perPreset } = await covered(darkroom);
    expect([originals, whole, perPreset.feed]).toEqual([1, 1, { wanted: 1, whole: 1 }]);
  });
});
