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
