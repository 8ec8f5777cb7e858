import http from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type CdnOptions, startCdn } from '../../local/cdn.ts';
import { normalObject } from '../../local/oss-server/new-object.ts';
import { openStorage } from '../../local/oss-server/storage.ts';
import { newFolder } from '../support/folders.ts';

async function open(more: Partial<CdnOptions> = {}) {
  const dataDir = newFolder();
  const store = openStorage(dataDir);
  const bucket = store.create('photos');
  const put = async (key: string, body: string, headers: Record<string, string> = {}) => {
    const source = async function* () {
      yield Buffer.from(body);
    };
    await bucket.commit(normalObject(key, await bucket.receive(source()), headers));
  };
  const cdn = await startCdn({ port: 0, store, bucket: 'photos', ...more });
  onTestFinished(() => cdn.close());
  return {
    cdn,
    put,
    get: (path: string, init: RequestInit = {}) => fetch(cdn.endpoint + path, init),
  };
}

const HEADERS = {
  'content-type': 'image/avif',
  'cache-control': 'public, max-age=31536000, immutable',
  'content-disposition': 'inline',
  'x-oss-meta-secret': 'stays inside',
};

test('an object is served with the headers it was stored with, to any page', async () => {
  const { put, get } = await open();
  await put('dir/中 +.jpg', 'abc', HEADERS);
  const response = await get(`/dir/${encodeURIComponent('中 +.jpg')}`);
  expect([response.status, await response.text()]).toEqual([200, 'abc']);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/avif',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-disposition': 'inline',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    'content-length': '3',
    etag: '"900150983CD24FB0D6963F7D28E17F72"',
  });
  expect(response.headers.has('x-oss-meta-secret')).toBe(false);
});

test('its root says what this is and where to look, and asks nobody', async () => {
  const asked: unknown[] = [];
  const onMiss = async (missed: unknown) => void asked.push(missed);
  const { get } = await open({ onMiss });
  for (const path of ['/', '/?a=b']) {
    const response = await get(path);
    expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect(await response.text()).toMatch(/local CDN of Darkroom.*studio/);
  }
  expect(asked).toEqual([]);
});

test('a plus in a path is a plus, and a query is not part of the key', async () => {
  const { put, get } = await open();
  await put('a+b', 'plus');
  expect(await (await get('/a+b?v=2')).text()).toBe('plus');
});

test('HEAD tells the length and sends no body', async () => {
  const { put, get } = await open();
  await put('a', 'abc');
  const response = await get('/a', { method: 'HEAD' });
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
    200,
    '3',
    '',
  ]);
});

