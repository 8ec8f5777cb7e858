import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../cli/heat/hashing.ts';
import { linesFor } from '../../../cli/heat/lines.ts';
import { newTally } from '../../../cli/heat/tally.ts';
import { uploadDays } from '../../../cli/heat/upload-days.ts';
import { cellsOf } from '../../../shared/core/work/cells.ts';
import { HOST, logLineOf, type Request, urlOf } from '../../support/cdn-logs.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const cells = cellsOf(listOf(SMALL));
const FEED = 'feed-480-0123456789.webp';
const DAY = Date.UTC(2026, 10, 9) / 86_400e3;

function tallied(requests: Partial<Request>[], host?: string, days = uploadDays()) {
  const tally = newTally({ cells, days, host });
  for (const request of requests) {
    const line = Buffer.from(logLineOf({ url: urlOf('p/1.jpg', FEED), ...request }));
    tally.take(line, 0, line.length);
  }
  const viewed = tally.cells().filter(cell => cell.viewed.length > 0);
  const kinds = Object.entries(tally.lines).filter(([, count]) => count > 0);
  return { kinds: Object.fromEntries(kinds), viewed };
}

function uploadedOn(uploads: Record<string, number>) {
  const days = uploadDays();
  const hash = { high: 0, low: 0 };
  for (const [key, day] of Object.entries(uploads)) {
    const bytes = Buffer.from(key);
    hashBytes({ bytes, start: 0, end: bytes.length, isEncoded: false }, hash);
    days.add(hash, day);
  }
  return days;
}

describe('a line counts as', () => {
  it.each<[string, Partial<Request>, string]>([
    ['a view: a file', {}, 'views'],
    ['a view: a part of a file', { status: 206 }, 'views'],
    ['a view: a file that the client had', { status: 304, bytes: 0 }, 'views'],
    ['a view: with a signature', { url: `${urlOf('p/1.jpg', FEED)}?auth_key=1-2-3-4` }, 'views'],
    [
      'a view: its name percent-encoded',
      { url: urlOf('p/1.jpg', FEED).replace('-', '%2D') },
      'views',
    ],
    ['no view: /auto/', { url: `${HOST}/auto/feed/p/1.jpg?w=360`, status: 302 }, 'redirects'],
    ['no view: a file that moved', { status: 302 }, 'redirects'],
    ['no view: a HEAD', { method: 'HEAD' }, 'others'],
    ['no view: the manifest', { url: `${HOST}/p/1.jpg/manifest.json` }, 'manifests'],
    ['no view: the published list', { url: `${HOST}/presets.json` }, 'others'],
    ['no view: what is called manifest.json', { url: `${HOST}/manifest.json` }, 'others'],
    ['no view: a file that is not there', { status: 404 }, 'missing'],
    ['no view: one that was taken down', { status: 410 }, 'missing'],
    ['no view: a signature that is wrong', { status: 403 }, 'refused'],
    ['no view: a version that is none', { url: urlOf('p/1.jpg', FEED, 'ABCDEF0123') }, 'others'],
    [
      'no view: a name that is longer than a key may be',
      { url: urlOf('p/1.jpg', `${'a'.repeat(1024)}-480-0123456789.webp`) },
      'others',
    ],
    ['no view: more bytes than a file of ours may have', { bytes: 9e14 }, 'others'],
    ['no view: no original', { url: `${HOST}/0123456789/${FEED}` }, 'others'],
    ['no view: percent signs that mean nothing', { url: `${HOST}/%/%zz/%e4%` }, 'others'],
    ['no view: encoded over and over', { url: `${HOST}/${'%25'.repeat(20_000)}` }, 'others'],
  ])('%s', (_rule, request, kind) => {
    expect(tallied([request]).kinds).toEqual({ [kind]: 1 });
  });

  it('a view however its client spells the host', () => {
    const url = urlOf('p/1.jpg', FEED).replace('cdn.example', 'CDN.Example');
    expect(tallied([{ url }], 'cdn.example.com').kinds).toEqual({ views: 1 });
  });

  it('none of ours to another host, where one is named', () => {
    const other = { url: urlOf('p/1.jpg', FEED).replace('cdn.', 'xdn.') };
    const longer = { url: urlOf('p/1.jpg', FEED).replace('.com', '.com.cn') };
    const { kinds } = tallied([{}, other, longer], 'cdn.example.com');
    expect(kinds).toEqual({ views: 1, elsewhere: 2 });
  });
});

