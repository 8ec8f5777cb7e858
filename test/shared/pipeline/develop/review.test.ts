import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../../shared/core/list/fingerprint.ts';
import { ALIKE, HELD, KNOWN, reviewKey } from '../../../../shared/core/moderation/verdict.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { review, type ReviewOrder } from '../../../../shared/pipeline/develop/review.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { idOfText as idOf } from '../../../support/memory-store.ts';

const list = (moderate: string) => `
version: 1
rules: [{ match: '**', presets: [feed]${moderate && `, moderate: ${moderate}`} }]
presets: [{ name: feed, widths: [480], formats: { jpeg: {} } }]
`;
const LIST = list("{ block: ['* >= high'], review: ['* >= low'] }");
const CLEAN = 'jpeg 1600x1200';
const BAD = 'jpeg 1600x1200 label violent_gore 95 high';
const DOUBTFUL = 'jpeg 1600x1200 label violent_gore 40 low';
const KEY = 'a.jpg';

async function developed(text: string, yaml = LIST): Promise<TestDarkroom> {
  const darkroom = testDarkroom(yaml);
  darkroom.originals.upload(KEY, text);
  await reconcile(KEY, darkroom);
  return darkroom;
}

const said = async (darkroom: TestDarkroom, act: ReviewOrder['act'], reason?: string) =>
  await review(
    KEY,
    { act, by: 'me', reason },
    { ...darkroom, presets: await darkroom.listInForce.current() },
  );
const below = ({ config }: TestDarkroom, prefix: string) =>
  config.keys().filter(key => key.startsWith(prefix)).length;
const records = (darkroom: TestDarkroom) =>
  [KNOWN, ALIKE, HELD].map(prefix => below(darkroom, prefix));
const actsOn = ({ config }: TestDarkroom, text: string) =>
  JSON.parse(String(config.objects.get(reviewKey(idOf(text)))?.bytes)).acts;

describe('a review', () => {
  it('that passes what is held has the next run publish it, and shows it to nobody any more', async () => {
    const darkroom = await developed(DOUBTFUL);
    expect(records(darkroom)).toEqual([0, 1, 1]);
    expect(await said(darkroom, 'pass', 'a film poster')).toEqual({ was: 'held' });
    expect(records(darkroom)).toEqual([0, 1, 0]);
    expect(actsOn(darkroom, DOUBTFUL)).toEqual([
      {
        act: 'pass',
        key: KEY,
        sha256: sha256Of(Buffer.from(DOUBTFUL)),
        at: '2026-11-23T10:00:00.000Z',
        by: 'me',
        reason: 'a film poster',
      },
    ]);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('that blocks what is held makes it known', async () => {
    const darkroom = await developed(DOUBTFUL);
    await said(darkroom, 'block');
    expect(records(darkroom)).toEqual([1, 0, 0]);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
  });

  it('that passes what is blocked makes it unknown, and keeps who said what', async () => {
    const darkroom = await developed(BAD);
    expect(records(darkroom)).toEqual([1, 0, 0]);
    expect(await said(darkroom, 'pass')).toEqual({ was: 'blocked' });
    await said(darkroom, 'block');
    await said(darkroom, 'pass');
    expect(records(darkroom)).toEqual([0, 1, 0]);
    expect(actsOn(darkroom, BAD).map(({ act }: { act: string }) => act)).toEqual([
      'pass',
      'block',
      'pass',
    ]);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('that blocks what is published has the next run withdraw it', async () => {
    const darkroom = await developed(CLEAN);
    expect(await said(darkroom, 'block')).toEqual({ was: 'published' });
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked', removed: 1 });
    expect(darkroom.derivatives.keys()).toEqual([manifestKey(KEY)]);
  });

  it('that blocks a symlink is of what it leads to, by the rule of that', async () => {
    const open = list("{ block: ['* >= high'] }").replace(
      'rules: [',
      "rules: [{ match: 'open/**', presets: [feed] }, ",
    );
    const darkroom = await developed(CLEAN, open);
    darkroom.originals.link('open/x.jpg', KEY);
    await reconcile('open/x.jpg', darkroom);
    const stores = { ...darkroom, presets: await darkroom.listInForce.current() };
    const order = { act: 'block', by: 'me', reason: undefined } as const;
    expect(await review('open/x.jpg', order, stores)).toEqual({ was: 'published' });
    expect(await reconcile('open/x.jpg', darkroom)).toMatchObject({ state: 'blocked' });
  });

  it('whose record cannot be read is said again', async () => {
    const darkroom = await developed(DOUBTFUL);
    darkroom.config.upload(reviewKey(idOf(DOUBTFUL)), '{');
    await said(darkroom, 'pass');
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('is of the bytes that are read, not of those that a run saw', async () => {
    const darkroom = await developed(DOUBTFUL);
    darkroom.originals.upload(KEY, BAD);
    expect(await said(darkroom, 'pass')).toEqual({ was: 'not published' });
    expect(darkroom.config.keys()).not.toContain(reviewKey(idOf(DOUBTFUL)));
    expect(actsOn(darkroom, BAD)).toHaveLength(1);
  });
});

describe('a review is refused, and leaves no record,', () => {
  const refusal = (found: string) => ({
    code: 'KEY_UNUSABLE',
    message: `expected a picture that is held or blocked at a.jpg, ${found}`,
  });

  it('where nothing is held', async () => {
    const darkroom = await developed(CLEAN);
    await expect(said(darkroom, 'pass')).rejects.toMatchObject(refusal('it is published'));
    expect(below(darkroom, 'moderation/reviews/')).toBe(0);
  });

  it('where no rule asks for a verdict', async () => {
    const darkroom = await developed(CLEAN, list(''));
    await expect(said(darkroom, 'block')).rejects.toMatchObject(
      refusal('its rule asks for no verdict: darkroom takedown removes what is published'),
    );
    expect(below(darkroom, 'moderation/reviews/')).toBe(0);
  });

  it('where there is no original, and where it is taken down', async () => {
    const darkroom = await developed(DOUBTFUL);
    const order = { by: 'me', reason: undefined };
    await takeDown(KEY, order, { ...darkroom, developAnew: async () => undefined });
    await expect(said(darkroom, 'pass')).rejects.toMatchObject(
      refusal('it is taken down: darkroom takedown --undo'),
    );
    darkroom.originals.objects.delete(KEY);
    await expect(said(darkroom, 'pass')).rejects.toMatchObject(refusal('there is none'));
    expect(below(darkroom, 'moderation/reviews/')).toBe(0);
  });
});
