import { describe, expect, it } from 'vitest';
import { sourcesOf } from '../../client/index.ts';
import { DEFAULT, developed, entries, photo } from './developed.ts';

const look = { base: 'https://cdn', preset: 'feed', alt: '' };

/** `avif: 480.avif 1080.webp` */
const words = ({ type, srcset }: { type: string; srcset: string }) =>
  `${type.slice(6)}: ${srcset.replace(/https:\S+?-(\d+\.\w+) \d+w,?/g, '$1')}`;

function told(...names: string[]): string[] {
  return toldOf(photo({}, entries(...names)));
}

function toldOf(one: ReturnType<typeof photo>): string[] {
  const { sources, img } = sourcesOf(one, look);
  return [...sources.map(words), words({ type: 'image/img', srcset: img.srcset })];
}

describe('sources', () => {
  it('are AVIF, WebP, then the image itself, ascending by width', () => {
    const names = ['feed-720.jpeg', 'feed-480.webp', 'feed-480.jpeg', 'feed-720.avif'];
    expect(told(...names, 'feed-480.avif', 'feed-720.webp', 'thumb-240.jpeg')).toEqual([
      'avif: 480.avif 720.avif',
      'webp: 480.webp 720.webp',
      'img: 480.jpeg 720.jpeg',
    ]);
  });

  it('name what is rendered or made on demand, nothing else', () => {
    const names = ['feed-480.jpeg', 'feed-480.webp failed', 'feed-480.avif skipped'];
    expect(told(...names, 'feed-720.jpeg on_demand')).toEqual(['img: 480.jpeg 720.jpeg']);
  });

  it('let the next best stand in for a width that a format has not', () => {
    const names = ['feed-480.avif', 'feed-480.webp', 'feed-480.jpeg', 'feed-720.webp'];
    expect(told(...names, 'feed-720.jpeg', 'feed-1080.jpeg')).toEqual([
      'avif: 480.avif 720.webp 1080.jpeg',
      'webp: 480.webp 720.webp 1080.jpeg',
      'img: 480.jpeg 720.jpeg 1080.jpeg',
    ]);
  });

  it('fall back to PNG where parts are transparent, to JPEG elsewhere', () => {
    const variants = entries('feed-480.jpeg', 'feed-480.png', 'feed-480.webp');
    expect(toldOf(photo({ alpha: true }, variants))).toEqual(['webp: 480.webp', 'img: 480.png']);
    expect(toldOf(photo({ alpha: false }, variants))).toEqual(['webp: 480.webp', 'img: 480.jpeg']);
  });

  it('fall back to the last format that there is', () => {
    expect(told('feed-480.webp')).toEqual(['img: 480.webp']);
  });

  it('leave out what a client does not show', () => {
    const one = photo({}, entries('feed-480.avif', 'feed-480.webp', 'feed-480.jpeg'));
    const client = { formats: ['webp', 'jpeg'] as const, density: 3 };
    expect(sourcesOf(one, { ...look, client }).sources.map(({ type }) => type)).toEqual([
      'image/webp',
    ]);
  });

  it('give the size of the largest file, and its URL to whoever reads no srcset', () => {
    const one = photo({}, entries('feed-480x320.jpeg', 'feed-1080x720.jpeg', 'feed-480x320.webp'));
    const { sources, img } = sourcesOf(one, look);
    expect(img).toMatchObject({ width: 1080, height: 720, sizes: '100vw', loading: 'lazy' });
    expect(img.src).toBe('https://cdn/a.jpg/0123456789/feed-1080.jpeg');
    expect(sources[0]).toMatchObject({ width: 1080, height: 720 });
  });

  it('give no size that nobody knows', async () => {
    const { original } = await developed(DEFAULT, 'a.jpg', { width: 4000, height: 3000 });
    const { key, etag, presets } = original;
    expect(sourcesOf({ key, etag, presets }, look).img).not.toHaveProperty('height');
    const cover = sourcesOf({ key, etag, presets }, { ...look, preset: 'cover' });
    expect(cover.img).toMatchObject({ width: 1920, height: 640 });
  });

  it('are eager where they are to be', () => {
    const one = photo({}, entries('feed-480.jpeg'));
    expect(sourcesOf(one, { ...look, lazy: false }).img.loading).toBe('eager');
  });
});

describe('art direction', () => {
  const one = photo({}, entries('feed-480.jpeg', 'feed-480.webp', 'cover-1080x360.jpeg'));

  it('gives each preset its media, and the last to everybody else', () => {
    const preset = [
      { preset: 'feed', media: 'phone', sizes: '50vw' },
      { preset: 'cover', media: 'desktop' },
    ];
    const { sources, img } = sourcesOf(one, { ...look, preset });
    expect(sources.map(({ type, media, sizes }) => [type, media, sizes])).toEqual([
      ['image/webp', '(max-width: 599.98px)', '50vw'],
      ['image/jpeg', '(max-width: 599.98px)', '50vw'],
    ]);
    expect(img).toMatchObject({ width: 1080, height: 360, sizes: '100vw' });
  });

  it('takes a media query as it is', () => {
    const preset = [{ preset: 'feed', media: '(orientation: portrait)' }, { preset: 'cover' }];
    expect(sourcesOf(one, { ...look, preset }).sources[0]?.media).toBe('(orientation: portrait)');
  });

  it('takes the device of the preset from the list', async () => {
    const { original } = await developed(DEFAULT, 'a.jpg', { width: 4000, height: 3000 });
    const preset = [{ preset: 'feed' }, { preset: 'zoom' }];
    const { sources, img } = sourcesOf(original, { ...look, preset });
    expect(sources.map(({ media }) => media)).toEqual([
      ...Array(3).fill('(max-width: 599.98px)'),
      undefined,
    ]);
    expect(img.width).toBe(2160);
  });

  it('passes over a preset that is not made of this picture', () => {
    const preset = [{ preset: 'anim', media: 'phone' }, { preset: 'cover' }];
    expect(sourcesOf(one, { ...look, preset }).sources).toEqual([]);
  });

  it('says so where there is nothing at all', () => {
    const preset = [{ preset: 'anim' }, { preset: 'zoom' }];
    expect(() => sourcesOf(one, { ...look, preset })).toThrow(
      'There is no file to show of anim,zoom.',
    );
  });
});