describe('views count', () => {
  it('to preset, format and width, with hits, bytes and different files', () => {
    const { viewed } = tallied([
      { bytes: 10 },
      { bytes: 20, cache: 'MISS' },
      { url: urlOf('p/2.jpg', FEED), bytes: 40 },
      { url: urlOf('p/2.jpg', 'thumb-100-0123456789.jpg'), bytes: 80 },
    ]);
    const unknown = { age: 'unknown' };
    expect(viewed).toEqual([
      {
        preset: 'thumb',
        format: 'jpeg',
        width: 100,
        files: 1,
        viewed: [{ ...unknown, views: 1, hits: 1, bytes: 80, missBytes: 0, files: 1 }],
      },
      {
        preset: 'feed',
        format: 'webp',
        width: 480,
        files: 2,
        viewed: [{ ...unknown, views: 3, hits: 2, bytes: 70, missBytes: 20, files: 2 }],
      },
    ]);
  });

  it.each([
    [
      'a picture’s own width to the next that is declared',
      'feed-700-0123456789.webp',
      'feed',
      1080,
    ],
    ['a width beyond all to the widest', 'feed-2000-0123456789.webp', 'feed', 1080],
    ['an earlier recipe to the same place', 'feed-480-ffffffffff.webp', 'feed', 480],
    ['a preset that the list has not to none', 'gone-480-0123456789.webp', null, null],
    ['a format that the preset has not to none', 'feed-480-0123456789.avif', null, null],
  ])('%s', (_rule, file, preset, width) => {
    const { viewed } = tallied([{ url: urlOf('p/1.jpg', file) }]);
    expect(viewed).toMatchObject([{ preset, width }]);
  });

  it.each([
    [0, '0-1'],
    [1, '0-1'],
    [2, '2-7'],
    [7, '2-7'],
    [8, '8-30'],
    [30, '8-30'],
    [31, '31-90'],
    [90, '31-90'],
    [91, 'older'],
    [-3, '0-1'],
  ])('a picture %i days old as %s', (old, age) => {
    const days = uploadedOn({ '相册/a b+%41.jpg': DAY - old });
    const { viewed } = tallied([{ url: urlOf('相册/a b+%41.jpg', FEED) }], undefined, days);
    expect(viewed[0]?.viewed).toMatchObject([{ age, views: 1 }]);
  });

  it('a picture as old as it is in China, in whatever zone the log is', () => {
    const days = uploadedOn({ 'p/1.jpg': DAY - 1 });
    const times = ['9/Nov/2026:23:30:00 +0800', '9/Nov/2026:15:30:00 +0000'];
    const late = ['10/Nov/2026:00:30:00 +0800', '9/Nov/2026:16:30:00 +0000'];
    const ages = (all: string[]) =>
      tallied(
        all.map(time => ({ time })),
        undefined,
        days,
      ).viewed[0]?.viewed;
    expect(ages(times)).toMatchObject([{ age: '0-1', views: 2 }]);
    expect(ages(late)).toMatchObject([{ age: '2-7', views: 2 }]);
  });

  it('a picture of an age that nobody tells as unknown', () => {
    const { viewed } = tallied([{}], undefined, uploadedOn({ 'p/2.jpg': DAY }));
    expect(viewed[0]?.viewed).toMatchObject([{ age: 'unknown' }]);
  });

  it('the same original however its URL is written', () => {
    const written = ['p%2F1.jpg', 'p/1.jpg', '%70/1%2Ejpg', '%70/1%2ejpg'];
    const days = uploadedOn({ 'p/1.jpg': DAY });
    const requests = written.map(original => ({ url: `${HOST}/${original}/0123456789/${FEED}` }));
    const { viewed } = tallied(requests, undefined, days);
    expect(viewed).toMatchObject([{ files: 1, viewed: [{ age: '0-1', views: 4 }] }]);
  });

  it('the same however the bytes of a log are cut into chunks, broken lines and all', () => {
    const line = fc.oneof(
      fc.nat(5).map(index => logLineOf({ url: urlOf(`p/${index}.jpg`, FEED), bytes: index })),
      fc.constant(logLineOf({ url: `${HOST}/auto/feed/p/1.jpg`, status: 302 })),
      fc.constant(logLineOf({ url: `${HOST}/%e4/0123456789/${FEED}`, userAgent: '"\r"' })),
      fc.string(),
    );
    const counted = (chunks: Buffer[]) => {
      const tally = newTally({ cells, days: undefined, host: undefined });
      const lines = linesFor({ line: tally.take, tooLong: tally.broken });
      for (const chunk of chunks) lines.push(chunk);
      lines.end();
      return { cells: tally.cells(), lines: tally.lines, hours: [...tally.hours] };
    };
    const cuts = fc.array(fc.nat(), { maxLength: 10 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), cuts, (all, places) => {
        const bytes = Buffer.from(all.join('\n'));
        const at = [0, ...places.map(place => place % (bytes.length + 1)), bytes.length];
        at.sort((a, b) => a - b);
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(counted(chunks)).toEqual(counted([bytes]));
      }),
    );
  });

  it('no more cells than the list has, whatever anybody asks for', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const file = fc
      .tuple(name, fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('jpg', 'webp', 'png'))
      .map(([preset, width, extension]) => `${preset}-${width}-0123456789.${extension}`);
    fc.assert(
      fc.property(fc.array(file, { maxLength: 50 }), files => {
        const requests = files.map(one => ({ url: urlOf('p/1.jpg', one) }));
        const { viewed, kinds } = tallied(requests);
        expect(viewed.length).toBeLessThanOrEqual(cells.all.length);
        expect(kinds.views ?? 0).toBe(files.length);
      }),
      { numRuns: 30 },
    );
  });
});
