import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivativeKey, manifestKey } from '../../../../shared/core/set/keys.ts';
import {
  byteOrder,
  type Pair,
  type Place,
  placeSchema,
  startingPlace,
  stepOn,
} from '../../../../shared/core/set/side-by-side.ts';

const AT = new Date('2026-11-23T10:00:00.000Z');

interface World {
  originals: string[];
  objects: string[];
}

const fileOf = (original: string, version: string) =>
  derivativeKey({
    original,
    version,
    preset: 'feed',
    width: 480,
    fingerprint: '0123456789',
    format: 'jpeg',
  });

/** The whole set of a key, of two versions where it says so. */
const setOf = (key: string, isMixed = false) => [
  fileOf(key, '0123456789'),
  ...(isMixed ? [fileOf(key, 'fedcba9876')] : []),
  manifestKey(key),
];

function walked({ originals, objects }: World, restart: (steps: number) => boolean = () => false) {
  const listed = [...originals].sort(byteOrder).map(asListed);
  const files = [...new Set(objects)].sort(byteOrder).map(asListed);
  const pairs: Pair[] = [];
  let place: Place = startingPlace();
  let [nextOriginal, nextFile, most] = [0, 0, 0];
  for (let steps = 0; ; steps += 1) {
    if (restart(steps)) {
      place = placeSchema.parse(JSON.parse(JSON.stringify(place)));
      nextOriginal = listed.findIndex(isAfter(place.originals));
      nextFile = files.findIndex(isAfter(place.objects));
    }
    const step = stepOn(place, listed[nextOriginal], files[nextFile]);
    if (!step) return { pairs, most };
    place = step.place;
    if (step.took === 'original') nextOriginal += 1;
    if (step.took === 'object') nextFile += 1;
    most = Math.max(most, place.held.length, place.open.length);
    if (step.closed) pairs.push(step.closed);
  }
}

const asListed = (key: string) => ({ key, etag: 'E', bytes: 1, modifiedAt: AT });
const isAfter = (after: string | undefined) => (one: { key: string }) =>
  after === undefined || byteOrder(one.key, after) > 0;

const byKey = (pairs: Pair[]) =>
  new Map(
    pairs.map(({ key, original, files, isMixed, manifestAt }) => [
      key,
      { isListed: original !== undefined, files, isMixed, hasManifest: manifestAt !== undefined },
    ]),
  );

/** Keys that begin with each other, and go on below, at and above a slash. */
const key = fc
  .array(
    fc.constantFrom(
      ...['a', 'b.jpg', '/', '!', '-', '.', '0', '0123456789', '中', '￮', '｡', '😀', 'm', ' ', '+'],
      '/manifest.json',
      '/c.png',
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map(parts => parts.join('').replace(/^\/+/, 'r/'))
  .filter(one => !one.split('/').some(part => part === '.' || part === '..'));

const keys = fc.uniqueArray(
  fc.record({
    key,
    has: fc.constantFrom('original', 'set', 'both'),
    isMixed: fc.boolean(),
  }),
  { selector: one => one.key, maxLength: 25 },
);

it('keys are ordered by their bytes, as OSS does', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, text, (head, a, b) => {
      const bytes = Buffer.compare(Buffer.from(head + a), Buffer.from(head + b));
      expect(Math.sign(byteOrder(head + a, head + b))).toBe(bytes);
    }),
  );
  expect(['😀', '｡', 'z'].sort(byteOrder)).toEqual(['z', '｡', '😀']);
});

describe('a listing of originals beside one of their sets', () => {
  it('pairs every key with all of its set, whatever the keys are', () => {
    fc.assert(
      fc.property(keys, fc.array(fc.nat(60)), (ones, restarts) => {
        const world = {
          originals: ones.filter(({ has }) => has !== 'set').map(one => one.key),
          objects: ones.flatMap(one => (one.has === 'original' ? [] : setOf(one.key, one.isMixed))),
        };
        const { pairs } = walked(world, steps => restarts.includes(steps));
        expect(pairs.length).toBe(ones.length);
        expect(byKey(pairs)).toEqual(
          new Map(
            ones.map(one => {
              const isListed = one.has !== 'set';
              const hasSet = one.has !== 'original';
              const files = hasSet ? (one.isMixed ? 2 : 1) : 0;
              return [
                one.key,
                { isListed, files, isMixed: hasSet && one.isMixed, hasManifest: hasSet },
              ];
            }),
          ),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('pairs keys whose sets come in another order than they do themselves', () => {
    const names = ['a', 'a!', 'a!b', 'a-', 'a.jpg', 'a/b.jpg', 'a/b.jpg/c.png', 'ab', '😀', '｡'];
    const { pairs } = walked({ originals: names, objects: names.flatMap(one => setOf(one)) });
    const whole = { isListed: true, files: 1, isMixed: false, hasManifest: true };
    expect(byKey(pairs)).toEqual(new Map(names.map(one => [one, whole])));
    expect(pairs).toHaveLength(names.length);
  });

  it('keeps a set open while those of a thousand others lie within it, and remembers none of them', () => {
    const within = Array.from({ length: 1000 }, (_, index) => `a/${index}.jpg`);
    const names = ['a', ...within];
    const { pairs, most } = walked({ originals: names, objects: names.flatMap(one => setOf(one)) });
    expect(pairs).toHaveLength(1001);
    expect(pairs.every(({ files, manifestAt }) => files === 1 && manifestAt)).toBe(true);
    expect(most).toBe(2);
  });

  it('passes over what is not ours', () => {
    const objects = ['index.html', 'x/', 'a.jpg/readme.txt', 'a.jpg/0123456789/y.jpg'];
    const { pairs } = walked({ originals: ['a.jpg'], objects });
    expect(pairs).toMatchObject([{ key: 'a.jpg', files: 0 }]);
  });
});
