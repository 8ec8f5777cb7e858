import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newLogLine, readLogLine } from '../../../cli/heat/log-line.ts';
import { logLineOf, type Request } from '../../support/cdn-logs.ts';

function read(text: string) {
  const bytes = Buffer.from(text);
  const line = newLogLine();
  if (!readLogLine(bytes, 0, bytes.length, line)) return undefined;
  const { hostStart, hostEnd, pathStart, pathEnd, ...rest } = line;
  const host = bytes.toString('utf8', hostStart, hostEnd);
  return { ...rest, host, path: bytes.toString('utf8', pathStart, pathEnd) };
}

const of = (request: Partial<Request>) =>
  read(logLineOf({ url: 'http://www.example.com/index.html', ...request }));

describe('a line of the CDN’s log', () => {
  it('is what Alibaba’s page shows', () => {
    const line =
      '[9/Jun/2015:01:58:09 +0800] 192.168.15.75 - 1542 "-" "GET http://www.example.com/index.html" 200 191 2830 MISS "Mozilla/5.0 (compatible; AhrefsBot/5.0)" "text/html"';
    expect(read(line)).toEqual({
      hour: Date.UTC(2015, 5, 8, 17) / 3600e3,
      day: Date.UTC(2015, 5, 9) / 86_400e3,
      isGet: true,
      status: 200,
      bytes: 2830,
      isHit: false,
      host: 'www.example.com',
      path: 'index.html',
    });
  });

  it.each<[string, Partial<Request>, object]>([
    ['a day of two digits', { time: '19/Jun/2015:23:00:00 +0800' }, { isHit: true }],
    ['a time west of Greenwich', { time: '9/Jun/2015:20:00:00 -0430' }, { isGet: true }],
    ['a query and a fragment', { url: 'https://a.b/x/y.jpg?auth_key=1-2#z' }, { path: 'x/y.jpg' }],
    ['a port', { url: 'http://a.b:8080/x' }, { host: 'a.b:8080', path: 'x' }],
    ['no path', { url: 'http://a.b/' }, { path: '' }],
    ['a referer with quotes', { referer: 'http://x/" "q"' }, { path: 'index.html' }],
    ['a URL with quotes', { url: 'http://a.b/x" y"z' }, { path: 'x" y"z' }],
    ['a User-Agent with quotes', { userAgent: '" 200 1 1 HIT "' }, { status: 200, bytes: 2830 }],
    ['another method', { method: 'HEAD' }, { isGet: false }],
    ['nothing answered', { bytes: 0, status: 304 }, { bytes: 0, status: 304 }],
  ])('is read with %s', (_what, request, expected) => {
    expect(of(request)).toMatchObject(expected);
  });

  it.each([
    [
      'of another month than there is',
      logLineOf({ time: '9/Foo/2015:01:58:09 +0800', url: 'http://a.b/' }),
    ],
    [
      'of another hour than there is',
      logLineOf({ time: '9/Jun/2015:25:58:09 +0800', url: 'http://a.b/' }),
    ],
    ...[
      ['of a day that its month has not', '31/Feb/2026:01:58:09 +0800'],
      ['of a year that no report can tell', '31/Dec/9999:23:58:09 +0800'],
      ['of a year before any CDN', '31/Dec/0000:23:58:09 +0800'],
      ['of a zone that is none', '9/Jun/2026:01:58:09 +9999'],
    ].map(([what = '', time = '']): [string, string] => [
      what,
      logLineOf({ time, url: 'http://a.b/' }),
    ]),
    ['without a host', logLineOf({ url: '/index.html' })],
    ['without a status', logLineOf({ url: 'http://a.b/', status: Number.NaN })],
    ['of a status that is none', logLineOf({ url: 'http://a.b/', status: 999 })],
    ['of a negative size', logLineOf({ url: 'http://a.b/', bytes: -1 })],
    ['of an immense size', logLineOf({ url: 'http://a.b/', bytes: 1e20 })],
    ['cut', logLineOf({ url: 'http://a.b/' }).slice(0, 80)],
    ['that is none', 'hello'],
    ['that is empty', ''],
    ['of another log', '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326'],
  ])('is none %s', (_what, line) => {
    expect(read(line)).toBeUndefined();
  });

  it('is read alike wherever in a chunk it lies, or is none, and never an exception', () => {
    const line = logLineOf({ url: 'http://a.b/x.jpg' });
    const damage = fc.tuple(fc.nat(line.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 4 }), fc.nat(40), (damages, before) => {
        const bytes = Buffer.from(line, 'latin1');
        for (const [at, byte] of damages) bytes[at] = byte;
        const padding = Buffer.alloc(before, '"');
        const behind = Buffer.from(`\n${line}`);
        const into = [newLogLine(), newLogLine()] as const;
        const alone = readLogLine(bytes, 0, bytes.length, into[0]);
        const within = Buffer.concat([padding, bytes, behind]);
        const other = readLogLine(within, before, before + bytes.length, into[1]);
        expect(other).toBe(alone);
        if (!alone) return;
        const { hostStart, hostEnd, pathStart, pathEnd, ...rest } = into[0];
        const moved = [hostStart, hostEnd, pathStart, pathEnd].map(place => place + before);
        expect(into[1]).toMatchObject(rest);
        expect([into[1].hostStart, into[1].hostEnd, into[1].pathStart, into[1].pathEnd]).toEqual(
          moved,
        );
      }),
    );
  });
});
