import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, type FailureCode } from '../../../../shared/core/failure.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { isPending, isWhole, type Status, statusOf } from '../../../../shared/core/set/status.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';
import { numbered } from '../../../support/thorough.ts';

const PHOTO = 'jpeg 1600x1200';

async function standing(key: string, darkroom: TestDarkroom, manifest?: Manifest) {
  const { list, fingerprint } = await darkroom.listInForce.current();
  const seen = {
    key,
    original: await listed(key, darkroom),
    manifest: manifest ?? darkroom.manifest(key),
    list,
    listFingerprint: fingerprint,
  };
  return statusOf(seen, darkroom.now());
}

/** A listing tells of any key, of one too that cannot be asked for. */
async function listed(key: string, { originals }: TestDarkroom) {
  for await (const entry of originals.list(key)) {
    if ('key' in entry && entry.key === key) return { key, etag: entry.etag, bytes: entry.bytes };
  }
  return undefined;
}

async function developed(yaml = SMALL, content = PHOTO): Promise<TestDarkroom> {
  const darkroom = testDarkroom(yaml);
  darkroom.originals.upload('a.jpg', content);
  await reconcile('a.jpg', darkroom);
  return darkroom;
}

function states({ variants }: Status): string[] {
  return variants.map(
    ({ preset, width, format, state }) => `${preset}-${width}.${format} ${state}`,
  );
}

describe('an original that is withheld', () => {
  it.each([
    ['high', 'blocked'],
    ['low', 'held'],
  ])(
    'by a risk that is %s is %s: nothing is wanted of it, and nothing failed',
    async (risk, state) => {
      const darkroom = await developed(moderated(SMALL), `${PHOTO} label x 90 ${risk}`);
      const found = await standing('a.jpg', darkroom);
      expect(found).toMatchObject({ withheld: state, variants: [], notFor: [], unwanted: [] });
      expect([found.failure, found.unasked, isPending(found)]).toEqual([
        undefined,
        undefined,
        false,
      ]);
    },
  );

  it('and replaced is so no more', async () => {
    const darkroom = await developed(moderated(SMALL), `${PHOTO} label x 90 high`);
    darkroom.originals.upload('a.jpg', PHOTO);
    const found = await standing('a.jpg', darkroom);
    expect([found.withheld, isPending(found)]).toEqual([undefined, true]);
  });
});

describe('a developed original', () => {
  it('has every file, with size and time, in the order of the list', async () => {
    const found = await standing('a.jpg', await developed());
    expect(states(found)).toEqual([
      'thumb-100.jpeg rendered',
      'feed-480.jpeg rendered',
      'feed-480.webp rendered',
      'feed-1080.jpeg rendered',
      'feed-1080.webp rendered',
    ]);
    expect(found.variants[0]).toMatchObject({
      bytes: expect.any(Number),
      renderedAt: '2026-11-23T10:00:00.000Z',
    });
    expect(isWhole(found)).toBe(true);
  });

  it('is told by the first rule that matches', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('docs/a.jpg', PHOTO);
    const unasked = await standing('docs/a.jpg', darkroom);
    expect(unasked.rule).toEqual({ index: 0, match: 'docs/**', presets: 'none' });
    expect(unasked.variants).toEqual([]);
    darkroom.originals.upload('a.jpg', PHOTO);
    const { rule } = await standing('a.jpg', darkroom);
    expect(rule).toEqual({ index: 1, match: '**', presets: ['thumb', 'feed'] });
  });

  it('has no rule where none matches', async () => {
    const darkroom = testDarkroom(SMALL.replace("match: '**'", "match: '*.png'"));
    darkroom.originals.upload('a.jpg', PHOTO);
    expect((await standing('a.jpg', darkroom)).rule).toBeUndefined();
  });

  it('lacks what would have to be enlarged, and that is no gap', async () => {
    const found = await standing('a.jpg', await developed(SMALL, 'jpeg 300x200'));
    expect(states(found)).toContain('feed-1080.jpeg skipped');
    expect(found.variants).toContainEqual(
      expect.objectContaining({ state: 'skipped', why: 'larger than the original' }),
    );
    expect(isWhole(found)).toBe(true);
  });

  it('lacks a newer format that is not smaller, and that is no gap', async () => {
    const found = await standing(
      'a.jpg',
      await developed(SMALL.replace('webp: {}', 'webp: { keepIfSmallerBy: 0.9 }')),
    );
    expect(found.variants.filter(({ state }) => state === 'skipped')).toEqual([
      expect.objectContaining({ format: 'webp', why: expect.stringMatching(/not smaller/) }),
      expect.objectContaining({ format: 'webp' }),
    ]);
    expect(isWhole(found)).toBe(true);
  });

  it('is whole without what is made on demand', async () => {
    const darkroom = await developed(
      SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'),
    );
    const found = await standing('a.jpg', darkroom);
    expect(states(found)).toContain('feed-480.webp on_demand');
    expect(isWhole(found)).toBe(true);
  });

  it('names the presets that are not for such a picture', async () => {
    const darkroom = await developed(
      SMALL.replace('{ name: feed,', '{ name: feed, when: { tallerThan: 2 },'),
    );
    const found = await standing('a.jpg', darkroom);
    expect(found.notFor).toEqual(['feed']);
    expect(states(found)).toEqual(['thumb-100.jpeg rendered']);
  });

  it('tells when a replaced file goes', async () => {
    const darkroom = await developed(`retain: 1h\n${SMALL}`);
    darkroom.originals.upload('a.jpg', 'jpeg 1600x900');
    await reconcile('a.jpg', darkroom);
    const { retired } = await standing('a.jpg', darkroom);
    expect(retired).toHaveLength(5);
    expect(retired[0]).toMatchObject({
      retiredAt: '2026-11-23T10:00:00.000Z',
      goesAt: '2026-11-23T11:00:00.000Z',
    });
  });
});

