import { describe, expect, it } from 'vitest';
import {
  bestUrl,
  type Client,
  clientOf,
  picture,
  stateOf,
  urlOf,
  urlOfKey,
} from '../../client/index.ts';
import { publishedFrom } from '../../shared/core/list/published.ts';
import { defaultList } from '../support/preset-lists.ts';
import { entries, photo } from './developed.ts';

const base = 'https://cdn';
const presets = publishedFrom(defaultList());
const placeholder = { thumbHash: 'ZQgWFYIJiIimVXhVeJd4mbDzSXlv', colour: '#f8f8f8' };

describe('picture', () => {
  const one = photo({ placeholder }, entries('feed-480x320.jpeg', 'feed-480x320.webp'));

  it('is HTML, ready to be put into a page', () => {
    expect(picture(one, { base, preset: 'feed', alt: 'A "cat" & <dog>' })).toBe(
      [
        '<picture><source type="image/webp" sizes="100vw"',
        ' srcset="https://cdn/a.jpg/0123456789/feed-480.webp 480w" width="480" height="320">',
        '<img loading="lazy" decoding="async" alt="A &#34;cat&#34; &#38; &#60;dog&#62;"',
        ' width="480" height="320" sizes="100vw"',
        ' srcset="https://cdn/a.jpg/0123456789/feed-480.jpeg 480w"',
        ' src="https://cdn/a.jpg/0123456789/feed-480.jpeg" style="background:#f8f8f8"></picture>',
      ].join(''),
    );
  });

  it('lets nothing out of an attribute', () => {
    const evil = `"'><script>alert(1)</script>`;
    const hostile = photo({ placeholder: { thumbHash: '', colour: evil } }, [
      { ...entries('feed-480.jpeg')[0], key: `${evil} , 9w` } as (typeof one.variants)[number],
      { ...entries('feed-720.jpeg')[0], key: evil } as (typeof one.variants)[number],
    ]);
    const look = { base, alt: evil, sizes: evil, preset: [{ preset: 'feed', media: evil }] };
    const html = picture(hostile, { ...look, preset: [...look.preset, { preset: 'feed' }] });
    expect(html.match(/<\/?\w+/g)).toEqual(['<picture', '<source', '<img', '</picture']);
    expect(/srcset="([^"]*)"/.exec(html)?.[1]?.split(' ')).toHaveLength(4);
  });

  it('has the ThumbHash where its decoder is given, and none behind transparent parts', () => {
    const look = { base, preset: 'feed', alt: '', thumbHash: (hash: string) => `data:${hash}` };
    expect(picture(one, look)).toContain(
      `style="background:#f8f8f8 url(data:${placeholder.thumbHash}) center/cover"`,
    );
    const transparent = photo({ placeholder, alpha: true }, entries('feed-480.png'));
    expect(picture(transparent, look)).not.toContain('style');
    const hashless = { ...look, thumbHash: () => undefined };
    expect(picture(one, hashless)).toContain('style="background:#f8f8f8"');
  });
});

describe('a picture without alt', () => {
  const one = photo({ placeholder }, entries('feed-480x320.jpeg'));

  it.each([[{ base, preset: 'feed' }], [{ base, preset: 'feed', alt: null }], [undefined]])(
    'is refused in one sentence: %j',
    look => {
      expect(() => picture(one, look as never)).toThrow(
        /^Expected alt, a text; received (undefined|null)\.$/,
      );
    },
  );

  it('is let through where it only adorns', () => {
    expect(picture(one, { base, preset: 'feed', alt: '' })).toContain(' alt="" ');
  });
});

describe('the best URL', () => {
  const place = { base, preset: 'feed', cssWidth: 360, client: clientOf(presets, 'web') };
  const one = photo(
    {},
    entries(
      ...['avif', 'webp', 'jpeg'].flatMap(format =>
        [480, 720, 1080].map(width => `feed-${width}.${format}`),
      ),
    ),
  );
  const best = (client: Client | string, cssWidth: number, density?: number, of = one) =>
    bestUrl(of, {
      base,
      preset: 'feed',
      cssWidth,
      density,
      client: typeof client === 'string' ? clientOf(presets, client) : client,
    }).replace(/.*feed-/, '');

  it.each([
    ['web', '480.avif'],
    ['ios', '480.avif'],
    ['android', '480.avif'],
    ['mini-program', '480.webp'],
    ['harmony', '480.webp'],
  ])('is for %s %s', (client, expected) => {
    expect(best(client, 360)).toBe(expected);
  });

  it('takes AVIF before WebP, in whatever order a profile has them', () => {
    expect(best({ formats: ['jpeg', 'webp', 'avif'], density: 3 }, 100)).toBe('480.avif');
  });

  it.each([
    [480, 1, '480.avif'],
    [481, 1, '720.avif'],
    [360, 2, '720.avif'],
    [411.43, 2.625, '1080.avif'],
    [5000, 3, '1080.avif'],
    [360, undefined, '480.avif'],
  ])('for %d CSS pixels at %s is %s', (cssWidth, density, expected) => {
    expect(best('web', cssWidth, density)).toBe(expected);
  });

  it('is of no more pixels than the profile is worth', () => {
    expect(best({ formats: ['jpeg'], density: 1.5 }, 400, 3)).toBe('720.jpeg');
  });

  it('is wide enough in another format rather than too small in the best', () => {
    const some = photo({}, entries('feed-480.avif', 'feed-480.jpeg', 'feed-1080.jpeg'));
    expect(best('web', 400, 1, some)).toBe('480.avif');
    expect(best('web', 400, 2, some)).toBe('1080.jpeg');
  });

  it.each([
    [undefined, 'Expected a manifest, or key, etag and presets; received undefined.'],
    [{}, 'Expected a manifest, or key, etag and presets; received [object Object].'],
  ])('is refused in one sentence of what is no photo: %j', (wrong, sentence) => {
    expect(() => bestUrl(wrong as never, place)).toThrow(new Error(sentence));
    expect(() => picture(wrong as never, { base, preset: 'feed', alt: '' })).toThrow(
      new Error(sentence),
    );
    const asked = { base, key: 'a', etag: 'E', preset: 'feed', width: 480, format: 'webp' };
    expect(() => urlOf({ ...asked, ...wrong } as never)).toThrow(/^Expected a manifest, or key, /);
    if (wrong) expect(() => stateOf(wrong as never)).toThrow(new Error(sentence));
  });

  it('is refused in one sentence without a published list', () => {
    expect(() => clientOf(undefined as never, 'web')).toThrow(
      new Error('Expected presets.json; received undefined.'),
    );
  });

  it('is refused in one sentence without a client', () => {
    expect(() => bestUrl(one, { ...place, client: undefined } as never)).toThrow(
      new Error('Expected a client, as clientOf gives it; received undefined.'),
    );
  });

  it('is refused where the client shows nothing of it', () => {
    expect(() => best({ formats: ['png'], density: 1 }, 100)).toThrow(
      'There is no file to show of feed.',
    );
  });
});

describe('the rest', () => {
  it('names an unknown client, and those that there are', () => {
    expect(() => clientOf(presets, 'wechat')).toThrow(
      'Expected a client of the list, one of web, ios, android, mini-program, harmony; received wechat.',
    );
  });

  it('encodes each segment of a key, below any base', () => {
    expect(urlOfKey('https://cdn/x/', 'a b/巴+%?#.jpg/manifest.json')).toBe(
      'https://cdn/x/a%20b/%E5%B7%B4%2B%25%3F%23.jpg/manifest.json',
    );
  });
});
