import { describe, expect, it } from 'vitest';
import type { Focus } from '../../../../shared/core/picture/focus.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { wantedVariants } from '../../../../shared/core/set/variants.ts';
import { defaultList, listOf, SMALL } from '../../../support/preset-lists.ts';

function wanted(yaml: string, facts: Partial<Picture>, focus?: Focus) {
  const list = yaml === 'default' ? defaultList() : listOf(yaml);
  const picture: Picture = {
    format: 'jpeg',
    width: 4000,
    height: 3000,
    alpha: false,
    frames: 1,
    ...facts,
  };
  const presets = presetsFor('a.jpg', list);
  return wantedVariants({ key: 'a.jpg', version: '0123456789', picture, list, presets, focus });
}

const names = (variants: ReturnType<typeof wanted>) =>
  variants.map(({ preset, width, height, format, impossible }) =>
    [`${preset} ${width}x${height} ${format}`, impossible].filter(Boolean).join(' '),
  );

describe('wanted variants', () => {
  it('are preset x width x format', () => {
    expect(names(wanted(SMALL, {}))).toEqual([
      'thumb 100x100 jpeg',
      'feed 480x360 jpeg',
      'feed 1080x810 jpeg',
      'feed 480x360 webp',
      'feed 1080x810 webp',
    ]);
  });

  it('hold the original’s own width in place of the first above it, and none larger', () => {
    const yaml = SMALL.replace('[480, 1080]', '[480, 720, 1080]');
    expect(names(wanted(yaml, { width: 600, height: 400 }))).toEqual([
      'thumb 100x100 jpeg',
      'feed 480x320 jpeg',
      'feed 600x400 jpeg',
      'feed 1080x720 jpeg larger-than-original',
      'feed 480x320 webp',
      'feed 600x400 webp',
      'feed 1080x720 webp larger-than-original',
    ]);
  });

  it('hold a format’s own widths', () => {
    const yaml = SMALL.replace('webp: {}', 'webp: { widths: [1080] }');
    expect(names(wanted(yaml, {})).filter(name => name.endsWith('webp'))).toEqual([
      'feed 1080x810 webp',
    ]);
  });

  it('leave webp out where a side passes its limit, and keep jpeg', () => {
    expect(names(wanted(SMALL, { width: 1000, height: 40_000 }))).toEqual([
      'thumb 100x100 jpeg',
      'feed 480x19200 jpeg',
      'feed 1000x40000 jpeg',
      'feed 480x19200 webp beyond-format-limit',
      'feed 1000x40000 webp beyond-format-limit',
    ]);
  });

  it('of the default list leave the animation out for a still picture', () => {
    expect(names(wanted('default', {})).some(name => name.startsWith('anim'))).toBe(false);
  });

  it('of the default list animate webp alone, with a jpeg poster', () => {
    const anim = wanted('default', { frames: 12, width: 480, height: 480 }).filter(
      ({ preset }) => preset === 'anim',
    );
    expect(anim.map(({ format, fromFile }) => [format, fromFile])).toEqual([
      ['jpeg', undefined],
      ['jpeg', undefined],
      ['webp', 'animated'],
      ['webp', 'animated'],
    ]);
  });

  it('of the default list cut a very long picture at its top', () => {
    const gravity = (height: number) =>
      wanted('default', { width: 1000, height }).find(({ preset }) => preset === 'thumb')?.gravity;
    expect(gravity(3000)).toBe('attention');
    expect(gravity(3001)).toBe('north');
  });

  const DENSE = SMALL.replace(
    'widths: [480, 1080], formats: { jpeg: {}',
    'widths: [480, 960, 1440, 1920], formats: { jpeg: { quality: 82, dpr2: { quality: 60 }, dpr3: { quality: 50 } }',
  );
  const qualities = (facts: Partial<Picture>) =>
    wanted(DENSE, facts)
      .filter(
        ({ preset, format, impossible }) => preset === 'feed' && format === 'jpeg' && !impossible,
      )
      .map(({ width, recipe: { encoder } }) => [width, encoder.quality]);

  it('have the quality of their density, which is a width by the smallest of its preset', () => {
    expect(qualities({})).toEqual([
      [480, 82],
      [960, 60],
      [1440, 50],
      [1920, 50],
    ]);
    expect(qualities({ width: 959 })).toEqual([
      [480, 82],
      [959, 82],
    ]);
    expect(wanted(DENSE, {})[1]?.recipe.encoder).toEqual({ quality: 82, mozjpeg: false });
  });

  it.each<[string, Partial<Picture>, object]>([
    ['a photo', {}, { fit: 'cover', gravity: 'centre', jpeg: 80, avif: [50, '4:2:0'] }],
    [
      'the first that holds, alone',
      { format: 'png', alpha: true },
      { fit: 'cover', gravity: 'centre', jpeg: 95, avif: [50, '4:4:4'] },
    ],
    [
      'all that it says',
      { height: 9000 },
      { fit: 'contain', gravity: 'north', jpeg: 80, avif: [70, '4:2:0'] },
    ],
  ])(
    'are adjusted to the picture, under keys that are of all pictures: %s',
    (_, facts, expected) => {
      const yaml = `
version: 1
rules: [{ match: '**', presets: [one] }]
presets:
  - name: one
    widths: [100]
    aspect: '3:2'
    fit: cover
    adjust:
      - { when: { format: [png, gif] }, formats: { jpeg: { quality: 95 }, avif: { chroma: '4:4:4' } } }
      - { when: { tallerThan: 2 }, fit: contain, gravity: north, formats: { avif: { quality: 70 } } }
    formats: { jpeg: {}, avif: {} }
`;
      const [jpeg, avif] = wanted(yaml, facts);
      const { quality, chroma } = avif?.recipe.encoder ?? {};
      expect({
        fit: jpeg?.recipe.fit,
        gravity: jpeg?.gravity,
        jpeg: jpeg?.recipe.encoder.quality,
        avif: [quality, chroma],
      }).toEqual(expected);
      expect(wanted(yaml, facts).map(({ key }) => key)).toEqual(
        wanted(yaml, {}).map(({ key }) => key),
      );
    },
  );

  it('show what the uploader said in crops that would be searched for, whatever `adjust` says', () => {
    const said = { x: 500, y: 900 };
    const shape = { width: 1000, height: 4000 };
    const [plain, at] = [wanted('default', shape), wanted('default', shape, said)];
    const changed = at.filter(({ key }, index) => key !== plain[index]?.key);
    const isSearched = ({ preset }: { preset: string }) => /^(avatar|thumb|cover)$/.test(preset);
    expect(changed).toEqual(at.filter(isSearched));
    expect(changed.map(({ region }) => region?.top)).toEqual(
      changed.map(({ preset }) => (preset === 'cover' ? 859 : 750)),
    );
    const [first] = changed;
    expect(first?.key).toBe(
      plain[0]?.key.replace(/[0-9a-f]{10}\.jpg/, `${first?.fingerprint}.jpg`),
    );
  });

  it('of two focuses have two keys', () => {
    const keys = [{ x: 1, y: 11 }, { x: 11, y: 1 }, { x: 111, y: 1 }, undefined].map(
      said => wanted('default', {}, said)[0]?.key,
    );
    expect(new Set(keys).size).toBe(4);
  });

  it('never share a key', () => {
    const keys = wanted('default', { frames: 12 }).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
