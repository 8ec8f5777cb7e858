import { describe, expect, it } from 'vitest';
import { fingerprintOf, fingerprintOfList, recipeOf } from '../../../../shared/core/list/recipe.ts';
import { earlierList, listOf, SMALL } from '../../../support/preset-lists.ts';

function print(yaml: string, preset = 'feed', format: 'jpeg' | 'webp' = 'jpeg', width = 480) {
  const list = listOf(yaml);
  const found = list.presets.find(({ name }) => name === preset);
  if (!found) throw new Error(`no preset ${preset}`);
  return fingerprintOf(recipeOf(found, width, format, list.metadata), list.epoch);
}

const dense = (quality: number, widths = '480, 1080') =>
  SMALL.replace(
    '[480, 1080], formats: { jpeg: {}',
    `[${widths}], formats: { jpeg: { dpr2: { quality: ${quality} } }`,
  );

describe('fingerprint', () => {
  it.each([
    ['avatar', 96, 'jpeg', '69bd9097bf'],
    ['thumb', 240, 'webp', '6d684c956d'],
    ['feed', 1080, 'avif', '08e1910f8c'],
    ['cover', 1920, 'jpeg', 'cfcbd3b4f6'],
    ['anim', 240, 'webp', '70f9540b2b'],
  ] as const)(
    'of %s %i %s does not move when Darkroom is upgraded',
    (name, width, format, expected) => {
      const { presets, epoch, metadata } = earlierList();
      const preset = presets.find(one => one.name === name);
      if (!preset) throw new Error(`no preset ${name}`);
      expect(fingerprintOf(recipeOf(preset, width, format, metadata), epoch)).toBe(expected);
    },
  );

  it('of a whole list does not move when Darkroom is upgraded', () => {
    expect(fingerprintOfList(earlierList())).toBe('b048288361');
  });

  it.each([
    ['centre', ''],
    ['north', ', gravity: north'],
  ])('of a crop by a fixed gravity does not move when searches change: %s', (_, gravity) => {
    const cover = `version: 1
rules: [{ match: '**', presets: [feed] }]
presets:
  - { name: feed, widths: [480], aspect: '3:1', fit: cover${gravity}, formats: { jpeg: {} } }`;
    const list = listOf(cover);
    const [preset] = list.presets;
    if (!preset) throw new Error('no preset');
    expect(recipeOf(preset, 480, 'jpeg', list.metadata)).not.toHaveProperty('search');
  });

  it.each([
    ['attention', 'gravity: attention'],
    ['entropy', 'gravity: entropy'],
    ['of some pictures', 'adjust: [{ when: { tallerThan: 2 }, gravity: entropy }]'],
  ])('names the search of a crop: %s', (_, gravity) => {
    const list = listOf(`version: 1
rules: [{ match: '**', presets: [feed] }]
presets:
  - { name: feed, widths: [480], aspect: '3:1', fit: cover, ${gravity}, formats: { jpeg: {} } }`);
    const [preset] = list.presets;
    if (!preset) throw new Error('no preset');
    expect(recipeOf(preset, 480, 'jpeg', list.metadata)).toMatchObject({ search: 1 });
  });

  it.each([
    ['the epoch', `epoch: 7\n${SMALL}`],
    [
      'a quality',
      SMALL.replace('formats: { jpeg: {}, webp', 'formats: { jpeg: { quality: 81 }, webp'),
    ],
    ['a background', SMALL.replace('name: feed,', "name: feed, background: '#000000',")],
    ['a quality of another density', dense(60)],
    [
      'a quantisation table',
      SMALL.replace('jpeg: {}, webp', 'jpeg: { quantisationTable: 2 }, webp'),
    ],
    ['passes', SMALL.replace('jpeg: {}, webp', 'jpeg: { progressive: true }, webp')],
    [
      'what is left to the picture',
      SMALL.replace('jpeg: {}, webp', 'jpeg: { chroma: auto }, webp'),
    ],
    ['sharpening', SMALL.replace('name: feed,', 'name: feed, sharpen: 0.5,')],
  ])('moves with %s', (_, yaml) => expect(print(yaml)).not.toBe(print(SMALL)));

  it.each([
    [
      'the order of keys',
      SMALL.replace('name: feed, widths: [480, 1080]', 'widths: [480, 1080], name: feed'),
    ],
    [
      'a default written out',
      SMALL.replace('name: feed,', 'name: feed, fit: inside, device: any,'),
    ],
    [
      'the chroma that it has anyway',
      SMALL.replace(
        '{ jpeg: {}, webp: {} }',
        "{ jpeg: { chroma: '4:2:0' }, webp: { chroma: '4:2:0' } }",
      ),
    ],
    [
      'one pass, which it has anyway',
      SMALL.replace('{ jpeg: {}, webp: {} }', '{ jpeg: { progressive: false }, webp: {} }'),
    ],
    ['another width of the preset', SMALL.replace('[480, 1080]', '[480, 960]')],
    ['another format of the preset', SMALL.replace('webp: {}', 'webp: { quality: 20 }')],
    ['another preset', SMALL.replace('widths: [100]', 'widths: [120]')],
    ['the rules', SMALL.replace('docs/**', 'papers/**')],
    ['the limits', `limits: { megapixels: 5 }\n${SMALL}`],
  ])('stays with %s', (_, yaml) => expect(print(yaml)).toBe(print(SMALL)));

  it('of a file whose quality goes by its density moves with that, and with the smallest width', () => {
    expect(print(dense(60, '480, 1080'))).not.toBe(print(dense(61, '480, 1080')));
    expect(print(dense(60, '480, 1080'))).not.toBe(print(dense(60, '240, 480, 1080')));
    expect(print(dense(60, '480, 1080'))).toBe(print(dense(60, '480, 1080, 1440')));
  });

  it('moves with the gravity of a picture that `adjust` alone crops', () => {
    const adjusted = (gravity: string) =>
      SMALL.replace(
        'name: feed,',
        `name: feed, aspect: '2:1', gravity: ${gravity}, adjust: [{ when: { alpha: true }, fit: cover }],`,
      );
    expect(print(adjusted('north'))).not.toBe(print(adjusted('south')));
  });
});
