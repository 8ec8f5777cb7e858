import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { decodingSeconds, variantSeconds } from '../../../../shared/core/set/seconds.ts';
import { wantedVariants } from '../../../../shared/core/set/variants.ts';
import { listOf } from '../../../support/preset-lists.ts';

const PHOTO: Picture = { format: 'jpeg', width: 4000, height: 3000, alpha: false, frames: 1 };

function secondsOf(preset: string, more: Partial<Picture> = {}): number {
  const picture = { ...PHOTO, ...more };
  const list = listOf(`version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, ${preset} }]`);
  const wanted = { key: 'a', version: '', picture, list, presets: presetsFor('a', list) };
  const made = wantedVariants(wanted).filter(({ impossible }) => !impossible);
  return made.reduce((sum, variant) => sum + variantSeconds(variant, picture, picture), 0);
}

describe('the seconds that a file is estimated to take', () => {
  it.each([
    ['mozjpeg', 'jpeg: {}', 'jpeg: { mozjpeg: true }'],
    ['progressive', 'jpeg: {}', 'jpeg: { progressive: true }'],
    ['a png', 'jpeg: {}', 'png: {}'],
    ['webp', 'jpeg: {}', 'webp: { effort: 0 }'],
    ['webp of more effort', 'webp: { effort: 2 }', 'webp: { effort: 4 }'],
    ['avif of more effort', 'avif: { effort: 1 }', 'avif: { effort: 2 }'],
    ['avif of the most effort', 'avif: { effort: 8 }', 'avif: { effort: 9 }'],
    ['mozjpeg of better quality', 'jpeg: { quality: 79 }', 'jpeg: { quality: 90 }'],
    ['webp of better quality', 'webp: { quality: 80 }', 'webp: { quality: 90 }'],
    ['avif of better quality', 'avif: { quality: 50 }', 'avif: { quality: 80 }'],
    ['avif in 4:4:4', 'avif: {}', "avif: { chroma: '4:4:4' }"],
  ])('are more for %s', (_, less, more) => {
    const of = (formats: string) => secondsOf(`widths: [1080], formats: { ${formats} }`);
    expect(of(more)).toBeGreaterThan(of(less));
  });

  it.each(['webp: {}', 'avif: {}'])('are more with alpha: %s', formats => {
    const preset = `widths: [1080], formats: { ${formats} }`;
    expect(secondsOf(preset, { alpha: true })).toBeGreaterThan(secondsOf(preset));
  });

  it('are a minute for two megapixels of alpha in webp of the most effort, and a tenth of it for none', () => {
    const webp = 'widths: [16000], formats: { webp: { effort: 6 } }';
    const size = { width: 2000, height: 1000 };
    expect(secondsOf(webp, { ...size, alpha: true })).toBeGreaterThan(60);
    expect(secondsOf(webp, size)).toBeLessThan(6);
  });

  it('never shrink as the quality or the effort grows', () => {
    const quality = fc.integer({ min: 1, max: 99 });
    const effort = fc.integer({ min: 0, max: 5 });
    const property = fc.property(
      quality,
      effort,
      fc.constantFrom('webp', 'avif'),
      fc.boolean(),
      (low, least, format, alpha) => {
        const of = (settings: string) =>
          secondsOf(`widths: [1080], formats: { ${format}: { ${settings} } }`, { alpha });
        const base = of(`quality: ${low}, effort: ${least}`);
        expect(of(`quality: ${low + 1}, effort: ${least}`)).toBeGreaterThanOrEqual(base);
        expect(of(`quality: ${low}, effort: ${least + 1}`)).toBeGreaterThanOrEqual(base);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it('are more where the picture is sharpened', () => {
    const preset = 'widths: [1080], formats: { jpeg: {} }';
    expect(secondsOf(`${preset}, sharpen: 1`)).toBeGreaterThan(secondsOf(preset));
  });

  it('are those of another decode more where a file keeps its gain map', () => {
    const preset = 'widths: [1080], formats: { jpeg: {} }';
    const more = secondsOf(`${preset}, hdr: keep`, { hdr: true }) - secondsOf(preset);
    expect(more).toBeCloseTo(decodingSeconds(PHOTO));
  });

  it('are more with a mark, most of all where it is all over the picture, and on each frame', () => {
    const of = (watermark: string, more: Partial<Picture> = {}, formats = 'jpeg: {}') =>
      secondsOf(`widths: [1080], ${watermark} formats: { ${formats} }`, more);
    const logo = 'image: marks/a.png, size: 20';
    const text = "text: 'Darkroom', font: fonts/a.ttf, size: 4";
    const tile = 'tile: { angle: 30 }';
    const ascending = [
      of(''),
      of(`watermark: [{ ${logo} }],`),
      of(`watermark: [{ ${logo}, ${tile} }],`),
      of(`watermark: [{ ${logo}, ${tile}, shadow: '#000000' }],`),
    ];
    expect([...ascending].sort((a, b) => a - b)).toEqual(ascending);
    expect(of(`watermark: [{ ${text} }],`)).toBeGreaterThan(of(''));
    const moving = (count: number, watermark: string) =>
      of(watermark, { format: 'gif', frames: count }, 'webp: { animated: true }');
    const more = (count: number) =>
      moving(count, `watermark: [{ ${logo}, ${tile} }],`) - moving(count, '');
    expect(more(200)).toBeGreaterThan(10 * more(10));
  });

  it('grow with the frames of an animation', () => {
    const preset = 'widths: [100], formats: { webp: { animated: true } }';
    const of = (frames: number) => secondsOf(preset, { format: 'gif', frames });
    expect(of(200)).toBeCloseTo(2 * of(100));
  });

  it('never shrink as the picture grows, whatever the format', () => {
    const side = fc.integer({ min: 100, max: 4000 });
    const property = fc.property(
      side,
      side,
      fc.constantFrom('jpeg: {}', 'png: {}', 'webp: {}', 'avif: { effort: 3 }'),
      (width, more, formats) => {
        const preset = `widths: [16000], formats: { ${formats} }`;
        const of = (height: number) => secondsOf(preset, { width, height });
        expect(of(100 + more)).toBeGreaterThan(of(100));
      },
    );
    fc.assert(property, { numRuns: 50 });
  });
});
