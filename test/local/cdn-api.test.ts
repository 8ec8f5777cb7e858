import { once } from 'node:events';
import http from 'node:http';
import cdn, {
  DescribeRefreshQuotaRequest,
  DescribeRefreshTasksRequest,
  RefreshObjectCachesRequest,
} from '@alicloud/cdn20180510';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { describe, expect, it } from 'vitest';
import { cdnApi, DOMAIN, key } from '../support/cdn-api.ts';

async function api(quota = { urls: 2000, directories: 2 }) {
  const { purged, endpoint } = await cdnApi(quota);
  return { purged, client: clientOf(endpoint), endpoint };
}

function clientOf(endpoint: string, credentials: object = key) {
  const config = { ...credentials, endpoint: new URL(endpoint).host, protocol: 'HTTP' };
  // vitest unwraps the default of a CommonJS module, TypeScript does not know.
  const Client = cdn as unknown as typeof cdn.default;
  return new Client(new $OpenApiUtil.Config(config));
}

const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    ({ statusCode, code }) => [statusCode, code],
  );

const urls = (count: number) =>
  Array.from({ length: count }, (_, index) => `${DOMAIN}/f${index}`).join('\n');
const file = (objectPath: string) => new RefreshObjectCachesRequest({ objectPath });
const directory = (objectPath: string) =>
  new RefreshObjectCachesRequest({ objectPath, objectType: 'Directory' });

describe('the API of the CDN', () => {
  it('purges files and directories, and counts them down from the day’s quota', async () => {
    const { client, purged } = await api();
    const first = await client.refreshObjectCaches(
      file(`${DOMAIN}/a%20b\n${DOMAIN}/${encodeURIComponent('图')}`),
    );
    const second = await client.refreshObjectCaches(directory(`${DOMAIN}/u/1/`));
    expect([first.body?.refreshTaskId, second.body?.refreshTaskId]).toEqual(['1', '2']);
    expect(purged).toEqual([
      ['files', ['a b', '图']],
      ['directories', ['u/1/']],
    ]);
    const { body } = await client.describeRefreshQuota(new DescribeRefreshQuotaRequest({}));
    expect(body).toMatchObject({
      urlQuota: '2000',
      urlRemain: '1998',
      dirQuota: '2',
      dirRemain: '1',
    });
  });

  it('takes no more than a call and a day take, and purges nothing then', async () => {
    const { client, purged } = await api();
    expect(await refused(client.refreshObjectCaches(file(urls(1001))))).toEqual([
      400,
      'QuotaExceeded.Refresh',
    ]);
    await client.refreshObjectCaches(file(urls(1000)));
    await client.refreshObjectCaches(file(urls(1000)));
    expect(await refused(client.refreshObjectCaches(file(urls(1))))).toEqual([
      400,
      'QuotaExceeded.Refresh',
    ]);
    expect(purged).toHaveLength(2);
  });

  it.each([
    ['nothing', file(''), 400, 'MissingObjectPath'],
    ['another domain', file('http://elsewhere.cn/a'), 404, 'InvalidDomain.NotFound'],
    ['a file as a directory', directory(`${DOMAIN}/a`), 400, 'InvalidObjectPath.Malformed'],
    ['a directory as a file', file(`${DOMAIN}/a/`), 400, 'InvalidObjectPath.Malformed'],
    ['too long a URL', file(`${DOMAIN}/${'x'.repeat(1024)}`), 400, 'InvalidObjectPath.Malformed'],
    [
      'an expression',
      new RefreshObjectCachesRequest({ objectPath: `${DOMAIN}/.*`, objectType: 'Regex' }),
      400,
      'InvalidObjectType.Malformed',
    ],
  ])('refuses %s', async (_, request, status, code) => {
    const { client } = await api();
    expect(await refused(client.refreshObjectCaches(request))).toEqual([status, code]);
  });

  it('refuses what it does not do as an unknown action', async () => {
    const { client } = await api();
    const request = new DescribeRefreshTasksRequest({});
    expect(await refused(client.describeRefreshTasks(request))).toEqual([
      404,
      'InvalidAction.NotFound',
    ]);
  });

  it.each([
    [
      'a secret that is wrong',
      { ...key, accessKeySecret: 'guessed' },
      400,
      'SignatureDoesNotMatch',
    ],
    ['a key that is not known', { ...key, accessKeyId: 'X' }, 404, 'InvalidAccessKeyId.NotFound'],
  ])('refuses %s', async (_, credentials, status, code) => {
    const { endpoint } = await api();
    const client = clientOf(endpoint, credentials);
    expect(await refused(client.refreshObjectCaches(file(urls(1))))).toEqual([status, code]);
  });

  it('refuses who does not sign', async () => {
    const { endpoint } = await api();
    const answer = await fetch(endpoint, { method: 'POST', body: 'Action=RefreshObjectCaches' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ Code: 'IncompleteSignature' });
  });

  it('refuses an unsigned sender before its body has come', async () => {
    const { endpoint } = await api();
    expect(await statusBeforeBody(endpoint, 541_000_000)).toBe(400);
  });

  it('refuses a signed body above four megabytes', async () => {
    const { client, purged } = await api();
    const long = file(`${DOMAIN}/${'x'.repeat(5_000_000)}`);
    expect(await refused(client.refreshObjectCaches(long))).toEqual([413, 'RequestEntityTooLarge']);
    expect(purged).toEqual([]);
  });
});

/** What is answered to a POST that promises a body and sends one byte of it. */
async function statusBeforeBody(endpoint: string, promised: number): Promise<number | undefined> {
  const headers = { 'content-length': String(promised) };
  const request = http.request(endpoint, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.write('x');
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  request.destroy();
  return response.statusCode;
}
