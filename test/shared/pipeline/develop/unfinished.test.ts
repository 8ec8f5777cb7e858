import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { noteUnfinished } from '../../../../shared/pipeline/removal/take-down-guard.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { mortal, newProcess } from '../../../support/mortal.ts';
import { SMALL } from '../../../support/preset-lists.ts';

const KEY = 'a.jpg';
const WORD = unfinishedKey(KEY);

function uploaded(): TestDarkroom {
  const darkroom = testDarkroom();
  darkroom.originals.upload(KEY, 'jpeg 1600x1200');
  return darkroom;
}

const isThere = ({ config }: TestDarkroom) => config.objects.has(WORD);
/** As a sweep does an hour later. */
const AN_HOUR_LATER = '2026-11-23T11:00:01.000Z';
const comeForIt = (darkroom: TestDarkroom) =>
  backfill({ keys: [KEY], mode: 'settle', isDoubted: true }, darkroom, darkroom.config);

describe('word of what may still come, or is still to go,', () => {
  it('is left where a write failed, since it may take effect when all attempts are over', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation !== 'put' || !key.endsWith('manifest.json')) return;
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    await expect(reconcile(KEY, darkroom)).rejects.toThrow('expected an answer');
    expect(isThere(darkroom)).toBe(true);
    darkroom.derivatives.before = () => undefined;
    await reconcile(KEY, { ...darkroom, attempt: 1 });
    expect(isThere(darkroom)).toBe(true);
    darkroom.at(AN_HOUR_LATER);
    await comeForIt(darkroom);
    expect(isThere(darkroom)).toBe(false);
  });

  it('is left at once, so that it is there also if the process is killed before its turn ends', async () => {
    const darkroom = uploaded();
    const process = newProcess();
    const { put } = darkroom.derivatives;
    const failing = {
      ...darkroom.derivatives,
      put: async (...asked: Parameters<typeof put>) => {
        if (!asked[0].endsWith('.webp')) return await put(...asked);
        throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
      },
      // Commit looks whether the manifest is as it was.
      head: process.die,
    };
    const config = mortal(darkroom.config, process);
    const run = reconcile(KEY, { ...darkroom, derivatives: failing, config });
    expect(await Promise.race([run, process.died])).toBe('died');
    expect(isThere(darkroom)).toBe(true);
  });

  it('is not left where nothing was written, and costs no request where all is well', async () => {
    const darkroom = uploaded();
    const originals = {
      ...darkroom.originals,
      getExactly: () => Promise.reject(new Failure('STORE_UNAVAILABLE', 'expected an answer')),
    };
    await expect(reconcile(KEY, { ...darkroom, originals })).rejects.toThrow();
    expect(isThere(darkroom)).toBe(false);
    darkroom.config.calls.length = 0;
    await reconcile(KEY, darkroom);
    expect(darkroom.config.calls.map(({ operation }) => operation)).toEqual(['get']);
  });

  it('is left of files that a listing found before the manifest names them: then nobody else looks for them', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.upload(`${KEY}/0123456789/thumb-100-0123456789.jpg`, 'x');
    const process = newProcess();
    const { put } = darkroom.derivatives;
    const killed = {
      ...darkroom.derivatives,
      put: async (...asked: Parameters<typeof put>) => {
        const stored = await put(...asked);
        return asked[0].endsWith('manifest.json') ? await process.die() : stored;
      },
    };
    const config = mortal(darkroom.config, process);
    const run = reconcile(KEY, { ...darkroom, attempt: 1, derivatives: killed, config });
    expect(await Promise.race([run, process.died])).toBe('died');
    expect(isThere(darkroom)).toBe(true);
  });

  it('is left of files that a listing found, until they have gone', async () => {
    const darkroom = uploaded();
    await reconcile(KEY, darkroom);
    const lost = `${KEY}/0123456789/thumb-100-0123456789.jpg`;
    darkroom.derivatives.upload(lost, 'x');
    await reconcile(KEY, { ...darkroom, attempt: 1 });
    expect(isThere(darkroom)).toBe(true);
    await comeForIt(darkroom);
    expect([isThere(darkroom), darkroom.derivatives.objects.has(lost)]).toEqual([true, true]);
    darkroom.at('2026-11-23T11:10:00.000Z');
    await comeForIt(darkroom);
    expect([isThere(darkroom), darkroom.derivatives.objects.has(lost)]).toEqual([false, false]);
  });

  it.each([
    ['10:30:00', false],
    ['10:30:01', true],
  ])(
    'at %s is left of what a batch of 10:00 retires: %s, since from then its run may be over',
    async (time, isLeft) => {
      const darkroom = uploaded();
      await reconcile(KEY, darkroom);
      darkroom.edit(SMALL.replace(', webp: {}', ''));
      darkroom.at(`2026-11-23T${time}.000Z`);
      const handedOverAt = '2026-11-23T10:00:00.000Z';
      const run = { id: 'rollout-1', task: 't', planned: 0, startedAt: handedOverAt, handedOverAt };
      await backfill({ keys: [KEY], mode: 'settle', run }, darkroom, darkroom.config);
      expect(darkroom.manifest(KEY)?.retired).not.toEqual([]);
      expect(isThere(darkroom)).toBe(isLeft);
      darkroom.at('2026-11-24T10:00:00.000Z');
      await comeForIt(darkroom);
      expect(darkroom.manifest(KEY)?.retired).toEqual([]);
      expect(isThere(darkroom)).toBe(false);
    },
  );

  it('is left of a write that was not answered, where the list moved and no turn did it again', async () => {
    const darkroom = uploaded();
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      if (!key.endsWith('.webp')) return await darkroom.derivatives.put(key, ...object);
      darkroom.edit(SMALL.replace(', webp: {}', ''));
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    const derivatives = { ...darkroom.derivatives, put };
    await reconcile(KEY, { ...darkroom, derivatives });
    expect(darkroom.manifest(KEY)).toMatchObject({ complete: true });
    expect(isThere(darkroom)).toBe(true);
  });

  it('is left of files of its own that a delete removed since: no listing shows a sweep what a manifest says of them', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = async ({ operation }) => {
      if (operation !== 'head') return;
      darkroom.derivatives.before = () => undefined;
      darkroom.originals.objects.delete(KEY);
      await reconcile(KEY, darkroom);
      darkroom.originals.upload(KEY, 'jpeg 1600x1199');
      await reconcile(KEY, darkroom);
    };
    await reconcile(KEY, darkroom);
    expect(darkroom.manifest(KEY)?.retired).not.toEqual([]);
    expect(isThere(darkroom)).toBe(true);
    darkroom.at(AN_HOUR_LATER);
    await comeForIt(darkroom);
    expect(darkroom.manifest(KEY)?.retired).toEqual([]);
    expect(isThere(darkroom)).toBe(false);
  });

  it('stays where the very run that came for it failed before, since that write may come later still', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation !== 'put' || !key.endsWith('manifest.json')) return;
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    await expect(comeForIt(darkroom)).rejects.toThrow('expected an answer');
    darkroom.derivatives.before = () => undefined;
    await comeForIt({ ...darkroom, attempt: 1 });
    expect(isThere(darkroom)).toBe(true);
    darkroom.at(AN_HOUR_LATER);
    await comeForIt(darkroom);
    expect(isThere(darkroom)).toBe(false);
  });

  it('stays where another run left it a moment ago, since a write of that one may come later still', async () => {
    const darkroom = uploaded();
    await noteUnfinished(KEY, darkroom);
    await comeForIt(darkroom);
    expect(isThere(darkroom)).toBe(true);
    darkroom.at(AN_HOUR_LATER);
    await comeForIt(darkroom);
    expect(isThere(darkroom)).toBe(false);
  });

  it('is left again of a manifest that was not answered, though its word failed and a tombstone was written since', async () => {
    const darkroom = uploaded();
    let isFirst = true;
    const put: typeof darkroom.derivatives.put = async (key, ...object) => {
      if (!(isFirst && key === manifestKey(KEY)))
        return await darkroom.derivatives.put(key, ...object);
      isFirst = false;
      await takeDown(KEY, { by: 'moderator', reason: undefined }, darkroom);
      darkroom.config.before = ({ operation }) => {
        if (operation !== 'put') return;
        darkroom.config.before = () => undefined;
        throw new Failure('STORE_UNAVAILABLE', 'expected an answer to the word');
      };
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    };
    const derivatives = { ...darkroom.derivatives, put };
    expect(await reconcile(KEY, { ...darkroom, derivatives })).toMatchObject({
      outcome: 'taken-down',
    });
    expect(isThere(darkroom)).toBe(true);
  });
});
