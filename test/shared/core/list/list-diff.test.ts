import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { declaredFiles } from '../../../../shared/core/list/declared-file.ts';
import { impactOf, isTouched } from '../../../../shared/core/list/edit-impact.ts';
import { listDiff } from '../../../../shared/core/list/list-diff.ts';
import { type PresetList, presetListShape } from '../../../../shared/core/list/preset-list.ts';
import { defaultList, listOf, SMALL } from '../../../support/preset-lists.ts';
import { unhurriedMs } from '../../../support/slowness.ts';

const small = listOf(SMALL);
const edited = (...replacements: [string, string][]) =>
  listOf(replacements.reduce((text, [from, to]) => text.replace(from, to), SMALL));
const nameOf = (file: { preset?: string; format: string; width: number }) =>
  `${file.preset ? `${file.preset} ` : ''}${file.width} ${file.format}`;

interface Case {
  list: PresetList;
  kinds?: string[];
  differs?: string[];
  rules?: string[];
  besides?: string[];
  make: string[];
  retire: string[];
}

const FEED = ['480 jpeg', '1080 jpeg', '480 webp', '1080 webp'].map(file => `feed ${file}`);

describe('an edit', () => {
  it.each<[string, Case]>([
    ['of nothing', { list: small, make: [], retire: [] }],
    [
      'of widths',
      {
        list: edited(['[480, 1080]', '[480, 800]']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['widths: 480, 1080 → 480, 800'],
        make: ['feed 800 jpeg', 'feed 800 webp'],
        retire: ['feed 1080 jpeg', 'feed 1080 webp'],
      },
    ],
    [
      'of a format’s settings',
      {
        list: edited(['webp: {}', 'webp: { quality: 78 }']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['formats.webp.quality: 80 → 78'],
        make: ['feed 480 webp', 'feed 1080 webp'],
        retire: ['feed 480 webp', 'feed 1080 webp'],
      },
    ],
    [
      'that adds a format',
      {
        list: edited(['webp: {}', 'webp: {}, png: {}']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['formats.png: none → {}'],
        make: ['feed 480 png', 'feed 1080 png'],
        retire: [],
      },
    ],
    [
      'of a note for readers',
      {
        list: edited(['name: feed,', 'name: feed, device: phone,']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['device: any → phone'],
        make: [],
        retire: [],
      },
    ],
    [
      'that renames a preset',
      {
        list: edited(['name: feed', 'name: wall'], ['thumb, feed', 'thumb, wall']),
        kinds: ['thumb keep', 'wall add', 'feed retire'],
        rules: ['"**": thumb, feed → thumb, wall'],
        make: FEED.map(file => file.replace('feed', 'wall')),
        retire: FEED,
      },
    ],
    [
      'of the rules alone',
      {
        list: edited(['presets: [thumb, feed]', 'presets: [feed]']),
        kinds: ['thumb keep', 'feed keep'],
        rules: ['"**": thumb, feed → feed'],
        make: [],
        retire: ['thumb 100 jpeg'],
      },
    ],
    [
      'of the epoch',
      {
        list: edited(['version: 1', 'version: 1\nepoch: 1']),
        kinds: ['thumb change', 'feed change'],
        besides: ['epoch: 0 → 1'],
        make: ['thumb 100 jpeg', ...FEED],
        retire: ['thumb 100 jpeg', ...FEED],
      },
    ],
    [
      'that leaves files to the first view',
      {
        list: edited(['name: feed,', 'name: feed, generate: on_demand,']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['generate: eager → on_demand'],
        make: [],
        retire: [],
      },
    ],
    [
      'that sets a condition, which no key tells',
      {
        list: edited(['name: feed,', 'name: feed, when: { alpha: true },']),
        kinds: ['thumb keep', 'feed change'],
        differs: ['when: none → { alpha: true }'],
        make: [],
        retire: FEED,
      },
    ],
    [
      'of limits and of how long files stay',
      {
        list: edited(['version: 1', 'version: 1\nretain: 7d\nlimits: { megabytes: 32 }']),
        kinds: ['thumb keep', 'feed keep'],
        besides: ['retain: 0s → 7d', 'limits.megabytes: 64 → 32'],
        make: [],
        retire: [],
      },
    ],
  ])('%s', (_, { list, kinds, differs = [], rules = [], besides = [], make, retire }) => {
    const diff = listDiff(small, list);
    if (kinds) expect(diff.presets.map(({ preset, kind }) => `${preset} ${kind}`)).toEqual(kinds);
    expect(diff.presets.flatMap(preset => preset.differs)).toEqual(differs);
    expect(diff.rules).toEqual(rules);
    expect(diff.list.sort()).toEqual(besides.sort());
    expect(diff.movesAll).toBe(small.epoch !== list.epoch);
    const touch = impactOf([small], list)('a.jpg');
    expect(touch.make.map(nameOf)).toEqual(make);
    expect(touch.retire.map(nameOf)).toEqual(retire);
    expect(touch.retires).toBe(retire.length);
    expect(isTouched(impactOf([small], list)('docs/a.jpg'))).toBe(false);
  });

  it('that wants files at once again makes them', () => {
    const before = edited(['name: feed,', 'name: feed, generate: on_demand,']);
    expect(impactOf([before], small)('a.jpg').make.map(nameOf)).toEqual(FEED);
  });

  it('that loosens a condition makes what it kept away', () => {
    const before = edited(['name: feed,', 'name: feed, when: { alpha: true },']);
    expect(impactOf([before], small)('a.jpg')).toMatchObject({ retires: 0 });
    expect(impactOf([before], small)('a.jpg').make.map(nameOf)).toEqual(FEED);
  });

  it('names the files that are added, removed and made anew', () => {
    const next = edited(['[480, 1080]', '[480, 800]'], ['webp: {}', 'webp: { quality: 78 }']);
    const [, feed] = listDiff(small, next).presets;
    expect(feed?.added.map(nameOf)).toEqual(['800 jpeg', '800 webp']);
    expect(feed?.removed.map(nameOf)).toEqual(['1080 jpeg', '1080 webp']);
    expect(feed?.remade.map(nameOf)).toEqual(['480 webp']);
  });

  it('of the rules names what is new, gone and in another order', () => {
    const rules = [
      "{ match: 'docs/**', presets: none }",
      "{ match: '**', presets: [thumb, feed] }",
    ];
    const swapped = listOf(
      SMALL.replace(rules[0]!, 'A').replace(rules[1]!, rules[0]!).replace('A', rules[1]!),
    );
    expect(listDiff(small, swapped).rules).toEqual([
      'another order: "docs/**", "**" → "**", "docs/**"',
    ]);
    expect(listDiff(small, edited(["'docs/**'", "'private/**'"])).rules).toEqual([
      '"private/**" is new: none',
      '"docs/**" is gone, it had: none',
    ]);
  });
});

describe('an original that may be in the state of several lists', () => {
  const other = edited(['[480, 1080]', '[480, 800]']);

  it('needs what any of them did not make, and loses what any of them made', () => {
    const touch = impactOf([small, other], small)('a.jpg');
    expect(touch.make.map(nameOf)).toEqual(['feed 1080 jpeg', 'feed 1080 webp']);
    expect(touch.retire.map(nameOf)).toEqual(['feed 800 jpeg', 'feed 800 webp']);
  });

  it('needs everything where there was no list', () => {
    expect(impactOf([], small)('a.jpg')).toEqual({
      make: declaredFiles(presetsFor('a.jpg', small), small),
      retire: [],
      retires: 0,
    });
  });
});

describe('impactOf', () => {
  it('answers the very same for all keys under the same rules', () => {
    const touch = impactOf([small], edited(['[480, 1080]', '[480, 800]']));
    expect(touch('a.jpg')).toBe(touch('b/c.png'));
    expect(touch('docs/a.jpg')).not.toBe(touch('a.jpg'));
  });

  it('keeps up with a walk of 20,000 keys a second', () => {
    const touch = impactOf([defaultList()], { ...defaultList(), epoch: 7 });
    const walk = () => {
      for (let index = 0; index < 20_000; index += 1) touch(`photos/${index % 300}/${index}.jpg`);
    };
    expect(unhurriedMs(walk)).toBeLessThan(1000);
  });
});

const preset = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      widths: fc.subarray([100, 480, 720, 1080], { minLength: 1 }),
      generate: fc.constantFrom('eager', 'on_demand'),
      when: fc.constantFrom({ alpha: true }, { animated: true }),
      formats: fc.record(
        {
          jpeg: fc.record({ quality: fc.constantFrom(70, 80) }),
          webp: fc.record({ effort: fc.constantFrom(2, 4) }),
        },
        { requiredKeys: ['jpeg'] },
      ),
    },
    { requiredKeys: ['name', 'widths', 'formats'] },
  );

const someList = fc
  .tuple(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), fc.nat(1))
  .chain(([names, epoch]) =>
    fc.record({
      version: fc.constant(1),
      epoch: fc.constant(epoch),
      rules: fc
        .tuple(fc.subarray(names, { minLength: 1 }), fc.subarray(names, { minLength: 1 }))
        .map(([some, others]) => [
          { match: 'x/**', presets: some },
          { match: '**', presets: others },
        ]),
      presets: fc.tuple(...names.map(preset)),
    }),
  )
  .map(written => presetListShape.parse(written));

const key = fc.constantFrom('x/1.jpg', 'y/2.jpg');

describe('any edit', () => {
  it('to the same list keeps all and touches nothing', () => {
    fc.assert(
      fc.property(someList, key, (list, one) => {
        const { presets, rules, list: besides, movesAll } = listDiff(list, structuredClone(list));
        expect(new Set(presets.map(({ kind }) => kind))).toEqual(new Set(['keep']));
        expect([...rules, ...besides, movesAll]).toEqual([false]);
        const { make, retires } = impactOf([list], structuredClone(list))(one);
        // What is left to the first view was never made, and is not to be made now.
        expect({ make, retires }).toEqual({ make: [], retires: 0 });
      }),
    );
  });

  it('backwards adds what it removes', () => {
    fc.assert(
      fc.property(someList, someList, (a, b) => {
        const there = new Map(listDiff(a, b).presets.map(one => [one.preset, one]));
        const back = listDiff(b, a).presets;
        expect(back.map(one => one.preset).sort()).toEqual([...there.keys()].sort());
        const mirrored = { add: 'retire', retire: 'add', keep: 'keep', change: 'change' };
        for (const one of back) {
          const twin = there.get(one.preset)!;
          expect(one.kind).toBe(mirrored[twin.kind]);
          expect(one.added.map(nameOf).sort()).toEqual(twin.removed.map(nameOf).sort());
          expect(one.remade.map(nameOf).sort()).toEqual(twin.remade.map(nameOf).sort());
        }
      }),
    );
  });

  it('that adds a preset makes this preset’s files and no other, and retires none', () => {
    fc.assert(
      fc.property(someList, preset('new'), key, (list, added, one) => {
        const next = presetListShape.parse({
          ...list,
          presets: [...list.presets, added],
          rules: list.rules.map(rule => ({ ...rule, presets: [...rule.presets, 'new'] })),
        });
        const { make, retires } = impactOf([list], next)(one);
        const ofNew = declaredFiles(presetsFor(one, next), next).filter(
          file => file.preset === 'new',
        );
        expect(make).toEqual(ofNew.filter(({ generate }) => generate === 'eager'));
        expect(retires).toBe(0);
      }),
    );
  });

  it('from more lists at once touches no less', () => {
    fc.assert(
      fc.property(someList, someList, someList, key, (a, b, next, one) => {
        const both = impactOf([a, b], next)(one);
        for (const from of [a, b]) {
          const alone = impactOf([from], next)(one);
          expect(both.make).toEqual(expect.arrayContaining(alone.make));
          expect(both.retires).toBeGreaterThanOrEqual(alone.retires);
        }
      }),
    );
  });
});
