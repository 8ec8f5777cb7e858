import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { crashesKey, newCrashes } from '../../../../shared/core/work/unfinished.ts';
import { wantedVariants } from '../../../../shared/core/set/variants.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { memoryStore } from '../../../support/memory-store.ts';
import { mortal, newProcess } from '../../../support/mortal.ts';
import { listOf, SMALL } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';
const KILLER = 'jpeg 1600x1201';

/** A darkroom whose process dies where a killer is decoded: nothing of that delivery reaches a store any more. */
function deadly(yaml = SMALL) {
  const darkroom = testDarkroom(yaml);
  let deaths = 0;
  /** One delivery: true where it came to its end, whatever that was; false where its process died. */
  const deliver = async (
    delivery: { attempt: number | undefined; replayedAt?: string },
    run: (darkroom: TestDarkroom) => Promise<unknown>,
  ) => {
    const process = newProcess();
    const decode: typeof darkroom.codec.decode = async (file, options) => {
      if (file.toString() !== KILLER) return await darkroom.codec.decode(file, options);
      deaths += 1;
      return await process.die();
    };
    const living = {
      ...darkroom,
      originals: { ...darkroom.originals, ...mortal(darkroom.originals, process) },
      derivatives: { ...darkroom.derivatives, ...mortal(darkroom.derivatives, process) },
      codec: { ...darkroom.codec, decode },
      ...delivery,
    };
    const ended = run(living).then(
      () => true,
      () => true,
    );
    return await Promise.race([process.died.then(() => false), ended]);
  };
  return { darkroom, deliver, deaths: () => deaths };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a picture that kills', () => {
  it('takes no other of its batch with it, nor is another blamed', async () => {
    const { darkroom, deliver } = deadly();
    for (const key of ['a', 'c', 'd']) darkroom.originals.upload(key, PHOTO);
    for (const key of ['b1', 'b2']) darkroom.originals.upload(key, KILLER);
    const keys = ['a', 'b1', 'c', 'b2', 'd'];
    const batch = batchSchema.parse({ kind: 'darkroom.backfill', bucket: 'o', keys });
    const run = (one: TestDarkroom) => backfill(batch, one, memoryStore());
    const outcomes = [];
    for (const attempt of [0, 1, 2, 3]) outcomes.push(await deliver({ attempt }, run));
    // `darkroom replay` delivers again what Function Compute gave up.
    const replayedAt = darkroom.now().toISOString();
    for (const attempt of [0, 1]) outcomes.push(await deliver({ attempt, replayedAt }, run));
    expect(outcomes).toEqual([false, false, false, false, false, true]);
    for (const key of ['a', 'c', 'd']) expect(darkroom.manifest(key)?.complete, key).toBe(true);
    for (const key of ['b1', 'b2']) {
      expect(darkroom.manifest(key)?.failure, key).toMatchObject({ code: 'ORIGINAL_CRASHED' });
    }
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is settled where FC does not say which attempt it is, and nothing is left of the count', async () => {
    const { darkroom, deliver, deaths } = deadly();
    darkroom.originals.upload('a', KILLER);
    const outcomes = [];
    for (let delivery = 0; delivery < 4; delivery += 1) {
      outcomes.push(await deliver({ attempt: undefined }, one => reconcile('a', one)));
    }
    expect(outcomes).toEqual([false, false, true, true]);
    expect(deaths()).toBe(2);
    expect(darkroom.manifest('a')?.failure).toMatchObject({ code: 'ORIGINAL_CRASHED' });
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is not blamed for a store that falls silent', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a', PHOTO);
    const silent = new Failure('STORE_UNAVAILABLE', 'expected an answer');
    for (const attempt of [0, 1, 2, 3]) {
      const originals = { ...darkroom.originals, getExactly: () => Promise.reject(silent) };
      await expect(reconcile('a', { ...darkroom, originals, attempt })).rejects.toBe(silent);
    }
    expect(await reconcile('a', darkroom)).toMatchObject({ outcome: 'developed' });
  });

  it('is not blamed for a decoder that a busy machine holds up, unless it is late each time', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a', PHOTO);
    const late = new Failure('DECODER_LATE', 'expected a whole jpeg within 30 s');
    const slow = { ...darkroom, codec: { ...darkroom.codec, decode: () => Promise.reject(late) } };
    for (const attempt of [0, 1, 2])
      await expect(reconcile('a', { ...slow, attempt })).rejects.toBe(late);
    expect(darkroom.manifest('a')).toBeUndefined();
    expect(await reconcile('a', { ...slow, attempt: 3 })).toMatchObject({ state: 'failed' });
    expect(darkroom.manifest('a')?.failure?.code).toBe('ORIGINAL_CRASHED');
    darkroom.at('2026-11-23T11:00:00.000Z');
    await backfill({ keys: ['a'], mode: 'retry-failed' }, darkroom, darkroom.config);
    expect(darkroom.manifest('a')?.complete).toBe(true);
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is tried again where someone asks for it: by then it may be blamed without a fault', async () => {
    const { darkroom, deliver } = deadly();
    darkroom.originals.upload('a', KILLER);
    for (const attempt of [0, 1, 2, 3]) await deliver({ attempt }, one => reconcile('a', one));
    expect(darkroom.manifest('a')?.failure?.code).toBe('ORIGINAL_CRASHED');
    darkroom.at('2026-11-23T11:00:00.000Z');
    await backfill({ keys: ['a'], mode: 'retry-failed' }, darkroom, darkroom.config);
    expect(darkroom.manifest('a')).toMatchObject({ complete: true });
  });

  it('is tried again by a replay, once for each', async () => {
    const { darkroom, deliver, deaths } = deadly();
    darkroom.originals.upload('a', KILLER);
    for (const attempt of [0, 1, 2, 3]) await deliver({ attempt }, one => reconcile('a', one));
    const replayedAt = '2026-11-23T11:00:00.000Z';
    darkroom.at(replayedAt);
    const outcomes = [];
    for (const attempt of [0, 1, 2, 3]) {
      outcomes.push(await deliver({ attempt, replayedAt }, one => reconcile('a', one)));
    }
    expect(outcomes).toEqual([false, false, true, true]);
    expect(deaths()).toBe(5);
  });

  /** One attempt crashed; a second decodes, and while it does a third counts both. */
  async function counted(third: (darkroom: TestDarkroom) => Promise<unknown>, picture = PHOTO) {
    const darkroom = { ...testDarkroom(), attempt: 2 };
    darkroom.originals.upload('a', picture);
    const etag = (await darkroom.originals.head('a'))?.etag ?? '';
    const crashes = newCrashes({ key: 'a', etag, bytes: picture.length }, 1, darkroom.now());
    darkroom.config.upload(crashesKey('a'), JSON.stringify(crashes));
    const { inspect } = darkroom.codec;
    darkroom.codec.inspect = async (file, list) => {
      darkroom.codec.inspect = inspect;
      await third(darkroom);
      return await inspect(file, list);
    };
    await reconcile('a', darkroom);
    return darkroom;
  }

  it.each([
    ['is fetched', 'originals', 'get'],
    ['is counted, which takes long', 'config', 'put'],
  ] as const)(
    'counts one death alone where the other decoder comes back while it %s',
    async (_, store, slow) => {
      const { darkroom, deliver } = deadly();
      darkroom.originals.upload('a', KILLER);
      const seen = await darkroom.originals.head('a');
      if (!seen) throw new Error('expected an original');
      const record = JSON.stringify(newCrashes(seen, 1, darkroom.now()));
      darkroom.config.upload(crashesKey('a'), record);
      darkroom[store].before = ({ operation }) => {
        if (operation !== slow) return;
        darkroom[store].before = () => undefined;
        darkroom.config.objects.delete(crashesKey('a'));
        const now = Date.now() + 60_000;
        if (store === 'config') vi.spyOn(Date, 'now').mockReturnValueOnce(now);
      };
      expect(await deliver({ attempt: undefined }, one => reconcile('a', one))).toBe(false);
      const stored = String(darkroom.config.objects.get(crashesKey('a'))?.bytes);
      expect(JSON.parse(stored)).toMatchObject({ crashes: 1 });
    },
  );

  it('is another’s word against that of whose decoder comes back, and then no word', async () => {
    const darkroom = await counted(async one => {
      expect(await reconcile('a', one)).toMatchObject({ outcome: 'failed' });
    });
    expect(darkroom.manifest('a')).toMatchObject({ complete: true });
    expect(darkroom.manifest('a')).not.toHaveProperty('failure');
  });

  it('is no word against a decoder that comes back saying that the picture cannot be decoded', async () => {
    const darkroom = await counted(async one => {
      expect(await reconcile('a', one)).toMatchObject({ outcome: 'failed' });
    }, 'undecodable');
    expect(darkroom.manifest('a')?.failure).toMatchObject({ code: 'ORIGINAL_UNSUPPORTED' });
  });

  it('is taken back by who said it too late to see that the decoder came back', async () => {
    let goOn: () => void = () => undefined;
    const isDeveloped = new Promise<void>(resolve => {
      goOn = resolve;
    });
    let blaming: Promise<unknown> = Promise.resolve();
    const darkroom = await counted(async one => {
      await new Promise<void>(resolve => {
        const put: typeof one.derivatives.put = async (...object) => {
          resolve();
          await isDeveloped;
          return await one.derivatives.put(...object);
        };
        blaming = reconcile('a', { ...one, derivatives: { ...one.derivatives, put } });
      });
    });
    expect(darkroom.manifest('a')).toMatchObject({ complete: true });
    goOn();
    expect(await blaming).toMatchObject({ outcome: 'developed' });
    expect(darkroom.manifest('a')).not.toHaveProperty('failure');
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is tried again for the word of whose decoder came back, and who then could not see the blame', async () => {
    let darkroom = testDarkroom();
    const silent = new Failure('STORE_UNAVAILABLE', 'expected an answer');
    const surviving = counted(async one => {
      darkroom = one;
      expect(await reconcile('a', one)).toMatchObject({ outcome: 'failed' });
      one.originals.before = () => {
        throw silent;
      };
    });
    await expect(surviving).rejects.toBe(silent);
    darkroom.originals.before = () => undefined;
    darkroom.at('2026-11-23T11:00:00.000Z');
    darkroom.derivatives.upload('a/0123456789/thumb-100-0123456789.jpg', 'of some list');
    await reconcile('a', { ...darkroom, attempt: 1 });
    expect(darkroom.manifest('a')?.failure).toMatchObject({ code: 'ORIGINAL_CRASHED' });
    darkroom.at('2026-11-23T12:00:01.000Z');
    // As a sweep hands it over.
    const batch = { keys: ['a'], mode: 'settle' as const, isDoubted: true };
    await backfill(batch, { ...darkroom, attempt: 0 }, darkroom.config);
    expect(darkroom.manifest('a')).toMatchObject({ complete: true });
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('is tried again where it cannot be decoded, but its count could not be removed', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a', 'undecodable');
    const { remove } = darkroom.config;
    darkroom.config.remove = async () => {
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    for (const attempt of [1, 2])
      await expect(reconcile('a', { ...darkroom, attempt })).rejects.toThrow('an answer');
    darkroom.config.remove = remove;
    await reconcile('a', { ...darkroom, attempt: 3 });
    const batch = { keys: ['a'], mode: 'settle' as const, isDoubted: true };
    await backfill(batch, { ...darkroom, attempt: 0 }, darkroom.config);
    expect(darkroom.manifest('a')?.failure).toMatchObject({ code: 'ORIGINAL_UNSUPPORTED' });
  });

  it('and of which all is on demand is found on upload, and by no view of it', async () => {
    const yaml = SMALL.replaceAll('name:', 'generate: on_demand, name:');
    const { darkroom, deliver, deaths } = deadly(yaml);
    darkroom.originals.upload('a', KILLER);
    for (const attempt of [0, 1, 2]) {
      expect(await deliver({ attempt }, one => reconcile('a', one))).toBe(false);
    }
    expect(await deliver({ attempt: 3 }, one => reconcile('a', one))).toBe(true);
    const { failure, version = '' } = darkroom.manifest('a') ?? {};
    expect(failure).toMatchObject({ code: 'ORIGINAL_CRASHED' });
    const list = listOf(yaml);
    const picture = { format: 'jpeg', width: 1600, height: 1201, alpha: false, frames: 1 } as const;
    const presets = presetsFor('a', list);
    const [wanted] = wantedVariants({ key: 'a', version, picture, list, presets });
    expect(await answerMiss(wanted?.key ?? '', darkroom)).toEqual({ found: 'nothing' });
    expect(deaths()).toBe(3);
  });
});
