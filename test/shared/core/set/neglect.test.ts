import { describe, expect, it } from 'vitest';
import { versionOf } from '../../../../shared/core/set/keys.ts';
import { type Neglect, neglectsOf } from '../../../../shared/core/set/neglect.ts';
import type { Pair } from '../../../../shared/core/set/side-by-side.ts';
import { listOf, SMALL } from '../../../support/preset-lists.ts';

const NOW = new Date('2026-11-23T10:00:00.000Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const listed = (key: string, minutes: number, bytes = 5) => ({
  key,
  original: { key, etag: 'E', bytes, modifiedAt: ago(minutes) },
});

const list = listOf(`retain: 2h\n${SMALL}`);
const of = (pair: Partial<Pair> & { key: string }) =>
  neglectsOf({ files: 0, isMixed: false, ...pair }, { list, now: NOW });

describe('an original is neglected', () => {
  it.each<[string, Partial<Pair> & { key: string }, Neglect | undefined]>([
    ['that has no manifest for longer than an hour', listed('a.jpg', 61), 'undeveloped'],
    ['not yet within the hour', listed('a.jpg', 59), undefined],
    ['not where no rule asks for it', listed('docs/a.jpg', 99), undefined],
    ['not where it is a folder', listed('p/', 99, 0), undefined],
    ['not where nothing can be made of its key', listed('a/../b.jpg', 99), undefined],
    [
      'that was overwritten, and its manifest not',
      { ...listed('a.jpg', 61), files: 5, manifestAt: ago(62) },
      'outdated',
    ],
    [
      'not where it was overwritten within the hour',
      { ...listed('a.jpg', 59), files: 5, manifestAt: ago(62) },
      undefined,
    ],
    [
      'not where the manifest is of the same second',
      { ...listed('a.jpg', 99), files: 5, manifestAt: ago(99) },
      undefined,
    ],
    [
      'of which files of two versions are there for longer than they are to stay',
      { ...listed('a.jpg', 999), files: 9, isMixed: true, manifestAt: ago(181) },
      'leftovers',
    ],
    [
      'of which files are there of another version only',
      { ...listed('a.jpg', 999), files: 9, version: '0123456789', manifestAt: ago(181) },
      'leftovers',
    ],
    [
      'not where they are of its own',
      { ...listed('a.jpg', 999), files: 9, version: versionOf('E'), manifestAt: ago(181) },
      undefined,
    ],
    [
      'not where replaced files may still stay',
      { ...listed('a.jpg', 999), files: 9, isMixed: true, manifestAt: ago(179) },
      undefined,
    ],
    [
      'of which files are there without a manifest, though nobody asks for it',
      { ...listed('docs/a.jpg', 99), files: 1, youngestAt: ago(61) },
      'undeveloped',
    ],
    [
      'not while such files may be the work of a run',
      { ...listed('docs/a.jpg', 99), files: 1, youngestAt: ago(59) },
      undefined,
    ],
    ['never where it was not listed', { key: 'a.jpg', files: 5, manifestAt: ago(999) }, undefined],
  ])('%s', (_, pair, expected) => {
    expect(of(pair)).toEqual(expected === undefined ? [] : [expected]);
  });

  it('in two ways at once, of which one may be a false alarm', () => {
    const pair = { ...listed('a.jpg', 181), files: 9, isMixed: true, manifestAt: ago(182) };
    expect(of(pair)).toEqual(['outdated', 'leftovers']);
  });
});

describe('files of an original are overdue', () => {
  const kept = listOf(SMALL.replace('name: feed,', 'name: feed, keep: 2d,'));
  const DAY = 24 * 60;
  const aged = (days: number, oldestAt: Record<string, string>, more: object = {}) => {
    const { key, original } = listed('a.jpg', days * DAY);
    return {
      ...{ key, files: 9, isMixed: false, version: versionOf('E'), manifestAt: ago(1), oldestAt },
      original: { ...original, ...more },
    };
  };
  const isOverdue = (pair: Pair, by = kept) =>
    neglectsOf(pair, { list: by, now: NOW }).includes('overdue');
  const old = { feed: ago(3 * DAY), thumb: ago(3 * DAY) };

  it.each<[string, Pair, boolean]>([
    ['that are older than their preset keeps them', aged(3, old), true],
    ['not those of a preset that keeps them', aged(3, { thumb: ago(3 * DAY) }), false],
    ['not before their time', aged(1.9, { feed: ago(1.9 * DAY) }), false],
    ['not those that a view brought back', aged(3, { feed: ago(DAY) }), false],
    ['not where the original was uploaded again', aged(1, old), false],
    ['not where it cannot be read', aged(3, old, { isArchived: true }), false],
    ['never where it was not listed', { ...aged(3, old), original: undefined }, false],
  ])('%s', (_, pair, expected) => {
    expect(isOverdue(pair)).toBe(expected);
  });

  it('nowhere in a list that keeps all', () => {
    expect(isOverdue(aged(3, old), list)).toBe(false);
  });

  it('not where the rule of its key names another preset: that is a leftover of a list', () => {
    const pair = { ...aged(3, old), key: 'docs/a.jpg' };
    expect(isOverdue(pair)).toBe(false);
  });
});
