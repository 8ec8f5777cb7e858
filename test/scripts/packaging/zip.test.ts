import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { type Entry, zipOf } from '../../../scripts/packaging/zip.ts';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const entry = fc.record({
  path: fc.stringMatching(/^[a-zA-Z0-9@./-]{1,20}$/),
  bytes: fc.uint8Array({ maxLength: 500 }),
});
const entries = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 12 });

describe('a zip', () => {
  it('is the same bytes in whatever order its files were found', () => {
    const twoOrders = entries.chain(list =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        expect(zipOf(other)).toEqual(zipOf(one));
      }),
    );
  });

  it('is the same bytes in every time zone', () => {
    const files: Entry[] = [{ path: 'index.mjs', bytes: Buffer.from('1') }];
    process.env.TZ = 'Asia/Shanghai';
    const there = zipOf(files);
    process.env.TZ = 'America/New_York';
    expect(zipOf(files)).toEqual(there);
  });

  it('holds what went in', () => {
    fc.assert(
      fc.property(entries, list => {
        const held = Object.entries(unzipSync(zipOf(list)));
        const files = list.map(({ path, bytes }) => [path, bytes] as const);
        expect(new Map(held)).toEqual(new Map(files));
      }),
    );
  });
});
