import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { missCrashesKey } from '../../../../shared/core/work/unfinished.ts';
import { answerAuto } from '../../../../shared/pipeline/serve/auto.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { mortal, newProcess } from '../../../support/mortal.ts';
import { SILENT_CLIENT } from '../../../support/silent-client.ts';

const PHOTO = 'jpeg 1600x1200';
const LIST = `
version: 1
rules: [{ match: '**', presets: [feed, zoom] }]
presets:
  - { name: feed, widths: [480], formats: { jpeg: {} } }
  - { name: zoom, generate: on_demand, widths: [1200, 1400], formats: { jpeg: {} } }
`;
const NOTHING = { found: 'nothing' };

/** A set that an upload made whole, of which one file on demand kills whoever encodes it. */
async function deadly() {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', PHOTO);
  await reconcile('a.jpg', darkroom);
  const keyOf = (width: number) =>
    darkroom.manifest('a.jpg')?.variants.find(one => one.width === width)?.key ?? '';
  const killer = keyOf(1400);
  let deaths = 0;
  /** What a view of it is answered, undefined where its process died. */
  const view = async (key = killer, from: TestDarkroom = darkroom) => {
    const process = newProcess();
    const encode: typeof darkroom.codec.encode = async (raster, variant, picture) => {
      if (variant.key !== killer) return await darkroom.codec.encode(raster, variant, picture);
      deaths += 1;
      return await process.die();
    };
    const living = {
      ...from,
      derivatives: { ...from.derivatives, ...mortal(from.derivatives, process) },
      codec: { ...from.codec, encode },
    };
    return await Promise.race([process.died.then(() => undefined), answerMiss(key, living)]);
  };
  return { darkroom, view, killer, keyOf, deaths: () => deaths };
}

const later = (darkroom: TestDarkroom) => darkroom.at('2026-11-23T10:05:00.000Z');

describe('a file whose encoder kills the process', () => {
  it('is nothing after its third time, and kills no more: at once, and later', async () => {
    const { darkroom, view, deaths } = await deadly();
    for (let time = 0; time < 3; time += 1) expect(await view()).toBeUndefined();
    expect(await view()).toEqual(NOTHING);
    later(darkroom);
    const { calls } = darkroom.originals;
    calls.length = 0;
    expect(await view()).toEqual(NOTHING);
    expect(calls.map(({ operation }) => operation)).toEqual(['head']);
    expect(deaths()).toBe(3);
  });

  it('takes no other file of its set with it', async () => {
    const { view, keyOf } = await deadly();
    for (let time = 0; time < 4; time += 1) await view();
    expect(await view(keyOf(1200))).toMatchObject({ found: 'file' });
  });

  it('is not chosen by /auto/ any more: the next best is', async () => {
    const { darkroom, view, killer, keyOf } = await deadly();
    const auto = () => answerAuto({ preset: 'zoom', original: 'a.jpg' }, SILENT_CLIENT, darkroom);
    expect(await auto()).toEqual({ found: 'variant', key: killer });
    for (let time = 0; time < 3; time += 1) await view();
    expect(await auto()).toEqual({ found: 'variant', key: keyOf(1200) });
  });

  it('is begun again a day later, and by a replaced original at once', async () => {
    const { darkroom, view, deaths, keyOf } = await deadly();
    for (let time = 0; time < 3; time += 1) await view();
    darkroom.at('2026-11-24T10:00:01.000Z');
    expect(await view()).toBeUndefined();
    expect(deaths()).toBe(4);
    darkroom.originals.upload('a.jpg', `${PHOTO} anew`);
    await reconcile('a.jpg', darkroom);
    expect(await view(keyOf(1400))).toMatchObject({ found: 'file' });
  });

  it('is no such file once one comes back, whatever it says', async () => {
    const { darkroom, view, killer } = await deadly();
    for (let time = 0; time < 2; time += 1) await view();
    darkroom.codec.beforeEncode = () => {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected a picture');
    };
    expect(await answerMiss(killer, darkroom)).toEqual(NOTHING);
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is waited for where those who began it may still be at work', async () => {
    const { darkroom, view, killer } = await deadly();
    for (let time = 0; time < 3; time += 1) await view();
    setTimeout(() => darkroom.derivatives.upload(killer, 'made by one of them'), 700);
    expect(await view()).toMatchObject({ found: 'file', isNew: false });
  });

  it('is not blamed for a store that falls silent', async () => {
    const { darkroom, killer } = await deadly();
    const silent = new Failure('STORE_UNAVAILABLE', 'expected an answer');
    const originals = { ...darkroom.originals, getExactly: () => Promise.reject(silent) };
    for (let time = 0; time < 4; time += 1) {
      await expect(answerMiss(killer, { ...darkroom, originals })).rejects.toBe(silent);
    }
    expect(darkroom.config.keys()).toEqual([]);
    expect(await answerMiss(killer, darkroom)).toMatchObject({ found: 'file' });
  });

  it('is counted before its picture is decoded', async () => {
    const { darkroom, killer } = await deadly();
    const { inspect } = darkroom.codec;
    const seen: string[][] = [];
    darkroom.codec.inspect = async (...asked) => {
      seen.push(darkroom.config.keys());
      return await inspect(...asked);
    };
    await answerMiss(killer, darkroom);
    expect(seen).toEqual([[missCrashesKey(killer)]]);
    expect(darkroom.config.keys()).toEqual([]);
  });
});