describe('after an edit of the list', () => {
  it.each([
    ['another quality', '{ jpeg: {}, webp: {} }', '{ jpeg: { quality: 90 }, webp: {} }', 'stale'],
    ['a further width', '[480, 1080]', '[480, 720, 1080]', 'missing'],
    ['a further format', '{ jpeg: {}, webp: {} }', '{ jpeg: {}, webp: {}, avif: {} }', 'missing'],
  ])('%s leaves files that are %s', async (_, from, to, state) => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace(from, to));
    const found = await standing('a.jpg', darkroom);
    expect(found.variants.filter(one => one.state === state).length).toBeGreaterThan(0);
    expect(found.variants.map(one => one.state)).not.toContain('pending');
    expect(isWhole(found)).toBe(false);
    expect(isWhole(found, 'thumb')).toBe(true);
    expect(isWhole(found, 'feed')).toBe(false);
  });

  it('a stale file is named', async () => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace('{ jpeg: {} }', '{ jpeg: { quality: 90 } }'));
    const found = await standing('a.jpg', darkroom);
    const stale = found.variants.find(({ state }) => state === 'stale');
    expect(stale).toMatchObject({
      preset: 'thumb',
      replaces: expect.stringMatching(/^a\.jpg\/[0-9a-f]{10}\/thumb-100-/),
    });
    expect(found.unwanted).toEqual([]);
  });

  it('files of a preset that is gone are unwanted, and nothing is missing', async () => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace('[thumb, feed]', '[thumb]'));
    const found = await standing('a.jpg', darkroom);
    expect(found.unwanted).toHaveLength(4);
    expect(isWhole(found)).toBe(true);
  });

  it('what was made on demand is missing once it is eager', async () => {
    const eager = SMALL;
    const darkroom = await developed(
      SMALL.replace('{ name: feed,', '{ name: feed, generate: on_demand,'),
    );
    darkroom.edit(eager);
    const found = await standing('a.jpg', darkroom);
    expect(found.variants).toContainEqual(
      expect.objectContaining({ state: 'missing', why: 'it was made on demand until now' }),
    );
  });

  it('what was dropped as not smaller is missing when its fallback is another file', async () => {
    const yaml = SMALL.replace('webp: {}', 'webp: { keepIfSmallerBy: 0.9 }');
    const darkroom = await developed(yaml);
    darkroom.edit(yaml.replace('{ jpeg: {}, webp', '{ jpeg: { quality: 90 }, webp'));
    const found = await standing('a.jpg', darkroom);
    expect(states(found)).toContain('feed-480.webp missing');
    expect(states(found)).toContain('feed-480.jpeg stale');
  });

  it('a failure that stood with the old list is pending', async () => {
    const darkroom = await developed(SMALL, 'not a picture');
    expect(await standing('a.jpg', darkroom)).toMatchObject({
      failure: { code: 'ORIGINAL_UNSUPPORTED' },
    });
    darkroom.edit(SMALL.replace('[480, 1080]', '[480]'));
    const found = await standing('a.jpg', darkroom);
    expect(found.failure).toBeUndefined();
    expect(isPending(found)).toBe(true);
    expect(found.variants[0]).toMatchObject({ why: expect.stringMatching(/ORIGINAL_UNSUPPORTED/) });
  });
});

