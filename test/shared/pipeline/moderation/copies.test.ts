import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { review } from '../../../../shared/pipeline/develop/review.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';

/** OSS tells the CRC-64 of what was uploaded, and not of what was copied: a copy is judged by what was said of its bytes. */

const LIST = moderated(SMALL);
const CLEAN = 'jpeg 1600x1200';
const DOUBTFUL = 'jpeg 1600x1200 label violent_gore 40 low';

async function judged(picture: string | Buffer, yaml = LIST): Promise<TestDarkroom> {
  const darkroom = testDarkroom(yaml);
  darkroom.originals.uploadTold('a.jpg', picture);
  await reconcile('a.jpg', darkroom);
  return darkroom;
}

const said = async (darkroom: TestDarkroom, key: string, act: 'pass' | 'block') =>
  await review(
    key,
    { act, by: 'me', reason: undefined },
    { ...darkroom, presets: await darkroom.listInForce.current() },
  );
const asked = ({ moderation }: TestDarkroom) => moderation.moderator.asked.length;
const filesOf = ({ derivatives }: TestDarkroom, key: string) =>
  derivatives.keys().filter(one => one.startsWith(`${key}/`) && one !== manifestKey(key));

describe('a copy of a picture that was judged', () => {
  it('is not judged again, nor is an upload of what was judged as a copy', async () => {
    const darkroom = await judged(CLEAN);
    darkroom.originals.copy('a.jpg', 'b.jpg');
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'ready' });
    expect(asked(darkroom)).toBe(1);
    const other = testDarkroom(LIST);
    other.originals.upload('copy.jpg', CLEAN);
    await reconcile('copy.jpg', other);
    other.originals.uploadTold('a.jpg', CLEAN);
    expect(await reconcile('a.jpg', other)).toMatchObject({ state: 'ready' });
    expect(asked(other)).toBe(1);
  });

  it('is blocked where a person blocked its bytes, under its own key or another', async () => {
    const darkroom = await judged(CLEAN);
    await said(darkroom, 'a.jpg', 'block');
    darkroom.originals.copy('a.jpg', 'b.jpg');
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'blocked' });
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ outcome: 'settled' });
    await reconcile('a.jpg', darkroom);
    darkroom.originals.copy('a.jpg', 'a.jpg');
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ state: 'blocked' });
    expect(asked(darkroom)).toBe(1);
    expect(filesOf(darkroom, 'b.jpg')).toEqual([]);
  });

  it('is told by its ETag once it was read, so that it is not read for each run', async () => {
    const darkroom = await judged(CLEAN);
    await said(darkroom, 'a.jpg', 'block');
    darkroom.originals.copy('a.jpg', 'b.jpg');
    await reconcile('b.jpg', darkroom);
    darkroom.originals.copy('b.jpg', 'c.jpg');
    const reads = () => darkroom.originals.calls.filter(({ operation }) => operation === 'get');
    const before = reads().length;
    expect(await reconcile('c.jpg', darkroom)).toMatchObject({ state: 'blocked' });
    expect(reads()).toHaveLength(before);
  });

  it('is spoken of for all of its bytes by a review of it', async () => {
    const darkroom = await judged(DOUBTFUL);
    darkroom.originals.copy('a.jpg', 'b.jpg');
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'held' });
    expect(await said(darkroom, 'b.jpg', 'pass')).toEqual({ was: 'held' });
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'ready' });
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ state: 'ready' });
  });

  it('is the same where the object is packed', async () => {
    const darkroom = await judged(gzipSync(CLEAN));
    darkroom.originals.copy('a.jpg', 'b.jpg');
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'ready' });
    expect(asked(darkroom)).toBe(1);
  });

  it('that is blocked is not served by a view before its own run, whatever its rule serves', async () => {
    const early = LIST.replaceAll('moderate: {', 'moderate: { publish: before_verdict,');
    const darkroom = await judged(CLEAN, early);
    const [file = ''] = filesOf(darkroom, 'a.jpg');
    await said(darkroom, 'a.jpg', 'block');
    darkroom.originals.copy('a.jpg', 'b.jpg');
    const view = await answerMiss(file.replace('a.jpg', 'b.jpg'), darkroom);
    expect(view).toEqual({ found: 'nothing' });
    expect(darkroom.derivatives.keys().filter(key => key.startsWith('b.jpg'))).toEqual([]);
  });
});
