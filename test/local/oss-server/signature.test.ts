import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signV1, stringToSignV1 } from '../../../local/oss-server/signature-v1.ts';
import {
  canonicalRequest,
  signV4,
  stringToSignV4,
} from '../../../local/oss-server/signature-v4.ts';
import { BUCKET, codeOf, KEYS, pathStyle, send, start } from './support.ts';

const SECRET = 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV';

describe('the published vectors', () => {
  test('V1 in a header comes to the documented signature', () => {
    const date = 'Thu, 17 Nov 2005 18:49:58 GMT';
    const headers = {
      'content-md5': 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=',
      'content-type': 'text/html',
      'x-oss-meta-author': 'foo@bar.com',
      'x-oss-magic': 'abracadabra',
    };
    const address = { bucket: 'oss-example', key: 'nelson' };
    const text = stringToSignV1({ method: 'PUT', headers, query: [] }, date, address);
    expect(signV1(SECRET, text)).toBe('26NBxoKdsyly4EDv6inkoDft/yA=');
  });

  test('V1 in a URL comes to the documented signature', () => {
    const address = { bucket: 'oss-example', key: 'oss-api.pdf' };
    const text = stringToSignV1({ method: 'GET', headers: {}, query: [] }, '1141889120', address);
    expect(signV1(SECRET, text)).toBe('EwaNTn1erJGkimiJ9WmXgwnANLc=');
  });

  test('V4 comes to the documented canonical request and signature', () => {
    const headers = {
      'content-disposition': 'attachment',
      'content-length': '3',
      'content-md5': 'ICy5YqxZB1uWSwcVLSNLcA==',
      'content-type': 'text/plain',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-oss-date': '20250411T064124Z',
    };
    const address = { bucket: 'examplebucket', key: 'exampleobject' };
    const request = { method: 'PUT', headers, query: [] };
    const canonical = canonicalRequest(request, address, '', [
      'content-disposition',
      'content-length',
    ]);
    const hash = createHash('sha256').update(canonical).digest('hex');
    const scope = { accessKeyId: 'ak', day: '20250411', region: 'cn-hangzhou' };
    const text = stringToSignV4(scope, '20250411T064124Z', canonical);
    expect(hash).toMatch(/^c46d9639.*36eca$/);
    expect(signV4('yourAccessKeySecret', scope, text)).toBe(
      'd3694c2dfc5371ee6acd35e88c4871ac95a7ba01d3a2f476768fe61218590097',
    );
  });
});

describe.each([
  ['V1', false],
  ['V4', true],
])('%s', (_, authorizationV4) => {
  test('refuses a wrong secret', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4, accessKeySecret: 'wrong' });
    await expect(client.put('a.txt', Buffer.from('a'))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
  });

  test('refuses an unknown access key', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4, accessKeyId: 'nobody' });
    await expect(client.get('a.txt')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
  });

  test('tells a HEAD in a header why it was refused', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4, accessKeySecret: 'wrong' });
    await expect(client.head('a.txt')).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test('accepts a temporary credential of a known key', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4, stsToken: 'token+/=' });
    await client.put('a.txt', Buffer.from('a'));
    expect(String((await client.get('a.txt')).content)).toBe('a');
    const url = await presign(client, authorizationV4, 'GET');
    expect((await fetch(url)).status).toBe(200);
  });

  test('lets a presigned URL upload and read, and nothing else', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4 });
    const put = await fetch(await presign(client, authorizationV4, 'PUT'), {
      method: 'PUT',
      body: Buffer.from('hello'),
    });
    expect(put.status).toBe(200);
    const url = await presign(client, authorizationV4, 'GET');
    expect(await (await fetch(url)).text()).toBe('hello');
    const other = await fetch(url.replace('a.txt', 'b.txt'));
    expect([other.status, codeOf(await other.text())]).toEqual([403, 'SignatureDoesNotMatch']);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  });

  test('refuses a presigned URL that has expired', async () => {
    const server = await start();
    const client = pathStyle(server, { authorizationV4 });
    const url = new URL(await presign(client, authorizationV4, 'GET'));
    if (authorizationV4) url.searchParams.set('x-oss-date', '20200101T000000Z');
    else url.searchParams.set('Expires', '1500000000');
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired.'),
    ]);
  });
});

async function presign(client: ReturnType<typeof pathStyle>, v4: boolean, method: 'GET' | 'PUT') {
  if (v4) return client.signatureUrlV4(method, 60, {}, 'a.txt');
  return client.signatureUrl('a.txt', { method, expires: 60 });
}

test('a request dated an hour ago is refused', async () => {
  const server = await start();
  const headers = { 'x-oss-date': new Date(Date.now() - 3_600_000).toUTCString() };
  const response = await send(server, { method: 'GET', target: `/${BUCKET}/a`, headers });
  expect(codeOf(await response.text())).toBe('RequestTimeTooSkewed');
});

test('a V4 signature for another region is refused by its name', async () => {
  const server = await start();
  const client = pathStyle(server, { authorizationV4: true, region: 'oss-cn-shanghai' });
  await expect(client.get('a')).rejects.toThrow('expected cn-hangzhou but received cn-shanghai');
});

test('anonymous requests are refused, whatever they ask for', async () => {
  const server = await start();
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', `/${BUCKET}`],
    ['GET', `/${BUCKET}/a`],
    ['PUT', `/${BUCKET}/a`],
    ['POST', `/${BUCKET}?delete`],
  ]) {
    const response = await fetch(server.endpoint + path, { method: method as string });
    expect([response.status, codeOf(await response.text())]).toEqual([403, 'AccessDenied']);
  }
});

test('any of the known keys is accepted, also with the bucket only in the signature', async () => {
  const second = { accessKeyId: 'second', accessKeySecret: 'other' };
  const server = await start({ credentials: [KEYS, second] });
  const cname = pathStyle(server, { ...second, sldEnable: false, cname: true });
  await cname.put('dir/a.txt', Buffer.from('a'));
  expect(server.store.find(BUCKET)?.objects.get('dir/a.txt')?.size).toBe(1);
});

test('an IP as endpoint, where host and path both name a bucket, is understood', async () => {
  const server = await start();
  for (const sldEnable of [true, false]) {
    const client = pathStyle(server, { endpoint: `http://127.0.0.1:${server.port}`, sldEnable });
    await client.put(`ip-${sldEnable}`, Buffer.from('a'));
    expect(server.store.find(BUCKET)?.objects.get(`ip-${sldEnable}`)?.size).toBe(1);
  }
});
