import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../../shared/core/picture/content.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { variantMegabytes } from '../../../../shared/core/set/memory.ts';
import { variantSeconds } from '../../../../shared/core/set/seconds.ts';
import { dearest, isLeftToPicture, suited } from '../../../../shared/core/set/suited.ts';
import { one, variantsFor } from '../../../support/developing.ts';

const PHOTO: Content = {
  chroma: '4:2:0',
  colourEdges: 20,
  flat: false,
  even: 10,
  colours: 600,
};
const NEON: Content = { ...PHOTO, chroma: '4:4:4', colourEdges: 120 };
const CHART: Content = { ...PHOTO, flat: true, even: 700, colours: 9 };

const GRADIENTS: Content = { ...CHART, colours: 16 };
const FEW = 'of-few-colours';

const of = (more: Partial<Picture> = {}): Picture => ({
  format: 'png',
  width: 1000,
  height: 600,
  alpha: false,
  frames: 1,
  ...more,
});

const AUTO = `formats: {
  jpeg: { chroma: auto }, webp: { chroma: auto, flat: auto },
  avif: { chroma: auto, flat: auto }, png: { flat: auto } }`;

function encoders(content: Content | undefined, preset = `widths: [480], ${AUTO}`, picture = of()) {
  const variants = variantsFor(picture, one(preset));
  return Object.fromEntries(
    variants.map(variant => {
      const { format, recipe, lossless } = suited(variant, content, picture);
      return [format, { ...recipe.encoder, ...(lossless ? { lossless } : {}) }];
    }),
  );
}

const PLAIN = {
  jpeg: { quality: 80, mozjpeg: false, chroma: '4:2:0' },
  webp: { quality: 80, effort: 4, animated: false },
  avif: { quality: 50, effort: 1, chroma: '4:2:0' },
  png: {},
};