/** A set of which nothing kills anybody, and a config bucket that gives no answer to a DELETE, and obeys it hours later. */
async function slowToForget() {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', PHOTO);
  await reconcile('a.jpg', darkroom);
  const key = darkroom.manifest('a.jpg')?.variants.find(one => one.width === 1400)?.key ?? '';
  const silent = new Failure('STORE_UNAVAILABLE', 'expected an answer in time');
  const waiting: string[][] = [];
  const remove = (keys: string[]) => {
    waiting.push(keys);
    return Promise.reject(silent);
  };
  const slow = { ...darkroom, config: { ...darkroom.config, remove } };
  const put = () => Promise.reject(silent);
  const slowAndFull = { ...slow, derivatives: { ...darkroom.derivatives, put } };
  /** A view that comes to nothing at all. */
  const lose = async () => await expect(answerMiss(key, slowAndFull)).rejects.toBe(silent);
  const obey = async () => {
    for (const keys of waiting.splice(0)) await darkroom.config.remove(keys);
  };
  const isMarked = () => darkroom.config.keys().includes(missCrashesKey(key));
  return { darkroom, slow, silent, key, lose, obey, isMarked };
}

describe('a DELETE of a count that takes effect hours late', () => {
  const MADE = { found: 'file', isNew: true };

  it('costs one view of a healthy file, which is there for those after it although it is still counted', async () => {
    const { darkroom, slow, silent, key, obey, isMarked } = await slowToForget();
    await expect(answerMiss(key, slow)).rejects.toBe(silent);
    expect(isMarked()).toBe(true);
    expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file', isNew: false });
    await obey();
    expect(isMarked()).toBe(false);
  });

  it('blames a healthy file only where three views could not write it either, and until the first takes effect', async () => {
    const { darkroom, key, lose, obey } = await slowToForget();
    for (let time = 0; time < 3; time += 1) await lose();
    later(darkroom);
    expect(await answerMiss(key, darkroom)).toEqual(NOTHING);
    await obey();
    expect(await answerMiss(key, darkroom)).toMatchObject(MADE);
  });

  it('blames it for a day at most where none of them ever takes effect', async () => {
    const { darkroom, key, lose } = await slowToForget();
    for (let time = 0; time < 3; time += 1) await lose();
    darkroom.at('2026-11-24T09:59:59.000Z');
    expect(await answerMiss(key, darkroom)).toEqual(NOTHING);
    darkroom.at('2026-11-24T10:00:01.000Z');
    expect(await answerMiss(key, darkroom)).toMatchObject(MADE);
  });

  it('takes the count of those that died since: a file that kills is begun three times more, and given up again', async () => {
    const { darkroom, view, deaths, killer } = await deadly();
    for (let time = 0; time < 3; time += 1) expect(await view()).toBeUndefined();
    await darkroom.config.remove([missCrashesKey(killer)]);
    for (let time = 0; time < 3; time += 1) expect(await view()).toBeUndefined();
    later(darkroom);
    expect(await view()).toEqual(NOTHING);
    expect(deaths()).toBe(6);
  });
});
