import { beforeEach, describe, expect, it } from 'vitest';
import {
  alikeKey,
  bytesId,
  knownKey,
  verdictKey,
} from '../../../../shared/core/moderation/verdict.ts';
import { similarTo } from '../../../../shared/pipeline/moderation/similar.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';

const KEY = 'a.jpg';
const HASH = 'f0f0f0f0f0f0f0f0';
const differing = (bits: bigint) => (BigInt(`0x${HASH}`) ^ bits).toString(16).padStart(16, '0');

let darkroom: TestDarkroom;

async function judged(phash: string): Promise<void> {
  darkroom = testDarkroom();
  darkroom.originals.upload(KEY, 'jpeg 1600x1200');
  const original = await darkroom.originals.head(KEY);
  if (!original) throw new Error('expected what was uploaded');
  const id = bytesId(original);
  const verdict = { schema: 1, key: KEY, sha256: 'x', phash };
  darkroom.config.upload(verdictKey(id), JSON.stringify(verdict));
  named(alikeKey(phash, id), KEY);
}

const named = (place: string, key: string) =>
  darkroom.config.upload(place, JSON.stringify({ schema: 1, key }));

describe('what looks like a picture', () => {
  beforeEach(() => judged(HASH));

  it('is told by its key, nearest first, with whether it was blocked or taken down, and never itself', async () => {
    named(alikeKey(differing(0b1111n), '2-2'), 'far.jpg');
    named(alikeKey(differing(0b1n), '1-1'), 'near.jpg');
    // A take-down leaves the name in both places.
    named(alikeKey(differing(0b11n), '3-3'), 'down.jpg');
    named(knownKey(differing(0b11n), '3-3'), 'down.jpg');
    expect(await similarTo(KEY, darkroom)).toEqual([
      { key: 'near.jpg', distance: 1, isKnown: false },
      { key: 'down.jpg', distance: 2, isKnown: true },
      { key: 'far.jpg', distance: 4, isKnown: false },
    ]);
  });

  it.each([
    [16, 0xffffn, 1],
    [17, 0x1ffffn, 0],
  ])('and differs by %d bits is told or not', async (_, bits, count) => {
    named(alikeKey(differing(bits), '1-1'), 'b.jpg');
    expect(await similarTo(KEY, darkroom)).toHaveLength(count);
  });

  it('is told without a key where its record cannot be read', async () => {
    darkroom.config.upload(alikeKey(HASH, '1-1'), 'not JSON');
    expect(await similarTo(KEY, darkroom)).toEqual([
      { key: undefined, distance: 0, isKnown: false },
    ]);
  });

  it('is not known of what was not judged, is not there, or shows next to nothing', async () => {
    const refused = { code: 'KEY_UNUSABLE' };
    await expect(similarTo('none.jpg', darkroom)).rejects.toMatchObject(refused);
    darkroom.originals.upload(KEY, 'jpeg 800x600');
    await expect(similarTo(KEY, darkroom)).rejects.toMatchObject(refused);
    await judged('8000000000000000');
    await expect(similarTo(KEY, darkroom)).rejects.toThrow('shows too little');
  });
});
