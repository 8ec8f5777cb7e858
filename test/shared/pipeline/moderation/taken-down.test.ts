import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { sha256Of } from '../../../../shared/core/list/fingerprint.ts';
import { KNOWN, reviewKey } from '../../../../shared/core/moderation/verdict.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { takedownKey } from '../../../../shared/core/set/take-down-record.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown, undoTakeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { idOfText as idOf } from '../../../support/memory-store.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';

/** A take-down of what is withheld, and what becomes of that when it is undone; and what is known by it. */

const LIST = moderated(SMALL);
const KEY = 'a.jpg';
const ORDER = { by: 'me', reason: undefined };
const CLEAN = 'jpeg 1600x1200';
const BAD = 'jpeg 1600x1200 label violent_gore 95 high';
const DOUBTFUL = 'jpeg 1600x1200 label violent_gore 40 low';

async function developed(text: string): Promise<TestDarkroom> {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload(KEY, text);
  await reconcile(KEY, darkroom);
  return darkroom;
}

const down = (darkroom: TestDarkroom) => takeDown(KEY, ORDER, darkroom);
async function undone(darkroom: TestDarkroom) {
  expect(await undoTakeDown(KEY, ORDER, darkroom)).toBe(true);
  return await reconcile(KEY, darkroom);
}
function reviewed(darkroom: TestDarkroom, act: 'pass' | 'block', text: string): void {
  const about = { key: KEY, sha256: sha256Of(Buffer.from(text)), at: '2026-11-23T11:00:00.000Z' };
  const review = { schema: 1, acts: [{ act, ...about, by: 'me' }] };
  darkroom.config.upload(reviewKey(idOf(text)), JSON.stringify(review));
}
const publicFiles = ({ derivatives }: TestDarkroom) =>
  derivatives.keys().filter(key => key !== manifestKey(KEY));
const known = ({ config }: TestDarkroom) => config.keys().filter(key => key.startsWith(KNOWN));

describe('an undone take-down of a picture that is withheld publishes nothing', () => {
  it.each([
    ['blocked', BAD],
    ['held', DOUBTFUL],
  ])('where it was %s and the rule asks for no verdict any more', async (state, text) => {
    const darkroom = await developed(text);
    await down(darkroom);
    await down(darkroom);
    await reconcile(KEY, darkroom);
    darkroom.edit(SMALL);
    expect(await undone(darkroom)).toMatchObject({ state });
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.manifest(KEY)).toMatchObject({ state });
    reviewed(darkroom, 'pass', text);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('where it was uploaded anew meanwhile', async () => {
    const darkroom = await developed(BAD);
    await down(darkroom);
    darkroom.originals.objects.delete(KEY);
    await reconcile(KEY, darkroom);
    darkroom.originals.upload(KEY, BAD);
    darkroom.edit(SMALL);
    expect(await undone(darkroom)).toMatchObject({ state: 'blocked' });
  });

  it('where a person blocked its bytes meanwhile', async () => {
    const darkroom = await developed(CLEAN);
    await down(darkroom);
    reviewed(darkroom, 'block', CLEAN);
    darkroom.edit(SMALL);
    expect(await undone(darkroom)).toMatchObject({ state: 'blocked' });
    expect(publicFiles(darkroom)).toEqual([]);
  });

  it('where no rule asks for it at all, until one does and a person passes it', async () => {
    const darkroom = await developed(BAD);
    await down(darkroom);
    darkroom.edit(SMALL.replace("match: '**'", "match: 'elsewhere/**'"));
    expect(await undone(darkroom)).toMatchObject({ state: 'blocked' });
    darkroom.edit(SMALL);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
  });
});

describe('an undone take-down publishes', () => {
  it('another picture under the key', async () => {
    const darkroom = await developed(BAD);
    await down(darkroom);
    darkroom.edit(SMALL);
    darkroom.originals.upload(KEY, CLEAN);
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
  });

  it('what a person passed since, or before a later take-down', async () => {
    const darkroom = await developed(BAD);
    await down(darkroom);
    reviewed(darkroom, 'pass', BAD);
    darkroom.edit(SMALL);
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
    await down(darkroom);
    darkroom.config.objects.delete(reviewKey(idOf(BAD)));
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
  });

  it('what the rule lets pass by now', async () => {
    const darkroom = await developed(DOUBTFUL);
    await down(darkroom);
    darkroom.edit(LIST.replace(/review: \[[^\]]*\]/, 'review: []'));
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
  });
});

