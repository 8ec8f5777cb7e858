import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenKey, givenPrefix } from '../../../cli/cloud/given-key.ts';
import { derivativeKey, manifestKey } from '../../../shared/core/set/keys.ts';

const addresses = {
  names: { originals: 'my-photos', derivatives: 'my-files' },
  ossEndpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
  cdn: { domain: 'https://img.example.com' },
};
const local = {
  ...addresses,
  ossEndpoint: 'http://127.0.0.1:7070',
  cdn: { domain: 'http://127.0.0.1:7071' },
};
const FILE = '0123456789/feed-480-abcdef0123.webp';
const OF_OSS = 'https://my-photos.oss-cn-hangzhou.aliyuncs.com';

describe('a key as people give it', () => {
  it.each(['p/cat.jpg', 'a//b.jpg', '100% zoom?x#1.jpg', 'image%20space.jpg', 'http-like/x.jpg'])(
    'is taken as it is: %s',
    key => {
      expect(givenKey(key, addresses)).toBe(key);
    },
  );

  it('without what OSS and ali-oss would change is refused, with what was meant', () => {
    expect(givenKey('/p/cat.jpg', addresses)).toMatchObject({
      code: 'KEY_UNUSABLE',
      message:
        'expected a key without a leading slash, received /p/cat.jpg: did you mean p/cat.jpg?',
    });
    expect(givenKey('p/../cat.jpg', addresses)).toMatchObject({ code: 'KEY_UNUSABLE' });
  });

  it.each([
    [`${OF_OSS}/p/cat.jpg`, 'p/cat.jpg'],
    [`${OF_OSS}/p/%E6%B5%B7%20%2B+%25.jpg?Expires=1&Signature=a%2Fb`, 'p/海 ++%.jpg'],
    ['http://my-photos.oss-cn-hangzhou-internal.aliyuncs.com/p/cat.jpg', 'p/cat.jpg'],
    ['https://my-photos.oss-accelerate.aliyuncs.com/p/cat.jpg#top', 'p/cat.jpg'],
    ['https://MY-PHOTOS.OSS-CN-HANGZHOU.ALIYUNCS.COM:443/p/cat.jpg', 'p/cat.jpg'],
    ['https://oss-cn-hangzhou.aliyuncs.com/my-photos/p/cat.jpg', 'p/cat.jpg'],
    ['oss://my-photos/p/100%25.jpg', 'p/100%25.jpg'],
    [`https://img.example.com/p/cat.jpg/${FILE}`, 'p/cat.jpg'],
    [`http://img.example.com/p/cat%2520dog.jpg/${FILE}?x=1`, 'p/cat%20dog.jpg'],
    ['https://img.example.com/p/cat.jpg/manifest.json', 'p/cat.jpg'],
    [`https://my-files.oss-cn-hangzhou.aliyuncs.com/p/cat.jpg/${FILE}`, 'p/cat.jpg'],
    [`oss://my-files/p/cat.jpg/${FILE}`, 'p/cat.jpg'],
  ])('may be a URL: %s', (url, key) => {
    expect(givenKey(url, addresses)).toBe(key);
  });

  it('may be a URL of the local platform', () => {
    expect(givenKey('http://127.0.0.1:7070/my-photos/p/a%2Bb.jpg', local)).toBe('p/a+b.jpg');
    expect(givenKey(`http://127.0.0.1:7071/p/cat.jpg/${FILE}`, local)).toBe('p/cat.jpg');
  });

  it.each([
    'https://other.example.com/p/cat.jpg',
    'https://others.oss-cn-hangzhou.aliyuncs.com/p/cat.jpg',
    'https://my-photos.evil.com/p/cat.jpg',
    'https://oss-cn-hangzhou.aliyuncs.com/others/p/cat.jpg',
    'https://img.example.com/p/cat.jpg',
    'https://img.example.com/',
    `${OF_OSS}/`,
    `${OF_OSS}/%E6.jpg`,
    'oss://others/p/cat.jpg',
    'https://',
  ])('is refused in one sentence, where it is a URL of nothing of ours: %s', url => {
    expect(givenKey(url, addresses)).toMatchObject({
      code: 'KEY_UNUSABLE',
      message: `expected a key, or the URL of an original in my-photos, or of a file or a manifest in my-files or at https://img.example.com, received ${url}`,
    });
  });

  it('is checked within a URL as well', () => {
    expect(givenKey(`${OF_OSS}//p/cat.jpg`, addresses)).toMatchObject({
      message: expect.stringContaining('without a leading slash, received /p/cat.jpg'),
    });
    expect(givenKey(`${OF_OSS}/p/../cat.jpg`, addresses)).toMatchObject({
      message: expect.stringContaining('without . and .. segments, received p/../cat.jpg'),
    });
  });

  it('is found in the URL of its original, of its files and of its manifest, whatever it is', () => {
    const keys = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter(key => !/^[/\\]|(^|\/)\.{1,2}(\/|$)|^(https?|oss):\/\//i.test(key));
    const path = (key: string) => key.split('/').map(encodeURIComponent).join('/');
    const about = { version: '0123456789', preset: 'feed', width: 480 };
    fc.assert(
      fc.property(keys, original => {
        const file = { ...about, original, fingerprint: 'abcdef0123', format: 'webp' as const };
        for (const url of [
          `${OF_OSS}/${path(original)}`,
          `https://img.example.com/${path(derivativeKey(file))}`,
          `https://img.example.com/${path(manifestKey(original))}`,
        ]) {
          expect(givenKey(url, addresses)).toBe(original);
        }
        expect(givenKey(original, addresses)).toBe(original);
      }),
    );
  });
});

describe('a prefix as people give it', () => {
  it('is taken as it is', () => {
    expect(givenPrefix('p/')).toBe('p/');
    expect(givenPrefix('')).toBe('');
  });

  it.each([
    ['/p/', 'expected a prefix without a leading slash, received /p/: did you mean p/?'],
    [
      'https://img.example.com/p/',
      'expected a prefix of keys, received https://img.example.com/p/',
    ],
  ])('is refused where no key begins so: %s', (prefix, message) => {
    expect(() => givenPrefix(prefix)).toThrow(new InvalidArgumentError(message));
  });
});
