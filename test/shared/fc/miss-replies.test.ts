import { describe, expect, it } from 'vitest';
import { type HttpRequest, httpReply } from '../../../shared/fc/http-event.ts';
import { isFromCdn, replyTo } from '../../../shared/fc/miss-replies.ts';

const GET: HttpRequest = { method: 'GET', key: 'k', headers: {}, query: {} };

describe('the reply to a miss', () => {
  it.each([
    ['forbidden', 403, 'Forbidden\n'],
    ['not-allowed', 405, 'Method Not Allowed\n'],
    ['unavailable', 503, 'Service Unavailable\n'],
  ] as const)('that is %s is never stored', (served, status, body) => {
    expect(replyTo({ served })).toMatchObject({
      status,
      body,
      headers: { 'cache-control': 'no-store' },
    });
  });

  it('is the file for ever, whole for a HEAD too, so that FC tells its length', () => {
    const miss = { found: 'file', bytes: Buffer.from('JPEG'), contentType: 'image/jpeg' } as const;
    const headers = {
      'content-type': 'image/jpeg',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    };
    const served = 'miss' as const;
    expect(replyTo({ served, miss })).toEqual({ status: 200, headers, body: miss.bytes });
    expect(httpReply(replyTo({ served, miss }))).toMatchObject({
      body: miss.bytes.toString('base64'),
      isBase64Encoded: true,
    });
  });

  it('does not tell a take-down from an original that is gone', () => {
    const [gone, takenDown] = (['gone', 'taken-down'] as const).map(found =>
      replyTo({ served: 'miss', miss: { found } }),
    );
    expect(gone).toMatchObject({ status: 410, headers: { 'cache-control': 'public, max-age=10' } });
    expect(takenDown).toEqual(gone);
  });

  it('of a manifest that is not there yet is never stored: the next moment may write it', () => {
    const { status, headers } = replyTo({ served: 'miss', miss: { found: 'no-manifest' } });
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    const other = replyTo({ served: 'miss', miss: { found: 'nothing' } });
    expect([other.status, other.headers['cache-control']]).toEqual([404, 'public, max-age=10']);
  });

  it('leads from a file that was replaced to the one that has its place, for a minute', () => {
    const miss = { found: 'moved', key: '海 1.jpg/v/feed-1-f.jpg' } as const;
    const { status, headers } = replyTo({ served: 'miss', miss });
    expect([status, headers]).toEqual([
      302,
      {
        location: '/%E6%B5%B7%201.jpg/v/feed-1-f.jpg',
        'cache-control': 'public, max-age=60',
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      },
    ]);
  });

  it('is 400 and a sentence, for a short while, where a question itself is wrong', () => {
    const auto = { found: 'mistake', expected: 'expected w as a number above 0' } as const;
    const { status, body, headers } = replyTo({ served: 'auto', auto });
    expect([status, body, headers['cache-control']]).toEqual([
      400,
      'expected w as a number above 0\n',
      'public, max-age=10',
    ]);
  });

  it('leads a client to the file that was chosen, and says what it was chosen by', () => {
    const variant = { found: 'variant', key: '海 1.jpg/v/feed-1-f.jpg' } as const;
    const found = replyTo({ served: 'auto', auto: variant });
    expect([found.status, found.headers.location]).toEqual([
      302,
      '/%E6%B5%B7%201.jpg/v/feed-1-f.jpg',
    ]);
    const nothing = replyTo({ served: 'auto', auto: { found: 'nothing' } });
    expect(nothing.status).toBe(404);
    for (const { headers } of [found, nothing]) expect(headers.vary).toContain('Sec-CH-DPR');
  });
});

it('only who sends the secret is the CDN', () => {
  const sends = (value?: string): HttpRequest => ({
    ...GET,
    headers: value === undefined ? {} : { 'x-darkroom-secret': value },
  });
  expect(isFromCdn(sends('sixteen letters!'), 'sixteen letters!')).toBe(true);
  for (const wrong of [undefined, '', 'sixteen letters', 'sixteen letters!!'])
    expect(isFromCdn(sends(wrong), 'sixteen letters!')).toBe(false);
});
