import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { globProblem, matchesGlob } from '../../../../shared/core/list/glob.ts';
import { unhurriedMs } from '../../../support/slowness.ts';
import { numbered } from '../../../support/thorough.ts';

describe('a glob', () => {
  it.each([
    ['**', 'a//b.jpg'],
    ['**', 'dir/'],
    ['**', ''],
    ['**/*.jpg', 'a.jpg'],
    ['users/**', 'users'],
    ['users/**/*.jpg', 'users/a.jpg'],
    ['users/**/*.jpg', 'users/1/2/a.jpg'],
    ['**/old/**/a.jpg', 'x/old/old/y/a.jpg'],
    ['*_*.jpg', '__.jpg'],
    ['a*', 'a'],
    ['a?c', 'abc'],
    ['*.{jpg,jpe{g,},png}', 'a.jpe'],
    ['{a,b/c}/*', 'b/c/d'],
    ['[a-c][!0-9]x', 'bax'],
    ['[\\]]x', ']x'],
    ['\\*\\(1\\)', '*(1)'],
    ['a,b', 'a,b'],
    ['照片/*', '照片/猫.jpg'],
    ['*.*', 'a.'],
  ])('%s is %s', (glob, key) => expect(matchesGlob(glob, key)).toBe(true));

  it.each([
    ['*.jpg', 'users/a.jpg'],
    ['*', ''],
    ['a/*', 'a/'],
    ['a?b', 'a/b'],
    ['[!a]', '/'],
    ['a**b', 'a/b'],
    ['Avatars/**', 'avatars/1.jpg'],
    ['**/a', 'b/aa'],
    ['*_*.jpg', '_.png'],
  ])('%s is not %s', (glob, key) => expect(matchesGlob(glob, key)).toBe(false));

  it.each([
    ['a(b)', 'no parentheses', 1],
    ['+(a|b)', 'no parentheses', 1],
    ['a|b', 'no |', 1],
    ['a{b,c', 'a } for the {', 1],
    ['ab}', 'a { before the }', 2],
    ['[]', 'characters and a ] after the [', 0],
    ['a[b', 'characters and a ] after the [', 1],
    ['[z-a]', 'a range that ends after it begins, not z-a', 0],
    ['a\\', 'a character after the backslash', 1],
    ['{a,b}'.repeat(30), 'at most 1000 characters', 0],
  ])('%s is refused: expected %s', (glob, expected, at) => {
    expect(globProblem(glob)).toMatchObject({ expected: expect.stringContaining(expected), at });
  });
});

const keys = fc
  .array(fc.constantFrom('a', 'b', '_', '.', '/', 'ä'), { maxLength: 12 })
  .map(units => units.join(''))
  // Keys that Darkroom refuses, and names that picomatch takes for paths.
  .filter(key => !/^\/|\/\/|\/$|(^|\/)\.{1,2}(\/|$)/.test(key) && key !== '');

/** As people write them: picomatch has ways of its own with stars beside stars, and with names that are nothing. */
const names = fc
  .array(fc.constantFrom('a', 'b', '_', '.', '*', '?', '[ab]', '[^a]', '{a,b}', '{a*,_b}'), {
    minLength: 1,
    maxLength: 5,
  })
  .map(parts => parts.join('').replaceAll(/\*+/g, '*'))
  .filter(name => !/^\.{1,2}$/.test(name));
const globs = fc
  .array(fc.oneof(names, fc.constant('**')), { minLength: 1, maxLength: 4 })
  .map(all => all.join('/'))
  .filter(glob => globProblem(glob) === undefined);

it('means what picomatch means by it', () => {
  const runs = numbered(3000, 30_000);
  fc.assert(
    fc.property(globs, keys, (glob, key) => {
      // `a/**` is `a` to it, `*/**` is not.
      fc.pre(!/[*\]}]\/\*\*$/.test(glob));
      // Its short ways see `*.*` and `.*` otherwise than `a*.*`: for them something follows the dot.
      const theirs = picomatch(glob, { dot: true, nonegate: true, fastpaths: false })(key);
      expect([glob, key, matchesGlob(glob, key)]).toEqual([glob, key, theirs]);
    }),
    { numRuns: runs },
  );
});

/** One of up to fifty tries is enough, since the machine may be busy with something else. */
function takesMillisecond(work: () => unknown): boolean {
  return Array.from({ length: 50 }).some(() => unhurriedMs(work) < 1);
}

describe('a match takes a millisecond at most', () => {
  it.each([
    ['users/*_*_*_*.jpg', `users/${'_'.repeat(1000)}`],
    [`**/${'*a'.repeat(100)}b`, 'a'.repeat(1023)],
    [`**/${'a/**/'.repeat(100)}b`, 'a/'.repeat(511)],
    ['{*_*_*,*_*_*_*}*{a,b}*c', '_'.repeat(1023)],
  ])('where a regular expression takes seconds: %s', (glob, key) => {
    expect(takesMillisecond(() => matchesGlob(glob, key))).toBe(true);
  });

  it('whatever the glob and the key', () => {
    const long = fc
      .array(fc.constantFrom('a', '_', 'b', '/', 'a/', '_a'), { minLength: 1, maxLength: 3 })
      .map(units => units.join('').repeat(1023).slice(0, 1023));
    fc.assert(
      fc.property(globs, long, (glob, key) => takesMillisecond(() => matchesGlob(glob, key))),
      { numRuns: numbered(300, 3000) },
    );
  });
});