describe('what is withheld when no rule asks for it any more', () => {
  it('is remembered, and not published by a rule that asks for no verdict', async () => {
    const darkroom = await developed(BAD);
    darkroom.edit(SMALL.replace("match: '**'", "match: 'elsewhere/**'"));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'settled', state: 'blocked' });
    darkroom.edit(SMALL);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    expect(publicFiles(darkroom)).toEqual([]);
  });

  it('is cleared away once a person passed it, or it is gone', async () => {
    const passed = await developed(BAD);
    passed.edit(SMALL.replace("match: '**'", "match: 'elsewhere/**'"));
    reviewed(passed, 'pass', BAD);
    expect(await reconcile(KEY, passed)).toMatchObject({ outcome: 'removed' });
    const gone = await developed(BAD);
    gone.originals.objects.delete(KEY);
    expect(await reconcile(KEY, gone)).toMatchObject({ outcome: 'removed' });
    expect([...passed.derivatives.keys(), ...gone.derivatives.keys()]).toEqual([]);
  });
});

describe('what a take-down makes known', () => {
  it('is known no more once that is undone', async () => {
    const darkroom = await developed(CLEAN);
    await down(darkroom);
    expect(known(darkroom)).toHaveLength(1);
    await undone(darkroom);
    expect(known(darkroom)).toEqual([]);
  });

  it('stays where a block made it known, before this take-down or an earlier one', async () => {
    const darkroom = await developed(BAD);
    await down(darkroom);
    await undone(darkroom);
    expect(known(darkroom)).toHaveLength(1);
    const later = await developed(CLEAN);
    await down(later);
    const [name = ''] = known(later);
    await undone(later);
    later.config.upload(name, JSON.stringify({ schema: 1, key: KEY }));
    await down(later);
    await undone(later);
    expect(known(later)).toEqual([name]);
  });

  it('is known no more, also where the command died before it said so', async () => {
    const darkroom = await developed(CLEAN);
    darkroom.config.before = ({ operation, key }) => {
      const isSecond = darkroom.config.keys().includes(takedownKey(KEY));
      if (operation === 'put' && key === takedownKey(KEY) && isSecond) throw new Error('died');
    };
    await expect(down(darkroom)).rejects.toThrow('died');
    darkroom.config.before = () => undefined;
    expect(known(darkroom)).toHaveLength(1);
    await undone(darkroom);
    expect(known(darkroom)).toEqual([]);
  });

  it('is known where it was taken down before its verdict, and no more once that is undone', async () => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, CLEAN);
    darkroom.moderation.moderator.beforeAnswer = async () => void (await down(darkroom));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'taken-down' });
    expect(known(darkroom)).toHaveLength(1);
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
    expect(known(darkroom)).toEqual([]);
  });

  it('before its verdict is what a block made known, if that says so: it stays', async () => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, BAD);
    darkroom.moderation.moderator.beforeAnswer = async () => void (await down(darkroom));
    await reconcile(KEY, darkroom);
    expect(await undone(darkroom)).toMatchObject({ state: 'blocked' });
    expect(known(darkroom)).toHaveLength(1);
  });

  it('that cannot be taken away leaves the take-down in force: said again, it is undone', async () => {
    const darkroom = await developed(CLEAN);
    await down(darkroom);
    darkroom.config.before = ({ operation, key }) => {
      if (operation === 'remove' && key.startsWith(KNOWN)) throw new Failure('STORE_DENIED', 'no');
    };
    await expect(undoTakeDown(KEY, ORDER, darkroom)).rejects.toMatchObject({
      code: 'STORE_DENIED',
    });
    darkroom.config.before = () => undefined;
    expect(await undone(darkroom)).toMatchObject({ state: 'ready' });
    expect(known(darkroom)).toEqual([]);
  });

  it('holds up no take-down where it cannot be made known, which is told once that is done', async () => {
    const darkroom = await developed(CLEAN);
    darkroom.config.before = ({ operation, key }) => {
      if (operation === 'put' && key.startsWith(KNOWN)) throw new Failure('STORE_DENIED', 'no');
    };
    await expect(down(darkroom)).rejects.toMatchObject({ code: 'STORE_DENIED' });
    expect(darkroom.derivatives.keys()).toEqual([manifestKey(KEY)]);
    expect(darkroom.manifest(KEY)).toHaveProperty('takenDown');
    const record = JSON.parse(String(darkroom.config.objects.get(takedownKey(KEY))?.bytes));
    expect(record.acts[0].removed).toHaveLength(5);
  });

  it('is known where its bytes were judged and it has no manifest yet', async () => {
    const darkroom = await developed(CLEAN);
    darkroom.originals.upload('b.jpg', CLEAN);
    await takeDown('b.jpg', ORDER, darkroom);
    expect(known(darkroom)).toHaveLength(1);
    expect(await undoTakeDown('b.jpg', ORDER, darkroom)).toBe(true);
    expect(known(darkroom)).toEqual([]);
  });
});

it('a store that does not say what was judged holds up no take-down, and is told once that is done', async () => {
  const darkroom = await developed(CLEAN);
  darkroom.config.before = ({ operation, key }) => {
    if (operation === 'get' && key?.startsWith('moderation/')) {
      throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
    }
  };
  await expect(down(darkroom)).rejects.toThrow('expected an answer');
  expect(publicFiles(darkroom)).toEqual([]);
  expect(darkroom.config.keys()).toContain(takedownKey(KEY));
});
