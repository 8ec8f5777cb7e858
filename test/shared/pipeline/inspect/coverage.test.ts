import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { coverageOf } from '../../../../shared/pipeline/inspect/coverage.ts';
import { inOrder } from '../../../../shared/pipeline/in-order.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { SMALL } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';

async function covered(darkroom: TestDarkroom, sample?: number) {
  const { list } = await darkroom.presets.current();
  return await coverageOf(darkroom.originals, darkroom.derivatives, list, { sample });
}

describe('coverage', () => {
  it('of an empty bucket is nothing of nothing', async () => {
    expect(await covered(testDarkroom())).toEqual({
      listed: 0,
      originals: 0,
      whole: 0,
      takenDown: 0,
      perPreset: { thumb: { wanted: 0, whole: 0 }, feed: { wanted: 0, whole: 0 } },
      failures: {},
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
      perPreset: { thumb: { wanted: 6, whole: 3 }, feed: { wanted: 6, whole: 2 } },
      failures: { ORIGINAL_UNSUPPORTED: 1, VARIANT_UNRENDERABLE: 1 },
      oldestPending: { key: 'older.jpg', since },
    });
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

  it('may be of a sample, and says of how many', async () => {
    const darkroom = testDarkroom();
    for (let index = 0; index < 40; index += 1) darkroom.originals.upload(`${index}.jpg`, PHOTO);
    expect(await covered(darkroom, 10)).toMatchObject({ listed: 40, originals: 10, whole: 0 });
    expect(darkroom.derivatives.calls).toHaveLength(10);
  });
});

describe('work in order', () => {
  const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

  it('keeps the order of the items and a bound on what is under way', async () => {
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 100 }, (_, index) => index);
    const results: number[] = [];
    for await (const result of inOrder(items, async item => {
      running += 1;
      most = Math.max(most, running);
      await pause(item % 3);
      running -= 1;
      return item;
    })) {
      results.push(result);
    }
    expect(results).toEqual(items);
    expect(most).toBe(16);
  });

  it('throws the first failure, in order, and leaves none unhandled', async () => {
    const failing = inOrder([1, 2, 3], async item => {
      if (item > 1) throw new Error(`item ${item}`);
      await pause(5);
      return item;
    });
    expect(await failing.next()).toMatchObject({ value: 1 });
    await expect(failing.next()).rejects.toThrow('item 2');
  });
});