test('a client that has it already hears 304', async () => {
  const { put, get } = await open();
  await put('a', 'abc', HEADERS);
  const first = await get('/a');
  const etag = first.headers.get('etag') ?? '';
  const modified = first.headers.get('last-modified') ?? '';
  const again = await get('/a', { headers: { 'if-none-match': `W/${etag}, "x"` } });
  expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
  expect(again.headers.get('cache-control')).toBe(HEADERS['cache-control']);
  expect((await get('/a', { headers: { 'if-modified-since': modified } })).status).toBe(304);
  expect((await get('/a', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
});

test('ranges follow HTTP: clipped at the end, and 416 beyond it', async () => {
  const { put, get } = await open();
  await put('a', 'abcdefghij');
  const part = await get('/a', { headers: { range: 'bytes=8-99' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 8-9/10',
    'ij',
  ]);
  const beyond = await get('/a', { headers: { range: 'bytes=10-' } });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  const stale = await get('/a', { headers: { range: 'bytes=0-1', 'if-range': '"old"' } });
  expect([stale.status, await stale.text()]).toEqual([200, 'abcdefghij']);
});

test('what is not there is a 404 that nobody caches', async () => {
  const { get } = await open();
  for (const path of ['/nothing', '/', '/__proto__']) {
    const response = await get(path);
    expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect(response.headers.get('content-type')).toContain('text/plain');
  }
});

test('a miss may be answered by somebody else', async () => {
  const onMiss = async ({ url }: { url: string }) =>
    url === '/made' ? { status: 200, body: 'just now' } : undefined;
  const { get } = await open({ onMiss });
  expect(await (await get('/made')).text()).toBe('just now');
  expect((await get('/other')).status).toBe(404);
});

test('whoever fails to answer a miss does not end the server', async () => {
  const { get } = await open({ onMiss: () => Promise.reject(new Error('broken')) });
  expect((await get('/a')).status).toBe(500);
  expect((await get('/a')).status).toBe(500);
});

test('only GET and HEAD are allowed', async () => {
  const { get } = await open();
  for (const method of ['PUT', 'POST', 'DELETE', 'OPTIONS']) {
    const response = await get('/a', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
});

/** Bytes as they are, which no client library would send. */
async function talk(port: number, request: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  return await text(socket);
}

test('a path that a lenient client sends raw is understood, and the query as well', async () => {
  const { put, cdn } = await open({
    onMiss: async ({ url }) => ({ status: 404, body: `no ${url}` }),
  });
  await put('dir/中 é.jpg', 'abc');
  const get = (target: string) =>
    talk(cdn.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n`);
  expect(await get('/dir/中%20é.jpg?x=中')).toMatch(/^HTTP\/1.1 200 .*\r\nabc$/s);
  expect(await get('/dir/中 é.jpg')).toMatch(/^HTTP\/1.1 200 .*\r\nabc$/s);
  expect(await get('/图.jpg?w=图')).toContain('no /%E5%9B%BE.jpg?w=%E5%9B%BE');
});

test.each([
  ['bytes that are no UTF-8', Buffer.from('GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1')],
  ['no HTTP', 'hello\r\n\r\n'],
  ['another method', 'PUT /中 HTTP/1.1\r\nHost: x\r\n\r\n'],
])('%s is a 400 still', async (_, request) => {
  const { cdn } = await open();
  expect(await talk(cdn.port, request)).toMatch(/^HTTP\/1.1 400 /);
});

test('a malformed path is a 400, and dots are not folded', async () => {
  const { cdn, put } = await open();
  await put('b', 'outside');
  expect(await status(cdn.port, '/%E4%B8')).toBe(400);
  expect(await status(cdn.port, '/a/../b')).toBe(404);
});

/** As written, which neither fetch nor a URL would leave alone. */
function status(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path }, response => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
}

const cacheOf = async (response: Promise<Response>) => (await response).headers.get('x-cache');

test('an answer is kept for as long as it says, and not asked for again', async () => {
  const { put, get } = await open();
  await put('a', 'abc', HEADERS);
  await put('b', 'abc', { 'cache-control': 'no-cache' });
  await put('c', 'abc');
  expect(await cacheOf(get('/a'))).toBe('MISS');
  await put('a', 'xyz', HEADERS);
  const again = await get('/a');
  expect([again.headers.get('x-cache'), again.headers.get('age')]).toEqual(['HIT', '0']);
  expect(await again.text()).toBe('abc');
  expect(again.headers.get('cache-control')).toBe(HEADERS['cache-control']);
  // What has no word of how long, or may not be kept, is asked for each time; so is another query.
  for (const path of ['/b', '/b', '/c', '/c', '/a?v=2'])
    expect(await cacheOf(get(path))).toBe('MISS');
});

test('a kept answer serves heads, ranges and conditions, whatever the client wishes', async () => {
  const { put, get } = await open();
  await put('a', 'abcdefghij', HEADERS);
  const etag = (await get('/a')).headers.get('etag') ?? '';
  const part = await get('/a', { headers: { range: 'bytes=8-99', 'cache-control': 'no-cache' } });
  expect([part.status, await part.text(), part.headers.get('x-cache')]).toEqual([206, 'ij', 'HIT']);
  const head = await get('/a', { method: 'HEAD' });
  expect([head.headers.get('content-length'), head.headers.get('x-cache')]).toEqual(['10', 'HIT']);
  const known = await get('/a', { headers: { 'if-none-match': etag } });
  expect([known.status, known.headers.get('x-cache')]).toEqual([304, 'HIT']);
});

test('what is purged is asked for again: a file, or all of a directory', async () => {
  const { cdn, put, get } = await open();
  const paths = ['/u/1%20a', '/u/2', '/v'];
  for (const path of paths) {
    await put(decodeURIComponent(path.slice(1)), 'abc', HEADERS);
    await get(path);
  }
  cdn.purge('files', ['u/1 a']);
  expect(await Promise.all(paths.map(path => cacheOf(get(path))))).toEqual(['MISS', 'HIT', 'HIT']);
  cdn.purge('directories', ['u/']);
  expect(await Promise.all(paths.map(path => cacheOf(get(path))))).toEqual(['MISS', 'MISS', 'HIT']);
});

test('what was under way when it was purged is not kept', async () => {
  let answer = () => undefined as unknown;
  let isAsked = () => undefined as unknown;
  const waiting = new Promise<void>(resolve => {
    answer = resolve;
  });
  const asked = new Promise<void>(resolve => {
    isAsked = resolve;
  });
  const onMiss = async () => {
    isAsked();
    await waiting;
    return { status: 200, headers: HEADERS, body: 'old' };
  };
  const { cdn, get } = await open({ onMiss });
  const first = get('/made');
  await asked;
  cdn.purge('files', ['other']);
  answer();
  await first;
  expect(await cacheOf(get('/made'))).toBe('MISS');
  expect(await cacheOf(get('/made'))).toBe('HIT');
});

test('an answer that depends on what the client takes is kept for such a client', async () => {
  const onMiss: NonNullable<CdnOptions['onMiss']> = async ({ headers }) => ({
    status: 302,
    headers: {
      'cache-control': 'public, max-age=60',
      vary: 'Accept',
      location: `/${headers.accept}`,
    },
  });
  const { get } = await open({ onMiss });
  const ask = (accept: string) => get('/auto', { headers: { accept }, redirect: 'manual' });
  await ask('image/avif');
  expect(await cacheOf(ask('image/avif'))).toBe('HIT');
  const other = await ask('image/webp');
  expect([other.headers.get('x-cache'), other.headers.get('location')]).toEqual([
    'MISS',
    '/image/webp',
  ]);
});
