import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlOf } from '../../client/index.ts';
import { sourcesFrom } from '../../client/sources.ts';
import { extensions } from '../../shared/core/set/keys.ts';
import type { OutputFormat } from '../../shared/core/list/preset-list.ts';
import { SMALL } from '../support/preset-lists.ts';
import { DEFAULT, developed, keys, MARKED, SHAPES } from './developed.ts';
import { numbered } from '../support/thorough.ts';

const base = 'https://cdn.example.com/';
const keyOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1));
const side = fc.oneof(fc.integer({ min: 1, max: 2500 }), fc.integer({ min: 1, max: 20_000 }));
const yaml = { default: DEFAULT, SMALL, SHAPES };
const thousandths = fc.integer({ min: 0, max: 1000 });
const focus = fc.option(fc.record({ x: thousandths, y: thousandths }), { nil: undefined });
const lists = fc.constantFrom('default' as const, 'SMALL' as const, 'SHAPES' as const);

/** Every URL that the list declares, as urlOf names it for this original. */
function urlsOf({ original, presets }: Awaited<ReturnType<typeof developed>>): string[] {
  return presets.presets.flatMap(({ name: preset, formats }) =>
    (Object.keys(formats) as OutputFormat[]).flatMap(format =>
      (formats[format] ?? []).map(({ width }) =>
        urlOf({ base, preset, width, format, ...original }),
      ),
    ),
  );
}

describe('the client names by key, ETag, list and size', () => {
  it('the key of each file that there is, whatever the original', async () => {
    await fc.assert(
      fc.asyncProperty(lists, keys, side, side, focus, async (list, key, width, height, said) => {
        const all = await developed(yaml[list], key, { width, height }, { focus: said });
        const named = new Set(urlsOf(all).map(keyOf));
        expect(all.keys.filter(one => !named.has(one))).toEqual([]);
      }),
      { numRuns: numbered(40, 150) },
    );
  });

  it('what was said of it, and not what cannot be drawn', async () => {
    const said = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 70 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(
        ' Zoe\u0308 ',
        '\u202egpj',
        'a\nb',
        '\u200d',
        '👨‍👩',
        'W'.repeat(65),
        '\ud800',
      ),
    );
    const words = fc.dictionary(fc.constantFrom('user', 'constructor', 'other'), said);
    await fc.assert(
      fc.asyncProperty(words, side, async (texts, width) => {
        const all = await developed(MARKED, 'a.jpg', { width, height: width }, { texts });
        expect(urlsOf(all).map(keyOf)).toEqual(expect.arrayContaining(all.keys));
      }),
      { numRuns: numbered(60, 300) },
    );
  });

  it('the same sources as the manifest does', async () => {
    await fc.assert(
      fc.asyncProperty(lists, keys, side, side, focus, async (list, key, width, height, said) => {
        const size = { width, height };
        const { manifest, original, presets } = await developed(yaml[list], key, size, {
          focus: said,
        });
        for (const { name } of presets.presets) {
          const look = { base, preset: name, alt: '' };
          const shown = manifest.variants.some(
            one => one.preset === name && one.state === 'rendered',
          );
          // `anim` asks for frames, of which a size says nothing: it is the client's to know.
          const still = { ...size, animated: false };
          const { placeholder } = manifest.original;
          const known = { ...original, size: still, placeholder };
          if (shown) {
            expect(sourcesFrom(known, look)).toEqual(sourcesFrom(manifest, look));
          } else {
            expect(() => sourcesFrom(manifest, look)).toThrow('There is no file to show');
            expect(() => sourcesFrom(known, look)).toThrow('no file to show');
          }
        }
      }),
      { numRuns: numbered(30, 100) },
    );
  });

  it('no size is needed where the picture is larger than the presets', async () => {
    const all = await developed(DEFAULT, 'a.jpg', { width: 4000, height: 3000 });
    const { key, etag, presets } = all.original;
    const urls = urlsOf({ ...all, original: { key, etag, presets } as typeof all.original });
    const stills = urls.filter(url => !url.includes('/anim-'));
    expect(stills.map(keyOf).sort()).toEqual(all.keys);
  });

  it('an ETag however its source quotes it', async () => {
    const { original } = await developed(SMALL, 'a.jpg', { width: 2000, height: 1000 });
    const asked = { ...original, base, preset: 'feed', width: 480, format: 'webp' as const };
    const quoted = `"${original.etag.toLowerCase()}"`;
    expect(urlOf({ ...asked, etag: quoted })).toBe(urlOf(asked));
  });

  it('each format by the extension of its keys', () => {
    expect(extensions).toEqual({ jpeg: 'jpg', webp: 'webp', avif: 'avif', png: 'png' });
  });
});

describe('what is not declared', () => {
  it.each([
    [{ preset: 'fed' }, 'Expected a preset of the list, one of thumb, feed; received fed.'],
    [{ format: 'avif' }, 'Expected a format of feed, one of jpeg, webp; received avif.'],
    [{ width: 481 }, 'Expected a width of feed in webp, one of 480, 1080; received 481.'],
  ])('%j is refused in one sentence', async (mistake, sentence) => {
    const { original } = await developed(SMALL, 'a.jpg', { width: 2000, height: 1000 });
    const asked = { ...original, base, preset: 'feed', width: 480, format: 'webp' as const };
    expect(() => urlOf({ ...asked, ...(mistake as object) })).toThrow(sentence);
  });
});