describe('what is left to the picture', () => {
  it.each([
    ['plain for a photo', PHOTO, {}],
    [
      '4:4:4 where colours have sharp edges, and the nearest pixels in WebP',
      NEON,
      {
        jpeg: { chroma: '4:4:4', quality: 72 },
        avif: { chroma: '4:4:4', quality: 46 },
        webp: { smartSubsample: true, quality: 70, effort: 2 },
      },
    ],
    ['more effort for flat graphics in AVIF', CHART, { avif: { effort: 3 } }],
    ['plain where nothing is known', undefined, {}],
  ] as const)('is %s', (_, content, more: Record<string, object>) => {
    const expected = Object.entries(PLAIN).map(([format, plain]) => [
      format,
      { ...plain, ...more[format] },
    ]);
    expect(encoders(content)).toEqual(Object.fromEntries(expected));
  });

  it.each([
    ['first of flat graphics of few colours at their own size', CHART, 1000, 'first', FEW],
    ['of other flat ones, if they have next to none', GRADIENTS, 1000, FEW, FEW],
    ['of others there likewise', PHOTO, 1000, FEW, FEW],
    ['of nothing that was made smaller', CHART, 999, undefined, undefined],
  ] as const)('is made without loss %s', (_, content, width, webp, png) => {
    const made = encoders(content, `widths: [${width}], ${AUTO}`);
    expect([made.webp?.lossless, made.png?.lossless]).toEqual([webp, png]);
    expect(made.jpeg).not.toHaveProperty('lossless');
    expect(made.avif).not.toHaveProperty('lossless');
  });

  it.each([
    ['effort', 'avif: { flat: auto, effort: 5 }', CHART, { effort: 5 }],
    ['4:2:0', "avif: { chroma: '4:2:0' }", NEON, { chroma: '4:2:0' }],
    ['4:4:4', "avif: { chroma: '4:4:4' }", PHOTO, { chroma: '4:4:4' }],
    [
      '4:4:4 of JPEG, with its quality',
      "jpeg: { chroma: '4:4:4', quality: 90 }",
      NEON,
      { chroma: '4:4:4', quality: 90 },
    ],
  ])('is never less than what the list says: %s', (_, format, content, expected) => {
    const made = encoders(content, `widths: [480], formats: { ${format} }`);
    expect(Object.values(made)).toEqual([expect.objectContaining(expected)]);
  });

  it('is not the frames of an animation, but is its poster', () => {
    const picture = of({ format: 'gif', frames: 9 });
    const preset =
      'widths: [480], formats: { webp: { animated: true, chroma: auto, flat: auto }, jpeg: { chroma: auto } }';
    const made = encoders({ ...NEON, flat: true }, preset, picture);
    expect(made.webp).toEqual({ quality: 80, effort: 4, animated: true });
    expect(made.jpeg).toMatchObject({ chroma: '4:4:4' });
  });

  it.each([
    [1000, 3000, true],
    [1000, 3001, false],
    [700, 3000, true],
    [700, 3001, false],
    [3001, 700, false],
  ])('is no file beyond three megapixels or a side of 3,000: %i by %i', (width, height, isLeft) => {
    const picture = of({ width, height });
    const preset = `widths: [${width}], ${AUTO}`;
    const [variant] = variantsFor(picture, one(preset));
    expect(variant && isLeftToPicture(variant)).toBe(isLeft);
    if (!isLeft) expect(encoders(NEON, preset, picture)).toEqual(PLAIN);
  });

  it('leaves an encoder no word that it does not know, whatever the list, the picture and its size', () => {
    const word = fc.constantFrom("'auto'", "'4:2:0'", undefined);
    const property = fc.property(
      fc.constantFrom('jpeg', 'webp', 'avif'),
      word,
      fc.boolean(),
      fc.constantFrom(PHOTO, NEON, CHART, undefined),
      fc.integer({ min: 1, max: 4000 }),
      (format, chroma, isFlat, content, height) => {
        const flat = isFlat && format !== 'jpeg' ? 'flat: auto,' : '';
        const said = chroma === undefined ? '' : `chroma: ${chroma},`;
        const picture = of({ height });
        const [variant] = variantsFor(
          picture,
          one(`widths: [1000], formats: { ${format}: { ${flat} ${said} } }`),
        );
        if (!variant) throw new Error('no variant');
        const { encoder } = suited(variant, content, picture).recipe;
        expect(encoder).not.toHaveProperty('flat');
        expect(encoder.chroma).not.toBe('auto');
      },
    );
    fc.assert(property);
  });
});

describe('the price of what is left to the picture', () => {
  const formats = ['jpeg', 'webp', 'avif', 'png'] as const;
  const said = {
    jpeg: 'chroma: auto',
    webp: 'chroma: auto, flat: auto',
    avif: 'chroma: auto, flat: auto',
    png: 'flat: auto',
  };

  it.each(formats)('is at least that of whatever comes of it: %s', format => {
    const property = fc.property(
      fc.constantFrom(PHOTO, NEON, CHART, { ...NEON, flat: true }),
      fc.integer({ min: 10, max: 9000 }),
      fc.boolean(),
      (content, height, alpha) => {
        const picture = of({ height, alpha });
        const list = one(`widths: [1000], formats: { ${format}: { ${said[format]} } }`);
        const [variant] = variantsFor(picture, list);
        if (!variant) throw new Error('no variant');
        const made = suited(variant, content, picture);
        const [priced, taken] = [variant, made].map(one => variantSeconds(one, picture, picture));
        expect(priced).toBeGreaterThanOrEqual((taken ?? Number.NaN) - 1e-9);
        expect(variantMegabytes(variant, picture)).toBeGreaterThanOrEqual(
          variantMegabytes(made, picture),
        );
      },
    );
    fc.assert(property);
  });

  it('is that of the content that takes longest', () => {
    const picture = of();
    const [variant] = variantsFor(
      picture,
      one('widths: [1000], formats: { avif: { chroma: auto, flat: auto } }'),
    );
    if (!variant) throw new Error('no variant');
    expect(dearest(variant, picture).recipe.encoder).toMatchObject({ effort: 3, chroma: '4:4:4' });
  });
});
