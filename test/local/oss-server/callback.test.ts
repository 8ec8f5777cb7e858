import { once } from 'node:events';
import { statSync } from 'node:fs';
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type OSS from 'ali-oss';
import { describe, expect, onTestFinished, test } from 'vitest';
import { starfishPhoto } from '../../support/originals.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

interface Called {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The application that is told of uploads. */
async function application(
  answer: (response: ServerResponse) => unknown = response => response.end('{"id":7,"name":"中"}'),
) {
  const calls: Called[] = [];
  const server = http.createServer(async (request, response) => {
    const { url = '', headers } = request;
    calls.push({ url, headers, body: await text(request) });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { calls, url: `http://127.0.0.1:${port}/uploaded?from=oss` };
}

const FORM_BODY = `bucket=\${bucket}&object=\${object}&etag=\${etag}&size=\${size}&type=\${mimeType}&own=\${x:own}&none=\${x:none}`;
const JSON_BODY = `{"object":\${object},"size":\${size},"width":\${imageInfo.width},"format":\${imageInfo.format},"own":\${x:own}}`;

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

function headersOf(callback: object, variables?: object): Record<string, string> {
  return {
    'x-oss-callback': base64(callback),
    ...(variables && { 'x-oss-callback-var': base64(variables) }),
  };
}

async function putWith(headers: Record<string, string>) {
  const server = await start();
  const raw = { method: 'PUT', target: `/${BUCKET}/a`, headers, body: 'abc' };
  const response = await send(server, raw);
  const answer = await response.text();
  const object = server.store.find(BUCKET)?.objects.get('a');
  return { server, response, status: response.status, answer, object };
}

describe.each(clients)('%s', (_, connect) => {
  test('the application hears of an upload, and what it answers goes to the uploader', async () => {
    const { calls, url } = await application();
    const client = connect(await start());
    const callback = { url, body: FORM_BODY, customValue: { own: 'a&b 中' } } as OSS.ObjectCallback;
    const { data, res } = await client.put('dir/中 +.txt', Buffer.from('abc'), { callback });
    expect(data).toEqual({ id: 7, name: '中' });
    const { etag } = res.headers as Record<string, string>;
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe('/uploaded?from=oss');
    expect(calls[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(calls[0]?.body)]).toEqual([
      ['bucket', BUCKET],
      ['object', 'dir/中 +.txt'],
      ['etag', etag?.replaceAll('"', '')],
      ['size', '3'],
      ['type', 'text/plain'],
      ['own', 'a&b 中'],
      ['none', ''],
    ]);
  });

  test('a multipart upload calls once, when it is complete', async () => {
    const { calls, url } = await application();
    const client = connect(await start());
    const callback = { url, body: `size=\${size}` };
    const body = Buffer.alloc(250_000);
    const options = { partSize: 102_400, callback } as never;
    const { data } = (await client.multipartUpload('big', body, options)) as { data?: unknown };
    expect(data).toEqual({ id: 7, name: '中' });
    expect(calls.map(call => call.body)).toEqual(['size=250000']);
  });
});

test('in JSON the values are JSON, and a picture tells its size', async () => {
  const { calls, url } = await application();
  const client = pathStyle(await start());
  const callback = {
    url,
    body: JSON_BODY,
    contentType: 'application/json',
    customValue: { own: '"' },
  } as OSS.ObjectCallback;
  await client.put('a "b".jpg', starfishPhoto, { callback });
  expect(calls[0]?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
    object: 'a "b".jpg',
    size: statSync(starfishPhoto).size,
    format: 'jpg',
    width: 1278,
    own: '"',
  });
  await client.put('no-picture', Buffer.from('text'), { callback });
  expect(JSON.parse(calls[1]?.body ?? '')).toMatchObject({ format: '', width: '' });
});

test('a signed URL may carry the callback in its query', async () => {
  const { calls, url } = await application();
  const server = await start();
  const signed = pathStyle(server).signatureUrl('a', {
    method: 'PUT',
    callback: { url, body: `o=\${object}` },
  } as never);
  const response = await fetch(signed, { method: 'PUT', body: Buffer.from('abc') });
  expect([response.status, await response.json()]).toEqual([200, { id: 7, name: '中' }]);
  expect(calls[0]?.body).toBe('o=a');
});

test('a form calls with the variables that are fields of it', async () => {
  const { calls, url } = await application();
  const server = await start();
  const signed = pathStyle(server).calculatePostSignature({
    expiration: new Date(Date.now() + 60_000).toISOString(),
    conditions: [],
  } as never) as object;
  const callback = base64({ callbackUrl: url, callbackBody: `o=\${object}&v=\${x:own}` });
  const fields = { key: 'form', ...signed, callback, 'x:own': 'value' };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new File(['hello'], 'f'));
  const response = await fetch(`${server.endpoint}/${BUCKET}`, { method: 'POST', body: form });
  expect([response.status, await response.json()]).toEqual([200, { id: 7, name: '中' }]);
  expect(calls[0]?.body).toBe('o=form&v=value');
});

test.each<[string, (response: ServerResponse) => unknown, string]>([
  ['502', response => response.writeHead(502).end('{}'), 'Error status : 502.'],
  ['a redirect', response => response.writeHead(302, { location: '/' }).end('{}'), 'status : 302.'],
  ['no JSON', response => response.end('<html>'), 'Response body is not valid json format.'],
  ['a broken connection', response => response.destroy(), 'Error status : -1.'],
  ['too much', response => response.end(`"${'x'.repeat(2_000_000)}"`), 'too long'],
])(
  'an application that answers %s is 203 CallbackFailed, and the object is stored',
  async (...row) => {
    const [, answer, message] = row;
    const { url } = await application(answer);
    const done = await putWith(headersOf({ callbackUrl: url, callbackBody: `o=\${object}` }));
    expect([done.status, codeOf(done.answer)]).toEqual([203, 'CallbackFailed']);
    expect(done.answer).toContain(message);
    expect(done.response.headers.get('etag')).toBe(`"${done.object?.etag}"`);
    expect(done.server.records).toHaveLength(1);
  },
);

test('an application that does not answer is given up after five seconds', async () => {
  const { url } = await application(() => undefined);
  const before = Date.now();
  const done = await putWith(headersOf({ callbackUrl: url, callbackBody: `o=\${object}` }));
  expect([done.status, codeOf(done.answer)]).toEqual([203, 'CallbackFailed']);
  expect(Date.now() - before).toBeGreaterThan(4900);
});

test('of several addresses the next is asked when one fails', async () => {
  const broken = await application(response => response.writeHead(500).end());
  const { calls, url } = await application();
  const callbackUrl = `${broken.url};${url.replace('http://', '')}`;
  const done = await putWith(headersOf({ callbackUrl, callbackBody: `o=\${object}` }));
  expect([done.status, calls.length]).toEqual([200, 1]);
});

test.each([
  ['no base64 JSON', { 'x-oss-callback': '???' }, 400],
  ['no URL', headersOf({ callbackBody: 'x' }), 400],
  ['no body', headersOf({ callbackUrl: 'http://localhost/', callbackBody: '' }), 400],
  ['another machine', headersOf({ callbackUrl: 'http://example.com/', callbackBody: 'x' }), 501],
  [
    'a type nobody knows',
    headersOf({ callbackUrl: 'localhost', callbackBody: 'x', callbackBodyType: 'text/plain' }),
    400,
  ],
  [
    'variables that do not begin with x:',
    headersOf({ callbackUrl: 'http://localhost/', callbackBody: 'x' }, { own: 'a' }),
    400,
  ],
])('a callback of %s is refused before anything is stored', async (_, headers, status) => {
  const done = await putWith(headers);
  expect([done.status, done.object]).toEqual([status, undefined]);
});
