import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as client from '../../client/index.ts';
import { thumbHashUrl } from '../../client/thumbhash.ts';
import { buildClient } from '../../scripts/build-client.ts';
import { newFolder } from '../support/folders.ts';
import { numbered } from '../support/thorough.ts';
import { DEFAULT, developed, keys, MARKED, SHAPES } from './developed.ts';

type Built = typeof client & { thumbHashUrl: typeof thumbHashUrl };

const folder = newFolder();
const builds: Record<string, Built> = {};

/** What came to the language after ES2018, by where it lies. https://github.com/tc39/proposals */
const LATER = {
  'Array.prototype':
    'flat flatMap at findLast findLastIndex toSorted toReversed toSpliced with group',
  'String.prototype': 'trimStart trimEnd matchAll replaceAll at isWellFormed toWellFormed',
  Object: 'fromEntries hasOwn groupBy',
  Promise: 'allSettled any try withResolvers',
  'Symbol.prototype': 'description',
  'RegExp.prototype': 'hasIndices',
  globalThis: 'BigInt WeakRef FinalizationRegistry AggregateError structuredClone Iterator',
};

beforeAll(async () => {
  await buildClient(folder);
  const require = createRequire(import.meta.url);
  const imported = (name: string) => import(pathToFileURL(join(folder, 'esm', `${name}.js`)).href);
  builds.esm = { ...(await imported('index')), ...(await imported('thumbhash')) };
  const commonjs = (name: string) => require(join(folder, 'client', `${name}.js`));
  builds.client = { ...commonjs('index'), ...commonjs('thumbhash') };
  builds.miniprogram = { ...inES2018('index'), ...inES2018('thumbhash') };
});

function inES2018(name: string) {
  const context = createContext({ module: { exports: {} } });
  const without = Object.entries(LATER).flatMap(([place, names]) =>
    names.split(' ').map(one => `delete ${place}.${one};`),
  );
  new Script(without.join('\n')).runInContext(context);
  const code = readFileSync(join(folder, 'miniprogram/client', `${name}.js`), 'utf8');
  new Script(code).runInContext(context);
  return context.module.exports;
}

/** Or the sentence that it throws; as text, since each build has objects of its own. */
function said(act: () => unknown): string {
  try {
    return JSON.stringify(act()) ?? 'undefined';
  } catch (thrown) {
    return `${(thrown as Error).message}`;
  }
}

const side = fc.integer({ min: 1, max: 5000 });
const lists = fc.constantFrom(DEFAULT, SHAPES, MARKED);
const thousandths = fc.integer({ min: 0, max: 1000 });
const asked = fc.record({
  cssWidth: fc.double({ min: 1, max: 3000, noNaN: true }),
  density: fc.constantFrom(undefined, 1, 1.5, 2.625, 4),
  alt: fc.string({ unit: 'grapheme' }),
  focus: fc.option(fc.record({ x: thousandths, y: thousandths }), { nil: undefined }),
  texts: fc.dictionary(fc.constantFrom('user', '$'), fc.string({ unit: 'grapheme' })),
  hash: fc.uint8Array({ minLength: 5, maxLength: 30 }),
});

/** All that the package exports, of one picture. */
function answersOf(built: Built, all: Awaited<ReturnType<typeof developed>>, how: Asked): string[] {
  const { manifest, original, presets } = all;
  const base = 'https://img.example.com/';
  const photos = [manifest, original, { ...original, size: undefined }, {} as never];
  const thumbHash = built.thumbHashUrl;
  const client = () => built.clientOf(presets, 'mini-program');
  const each = presets.presets.flatMap(({ name: preset, formats }) => [
    ...photos.flatMap(photo => [
      said(() => built.bestUrl(photo, { base, preset, ...how, client: client() })),
      said(() => built.picture(photo, { base, preset, thumbHash, alt: how.alt })),
      said(() => built.sourcesOf(photo, { base, preset: [{ preset, media: 'phone' }], alt: '' })),
    ]),
    ...Object.entries(formats).flatMap(([format, files]) =>
      [...(files ?? []), { width: 7 }].map(({ width }) =>
        said(() =>
          built.urlOf({ base, ...original, preset, width, format: format as client.Format }),
        ),
      ),
    ),
  ]);
  const hash = Buffer.from(how.hash).toString('base64');
  return [
    ...each,
    said(() => built.stateOf(manifest, original.etag)),
    said(() => built.stateOf(undefined)),
    said(() => built.clientOf(presets, 'telex')),
    said(() => built.urlOfKey(base, original.key)),
    said(() => built.thumbHashUrl(hash)),
  ];
}

type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

describe('each build of the client', () => {
  it('exports what the sources do', () => {
    const names = Object.keys({ ...client, thumbHashUrl }).sort();
    const exported = Object.values(builds).map(built => Object.keys(built).sort());
    expect(exported).toEqual([names, names, names]);
  });

  it('answers as the sources do, that for mini-programs with nothing that came after ES2018', async () => {
    const sources = { ...client, thumbHashUrl };
    await fc.assert(
      fc.asyncProperty(lists, keys, side, side, asked, async (yaml, key, width, height, how) => {
        const { focus, texts } = how;
        const said = yaml === MARKED ? { focus, texts } : { focus };
        const all = await developed(yaml, key, { width, height }, said);
        const expected = answersOf(sources, all, how);
        for (const [name, built] of Object.entries(builds))
          expect([name, ...answersOf(built, all, how)]).toEqual([name, ...expected]);
      }),
      { numRuns: numbered(30, 200) },
    );
  });
});
