import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../shared/core/failure.ts';
import { refuseBeyond } from '../../../../shared/core/picture/limits.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import {
  MOST_SECONDS,
  slowestOriginal,
  slowSentence,
  takenOf,
} from '../../../../shared/core/work/slowest.ts';
import { defaultList, listOf, SMALL } from '../../../support/preset-lists.ts';

/** So many presets of pictures' own size, which any original of up to 16,000 pixels has to be encoded in anew. */
function ownSizes(count: number, format: string, more = ''): string {
  const names = Array.from({ length: count }, (_, at) => `own${at}`);
  const presets = names.map(
    name => `  - { name: ${name}, widths: [16000], ${more} formats: { ${format} } }`,
  );
  return `version: 1
rules: [{ match: '**', presets: [${names.join(', ')}] }]
presets:
${presets.join('\n')}
`;
}

const secondsOf = (yaml: string) => slowestOriginal(listOf(yaml))?.seconds ?? 0;

describe('the slowest original that a list admits', () => {
  it('takes no more than a minute with the list that comes with Darkroom', () => {
    expect(slowestOriginal(defaultList())?.seconds).toBeLessThanOrEqual(MOST_SECONDS);
  });

  it('takes no more than half of the time that a function has', () => {
    const { resources } = parse(
      readFileSync(new URL('../../../../s.yaml', import.meta.url), 'utf8'),
    );
    const timeouts = ['on-object-changed', 'on-cdn-miss'].map(
      name => resources[name].props.timeout,
    );
    expect(timeouts).toEqual([MOST_SECONDS * 2, MOST_SECONDS * 2]);
  });

  it('takes minutes with sixty AVIFs of its own size', () => {
    const slowest = slowestOriginal(listOf(ownSizes(60, 'avif: { effort: 0 }')));
    expect(slowest?.seconds).toBeGreaterThan(5 * MOST_SECONDS);
    expect(slowest?.presets).toHaveLength(60);
  });

  it('is no picture whose files are left out for their memory: smaller ones take longer', () => {
    const { picture } = slowestOriginal(listOf(ownSizes(20, 'avif: {}'))) ?? {};
    const megapixels = ((picture?.width ?? 0) * (picture?.height ?? 0)) / 1e6;
    expect(megapixels).toBeGreaterThan(15);
    expect(megapixels).toBeLessThan(35);
  });

  it.each([
    ['lower limits', `limits: { megapixels: 12 }\n${ownSizes(30, 'webp: {}')}`],
    ['less effort', ownSizes(30, 'webp: { effort: 0 }')],
    ['fewer files', ownSizes(15, 'webp: {}')],
    [
      'files that are made when they are asked for',
      ownSizes(30, 'webp: {}', 'generate: on_demand,'),
    ],
  ])('takes less with %s', (_, yaml) => {
    expect(secondsOf(yaml)).toBeLessThan(secondsOf(ownSizes(30, 'webp: {}')));
  });

  it('may be one file alone that is made when it is asked for', () => {
    const one = ownSizes(1, 'avif: { effort: 6 }', 'generate: on_demand,');
    const slowest = slowestOriginal(listOf(one));
    expect(slowest).toMatchObject({ isOnDemand: true });
    expect(slowest?.seconds).toBeGreaterThan(MOST_SECONDS);
  });

  it('takes longer with marks, also where their text is only what uploaders say', () => {
    const marked = (watermark: string) => secondsOf(ownSizes(6, 'jpeg: {}', watermark));
    const said = "text: '{user}', font: fonts/a.ttf, size: 4, outline: '#000000'";
    const logo = 'image: marks/a.png, size: 10';
    expect(marked(`watermark: [{ ${said} }],`)).toBeGreaterThan(marked('') + 1);
    const tiled = marked(`watermark: [{ ${logo}, tile: { angle: 30 } }],`);
    expect(tiled).toBeGreaterThan(marked(`watermark: [{ ${logo} }],`) + 1);
  });

  it('takes longer where it is judged by more than its files show, of animations always', () => {
    const list = (rule: string, preset: string) =>
      listOf(`version: 1
rules: [{ match: '**', presets: [p]${rule} }]
presets: [{ name: p, ${preset} }]`);
    const moderate = ", moderate: { block: ['* >= high'] }";
    const small = 'widths: [64], formats: { jpeg: {} }';
    const large = 'widths: [2000], formats: { jpeg: {} }';
    const of = (rule: string, preset: string, frames = 1) => {
      const photo: Picture = { format: 'webp', width: 500, height: 400, alpha: false, frames };
      const picture = frames > 1 ? photo : { ...photo, width: 4000, height: 3000 };
      return takenOf(picture, 0, list(rule, preset))[0]?.seconds ?? 0;
    };
    expect(of(moderate, small)).toBeGreaterThan(of('', small) + 1);
    expect(of(moderate, large)).toBe(of('', large));
    expect(of(moderate, large, 300)).toBeGreaterThan(of('', large, 300) + 1);
  });

  it('is looked for under every rule', () => {
    const own = '- { name: own, widths: [16000], formats: { avif: { effort: 5 } } }';
    const yaml = SMALL.replace('presets: none', 'presets: [own]').replace(
      'presets:\n',
      `presets:\n  ${own}\n`,
    );
    expect(slowestOriginal(listOf(yaml))?.index).toBe(0);
  });

  it('is none where nothing is made', () => {
    const nothing = SMALL.replace('[thumb, feed]', 'none');
    expect(slowestOriginal(listOf(nothing))).toBeUndefined();
  });

  it('is told with its figure, the dearest presets, and what to lower', () => {
    const slowest = slowestOriginal(listOf(ownSizes(4, 'avif: { effort: 4 }')));
    expect(slowest && slowSentence(slowest, MOST_SECONDS)).toMatch(
      /^expected at most 60 s for any original that the limits admit, on the 2 cores of a function; received an estimate of \d+ s for an original of \d+x\d+ \(\w+\): own0 \d+ s, own1 \d+ s, own2 \d+ s of CPU; lower effort, widths or limits\.megapixels, or give a preset generate: on_demand$/,
    );
  });

  it('has none beside it that takes a sixth longer, of any size and kind', () => {
    const lists = [
      defaultList(),
      listOf(ownSizes(20, 'avif: {}')),
      listOf(ownSizes(3, 'webp: { animated: true }')),
      listOf(SMALL),
    ].map(list => ({ list, most: slowestOriginal(list)?.seconds ?? 0 }));
    const property = fc.property(fc.constantFrom(...lists), picture, ({ list, most }, one) => {
      fc.pre(isAdmitted(one, list.limits));
      for (const index of list.rules.keys()) {
        for (const { seconds } of takenOf(one, index, list)) {
          expect(seconds).toBeLessThan(most * 1.17);
        }
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

/** Sides over all their magnitudes. */
const side = fc.double({ min: 6, max: 16, noNaN: true }).map(power => Math.floor(2 ** power));

const picture: fc.Arbitrary<Picture> = fc.record({
  format: fc.constantFrom('jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic'),
  width: side,
  height: side,
  alpha: fc.boolean(),
  frames: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 300 })),
});

/** Only these are read with more than one frame. */
const ANIMATED = ['png', 'webp', 'gif'];

function isAdmitted(one: Picture, limits: Parameters<typeof refuseBeyond>[1]): boolean {
  try {
    refuseBeyond(one, limits);
    return one.frames === 1 || ANIMATED.includes(one.format);
  } catch (thrown) {
    if (failureOf(thrown).code !== 'ORIGINAL_TOO_LARGE') throw thrown;
    return false;
  }
}