describe('an original', () => {
  it('without a manifest is pending, as far as its key tells', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a.jpg', PHOTO);
    const found = await standing('a.jpg', darkroom);
    expect(found.variants).toHaveLength(5);
    expect(found.variants[0]).toMatchObject({
      state: 'pending',
      why: 'there is no manifest yet',
      key: undefined,
    });
    expect(isWhole(found)).toBe(false);
  });

  it('that was replaced is pending', async () => {
    const darkroom = await developed();
    darkroom.originals.upload('a.jpg', 'jpeg 900x900');
    const found = await standing('a.jpg', darkroom);
    expect(found.variants[0]).toMatchObject({ why: expect.stringMatching(/older version/) });
    expect(found.unwanted).toEqual([]);
  });

  it('that is gone wants nothing, and its set is unwanted', async () => {
    const darkroom = await developed();
    darkroom.originals.objects.delete('a.jpg');
    const found = await standing('a.jpg', darkroom);
    expect(found.variants).toEqual([]);
    expect(found.unwanted).toHaveLength(5);
  });

  it('that cannot be read has failed in all its files', async () => {
    const found = await standing('a.jpg', await developed(SMALL, 'not a picture'));
    expect(new Set(found.variants.map(({ state }) => state))).toEqual(new Set(['failed']));
    expect(found.variants[0]).toMatchObject({ code: 'ORIGINAL_UNSUPPORTED', final: true });
    expect(isWhole(found)).toBe(false);
  });

  it('whose key cannot be worked with has failed without a manifest', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a/../b.jpg', PHOTO);
    const found = await standing('a/../b.jpg', darkroom);
    expect(found.failure).toMatchObject({ code: 'KEY_UNUSABLE' });
    expect(found.variants[0]).toMatchObject({ state: 'failed', code: 'KEY_UNUSABLE' });
  });

  it('whose manifest knows nothing of the picture misses all', async () => {
    const darkroom = await developed(SMALL, 'not a picture');
    const recorded = darkroom.manifest('a.jpg');
    if (!recorded) throw new Error('expected a manifest');
    const { failure: _, ...manifest } = recorded;
    const found = await standing('a.jpg', darkroom, manifest);
    expect(found.variants[0]).toMatchObject({ state: 'missing' });
  });

  it.each<[FailureCode, boolean]>([
    ['VARIANT_UNRENDERABLE', true],
    ['STORE_UNAVAILABLE', false],
  ])('of which a file failed with %s says whether that is final: %s', async (code, final) => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a.jpg', PHOTO);
    darkroom.codec.beforeEncode = ({ format }) => {
      if (format === 'webp') throw new Failure(code, 'expected to encode webp');
    };
    await reconcile('a.jpg', darkroom).catch(() => undefined);
    const found = await standing('a.jpg', darkroom);
    expect(found.variants.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({ format: 'webp', width: 480, code, final }),
      expect.objectContaining({ format: 'webp', width: 1080, code, final }),
    ]);
    expect(isWhole(found, 'thumb')).toBe(true);
    expect(isWhole(found)).toBe(false);
  });

  it('that kills the process keeps its files, and what is not there has failed', async () => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace('[480, 1080]', '[480, 960]'));
    const { fingerprint } = await darkroom.listInForce.current();
    const manifest = {
      ...(darkroom.manifest('a.jpg') as Manifest),
      presets: fingerprint,
      failure: { code: 'ORIGINAL_UNDECODABLE' as const, message: 'it died' },
    };
    const found = await standing('a.jpg', darkroom, manifest);
    expect(states(found)).toContain('feed-480.jpeg rendered');
    expect(states(found)).toContain('feed-960.jpeg failed');
  });
});

describe('whatever was uploaded and edited,', () => {
  const preset = (name: string) =>
    fc
      .record({
        widths: fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 3 }),
        formats: fc.subarray(['jpeg', 'webp', 'png', 'avif'], { minLength: 1 }),
        aspect: fc.constantFrom(undefined, '1:1', '3:1'),
        fit: fc.constantFrom('cover', 'contain'),
        generate: fc.constantFrom('eager', 'on_demand'),
        when: fc.constantFrom(undefined, 'when: { tallerThan: 1 },', 'when: { smallerThan: 900 },'),
      })
      .map(
        ({ widths, formats, aspect, fit, generate, when }) =>
          `  - { name: ${name}, generate: ${generate}, ${when ?? ''} widths: [${widths}], ${aspect ? `aspect: '${aspect}', fit: ${fit},` : ''} formats: { ${formats.map(format => `${format}: {}`).join(', ')} } }`,
      );
  const list = fc.tuple(preset('one'), preset('two'), fc.constantFrom('0s', '1h')).map(
    ([one, two, retain]) => `version: 1
retain: ${retain}
rules:
  - { match: '**', presets: [one, two] }
presets:
${one}
${two}
`,
  );
  const content = fc
    .tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }))
    .map(([width, height]) => `jpeg ${width}x${height}`);

  it('a reconcile leaves the set whole, with nothing missing, stale, pending or unwanted', async () => {
    const step = fc.record({ list: fc.option(list), content: fc.option(content) });
    await fc.assert(
      fc.asyncProperty(
        list,
        content,
        fc.array(step, { maxLength: 3 }),
        async (yaml, first, steps) => {
          const darkroom = testDarkroom(yaml);
          for (const { list, content } of [{ list: yaml, content: first }, ...steps]) {
            if (list) darkroom.edit(list);
            if (content) darkroom.originals.upload('a.jpg', content);
            await reconcile('a.jpg', darkroom);
            const found = await standing('a.jpg', darkroom);
            const bad = ['missing', 'stale', 'pending', 'failed'];
            expect(found.variants.filter(({ state }) => bad.includes(state))).toEqual([]);
            expect(found.unwanted).toEqual([]);
            expect(isWhole(found)).toBe(true);
          }
        },
      ),
      { numRuns: numbered(40, 100) },
    );
  });
});
