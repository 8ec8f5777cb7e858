import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDLE_MEGABYTES, MOST_MEGABYTES } from '../../../../shared/core/picture/memory.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { affordable, variantMegabytes } from '../../../../shared/core/set/memory.ts';
import { wantedVariants } from '../../../../shared/core/set/variants.ts';
import { listOf } from '../../../support/preset-lists.ts';

const of = (width: number, height: number, more: Partial<Picture> = {}): Picture => ({
  format: 'jpeg',
  width,
  height,
  alpha: false,
  frames: 1,
  ...more,
});

function asked(picture: Picture, presets: string) {
  const list = listOf(`version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, ${presets} }]`);
  const version = '0123456789';
  const wanted = { key: 'a', version, picture, list, presets: presetsFor('a', list) };
  const variants = wantedVariants(wanted).filter(({ impossible }) => !impossible);
  return { file: Buffer.alloc(0), picture, variants, whole: variants };
}

const widths = (of: { variant: { width: number; format: string } }[]) =>
  of.map(({ variant }) => `${variant.format} ${variant.width}`);

describe('what the memory of a function holds', () => {
  it.each([
    [
      'a phone’s photo of 12 megapixels at its own size',
      of(4000, 3000),
      '{ jpeg: {}, webp: {}, avif: {} }',
    ],
    ['one of 48 megapixels in JPEG and WebP', of(8000, 6000), '{ jpeg: {}, webp: {} }'],
    ['one of 108 megapixels in JPEG', of(12_000, 9000), '{ jpeg: { widths: [12000] } }'],
  ])('is all files of %s', (_, picture, formats) => {
    const { variants, beyond } = affordable(
      asked(picture, `widths: [480, 12000], formats: ${formats}`),
    );
    expect(beyond).toEqual([]);
    expect(variants.length).toBeGreaterThan(0);
  });

  it('is not an AVIF of 108 megapixels: that file alone is left out, with what it would take', () => {
    const { variants, beyond, size } = affordable(
      asked(of(12_000, 9000), 'widths: [480, 2000, 12000], formats: { avif: {} }'),
    );
    expect(widths(beyond)).toEqual(['avif 12000']);
    expect(beyond[0]?.megabytes).toBeGreaterThan(4000);
    expect(widths(variants.map(variant => ({ variant })))).toEqual(['avif 480', 'avif 2000']);
    expect(size).toEqual({ width: 2000, height: 1500 });
  });

  it('counts what is drawn over a file, and its own pixels where those of the picture are no longer its pixels', () => {
    const picture = of(12_000, 9000);
    const megabytes = (more: string) =>
      variantMegabytes(
        asked(picture, `widths: [12000], formats: { jpeg: {} }${more}`).variants[0]!,
        picture,
      );
    const bare = megabytes('');
    const small = megabytes(', watermark: [{ image: marks/a.png, size: 0.1 }]');
    expect(small - bare).toBeGreaterThanOrEqual(324);
    expect(small - bare).toBeLessThan(330);
    expect(
      megabytes(', watermark: [{ image: marks/a.png, size: 100, offset: 0 }]'),
    ).toBeGreaterThan(small + 108 * 20);
  });

  it('decides for one file as for all of its set', () => {
    const all = asked(
      of(12_000, 9000),
      'widths: [480, 6000, 12000], formats: { jpeg: {}, avif: {} }',
    );
    const together = affordable(all);
    for (const variant of all.variants) {
      const alone = affordable({ ...all, variants: [variant] });
      expect([variant.key, alone.size, alone.beyond.length]).toEqual([
        variant.key,
        together.size,
        together.beyond.some(one => one.variant === variant) ? 1 : 0,
      ]);
    }
  });

  it('has room for every file that is not left out, whatever the picture and the list', () => {
    const side = fc.integer({ min: 1, max: 16_000 });
    const property = fc.property(
      side,
      side,
      fc.array(side, { minLength: 1 }),
      (width, height, all) => {
        const list = `widths: [${[...new Set(all)].join(', ')}], formats: { jpeg: {}, webp: {}, avif: {} }`;
        const given = asked(of(width, height), list);
        const { variants, beyond, spareMegabytes, size } = affordable(given);
        expect(variants.length + beyond.length).toBe(given.variants.length);
        const raster = size ? (size.width * size.height * 3) / 1e6 : 0;
        expect(IDLE_MEGABYTES + raster).toBeLessThanOrEqual(MOST_MEGABYTES);
        for (const variant of variants) {
          expect(variantMegabytes(variant, given.picture)).toBeLessThanOrEqual(spareMegabytes + 1);
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
