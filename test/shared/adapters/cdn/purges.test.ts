import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { cdnPurges } from '../../../../shared/adapters/cdn/purges.ts';
import { cdnApi, DOMAIN, key } from '../../../support/cdn-api.ts';
import { inItsPlace } from '../../../support/in-its-place.ts';

const soon = { timeoutMs: 500, retries: 2, minTimeout: 5, maxTimeout: 20 };
const api = (quota = { urls: 10, directories: 1 }) => cdnApi(quota);

describe('purges of a CDN', () => {
  it('are asked for by signed requests, in the numbers that the quota is told in', async () => {
    const { purged, endpoint } = await api();
    const cdn = cdnPurges({ endpoint, credentials: key }, soon);
    expect(await cdn.purge('files', [`${DOMAIN}/a%20b`, `${DOMAIN}/c`])).toBe('1');
    expect(await cdn.purge('directories', [`${DOMAIN}/u/`])).toBe('2');
    expect(purged).toEqual([
      ['files', ['a b', 'c']],
      ['directories', ['u/']],
    ]);
    expect(await cdn.quota()).toEqual({
      urls: { total: 10, left: 8 },
      directories: { total: 1, left: 0 },
    });
  });

  it('beyond the quota are the moment’s failure', async () => {
    const { endpoint } = await api({ urls: 0, directories: 0 });
    const cdn = cdnPurges({ endpoint, credentials: key }, soon);
    await expect(cdn.purge('files', [`${DOMAIN}/a`])).rejects.toMatchObject({
      code: 'PURGE_BUSY',
      kind: 'transient',
      message: 'a purge of 1 files: the CDN did not take it (QuotaExceeded.Refresh, status 400)',
    });
  });

  it('of a domain that is not there, or with a wrong secret, are ours', async () => {
    const { endpoint } = await api();
    const cdn = cdnPurges({ endpoint, credentials: key }, soon);
    await expect(cdn.purge('files', ['http://elsewhere.cn/a'])).rejects.toMatchObject({
      code: 'PURGE_DENIED',
      kind: 'fault',
      message: expect.stringContaining('InvalidDomain.NotFound'),
    });
    const guessed = { ...key, accessKeySecret: 'guessed' };
    await expect(cdnPurges({ endpoint, credentials: guessed }, soon).quota()).rejects.toMatchObject(
      {
        code: 'PURGE_DENIED',
      },
    );
  });

  it.each<[string, RequestListener]>([
    ['cuts the connection', request => request.socket.destroy()],
    ['is hidden by a page', (_, response) => response.writeHead(502).end('<html>')],
    ['does not answer', () => undefined],
    [
      'is throttled',
      (_, response) => response.writeHead(400).end('{"Code":"Throttling.User","Message":"slow"}'),
    ],
    ['answers with nothing', (_, response) => response.end()],
    ['answers with an object of nothing', (_, response) => response.end('{}')],
  ])('are asked for again where it %s', async (_, listener) => {
    const { endpoint, requests } = await inItsPlace(listener);
    const cdn = cdnPurges({ endpoint, credentials: key }, soon);
    await expect(cdn.quota()).rejects.toMatchObject({ code: 'PURGE_BUSY' });
    expect(requests()).toBe(3);
    const purge = cdn.purge('files', [`${DOMAIN}/a`]);
    await expect(purge).rejects.toMatchObject({ code: 'PURGE_BUSY' });
    expect(requests()).toBe(6);
  });
});
