import { expect, it } from 'vitest';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../shared/core/work/unfinished.ts';
import { simulatedBucket, thingOf } from './bucket.ts';
import { promisesOf } from './promises.ts';

const ORIGINAL = 'a.jpg';
const FILE = 'a.jpg/0123456789/a-16-0123456789.jpg';
const named = { variants: [{ state: 'rendered', key: FILE }] } as unknown as Manifest;

/** A file that is named goes at this moment. */
function gone({ isLate, isWordLeft }: { isLate: boolean; isWordLeft: boolean }): string[] {
  const buckets = { originals: simulatedBucket('originals'), config: simulatedBucket('config') };
  const thing = thingOf(Buffer.from('x'), 0);
  buckets.originals.put(ORIGINAL, thing, undefined);
  if (isWordLeft) buckets.config.put(unfinishedKey(ORIGINAL), thing, undefined);
  const kinds: string[] = [];
  const promises = promisesOf({ now: () => 1000, buckets, accuse: kind => void kinds.push(kind) });
  promises.noteNamed(undefined, named);
  promises.checkGone(FILE, ORIGINAL, isLate);
  return kinds;
}

it('a file that is named may go by a removal that was not answered, and of which word was left, and by no other', () => {
  expect(gone({ isLate: true, isWordLeft: true })).toEqual([]);
  expect(gone({ isLate: true, isWordLeft: false })).toEqual(['promise-broken']);
  expect(gone({ isLate: false, isWordLeft: true })).toEqual(['promise-broken']);
});
