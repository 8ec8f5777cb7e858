import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  derivativeKey,
  fitsOss,
  manifestKey,
  parseDerivativeKey,
  parseManifestKey,
  unusableKey,
  versionOf,
} from '../../../../shared/core/set/keys.ts';

const hex = fc.stringMatching(/^[0-9a-f]{10}$/);
const original = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    'a.jpg',
    'a.jpg/b.png',
    'a//b.jpg',
    'dir/',
    '50% +1.jpg',
    '海/🐸.jpg',
    '__proto__',
  ),
  // Originals that look like what we write ourselves.
  fc.tuple(hex, hex).map(([version, print]) => `a.jpg/${version}/feed-480-${print}.webp`),
  fc.constant('a.jpg/manifest.json'),
);
const name = fc.record({
  original,
  version: hex,
  preset: fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
  width: fc.integer({ min: 1, max: 16_383 }),
  fingerprint: hex,
  format: fc.constantFrom('jpeg', 'webp', 'avif', 'png'),
});

describe('keys', () => {
  it('a derivative key says what it was made from, whatever the original is called', () => {
    fc.assert(
      fc.property(name, one => {
        expect(parseDerivativeKey(derivativeKey(one))).toEqual(one);
      }),
    );
  });

  it('a manifest key says whose it is', () => {
    fc.assert(
      fc.property(original, key => {
        expect(parseManifestKey(manifestKey(key))).toBe(key);
      }),
    );
  });

  it('no derivative is another original’s manifest', () => {
    fc.assert(
      fc.property(name, one => {
        expect(parseManifestKey(derivativeKey(one))).toBeUndefined();
      }),
    );
  });

  it('a derivative of a/b.jpg/c.png does not belong to a/b.jpg', () => {
    const key = 'a/b.jpg/c.png/0123456789/feed-480-abcdef0123.webp';
    expect(parseDerivativeKey(key)?.original).toBe('a/b.jpg/c.png');
  });

  it.each([
    'a.jpg',
    'a.jpg/x/feed-480-abcdef0123.webp',
    'a/0123456789/feed-0-abcdef0123.webp',
    'a/0123456789/feed-9-abcdef0123.gif',
  ])('%s is no derivative of ours', key => expect(parseDerivativeKey(key)).toBeUndefined());

  it('quotes and letter case of an ETag make no other version', () => {
    const version = versionOf('"7D73E105"');
    expect(version).toMatch(/^[0-9a-f]{10}$/);
    expect(versionOf('7d73e105')).toBe(version);
    expect(versionOf('7d73e106')).not.toBe(version);
  });

  it('a key is measured in bytes, not in characters', () => {
    expect(fitsOss('海'.repeat(341))).toBe(true);
    expect(fitsOss('海'.repeat(342))).toBe(false);
  });

  it.each(['../a.jpg', 'a/./b.jpg', 'a/..', `${'x'.repeat(1010)}`])(
    '%s cannot be worked with',
    key => {
      expect(unusableKey(key)).toMatch(/^expected/);
    },
  );

  // OSS takes no such key, and ali-oss asks for another one in its place.
  it.each([
    ['/p/cat.jpg', 'p/cat.jpg'],
    ['//p/cat.jpg', 'p/cat.jpg'],
    ['\\p/cat.jpg', 'p/cat.jpg'],
  ])('%s cannot be worked with, and what was meant is said', (key, meant) => {
    expect(unusableKey(key)).toBe(
      `expected a key without a leading slash, received ${key}: did you mean ${meant}?`,
    );
  });

  it('a slash alone means nothing else', () => {
    expect(unusableKey('/')).toBe('expected a key without a leading slash, received /');
  });

  it.each([
    '..a.jpg',
    'a//b.jpg',
    'dir/',
    'back\\slash.jpg',
    'a..b/c.jpg',
    '%2e%2e/x.jpg',
    'x'.repeat(1009),
  ])('%s can', key => {
    expect(unusableKey(key)).toBeUndefined();
  });
});
