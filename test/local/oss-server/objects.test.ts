import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { newFolder } from '../../support/folders.ts';
import { BUCKET, clients, codeOf, KEYS, md5, pathStyle, send, start } from './support.ts';

const ODD_KEYS = [
  'a//b.jpg',
  'dir/',
  'dir',
  'dir/child.jpg',
  '.hidden.jpg',
  'UPPER.jpg',
  'upper.jpg',
  '%2e%2e/x.jpg',
  'back\\slash.jpg',
  'trail ',
  ' lead',
  '__proto__',
  'a.jpg/b.png',
  'a.jpg',
  'odd/100% zoom.jpg',
  'odd/a+b=c & d.jpg',
  'odd/hash#tag?x=1&y=2.jpg',
  `odd/quote's "double" ;semi.jpg`,
  'odd/<tag>&amp;.jpg',
  'odd/中文照片 (1).jpg',
  '🐸📷 emoji.jpg',
  'cafe\u0301.jpg',
  'caf\u00e9.jpg',
  "~!*()'.jpg",
  'constructor',
  'k'.repeat(1023),
  '海'.repeat(341),
  '0123',
  'tab\there',
  'line\nbreak',
];

describe.each(clients)('%s', (_, connect) => {
  test('every key comes back with the body that was put there', async () => {
    const server = await start();
    const client = connect(server);
    for (const key of ODD_KEYS) await client.put(key, Buffer.from(`body of ${key}`));
    for (const key of ODD_KEYS) {
      expect(String((await client.get(key)).content)).toBe(`body of ${key}`);
    }
    const listed = await client.listV2({ 'max-keys': '1000' }, {});
    expect(new Set(listed.objects.map(object => object.name))).toEqual(new Set(ODD_KEYS));
    const { deleted } = await client.deleteMulti(ODD_KEYS.slice(0, 20));
    expect(deleted?.map(item => (item as unknown as { Key: string }).Key)).toEqual(
      ODD_KEYS.slice(0, 20),
    );
    for (const key of ODD_KEYS.slice(20)) await client.delete(key);
    expect(server.store.find(BUCKET)?.objects.size).toBe(0);
  });

  test('metadata and headers come back, and a copy keeps or replaces them', async () => {
    const client = connect(await start());
    const headers = {
      'Cache-Control': 'max-age=9',
      'Content-Disposition': 'inline',
      Expires: '1000000',
    };
    await client.put('a.jpg', Buffer.from('a'), { headers, meta: { by: 'me' } as never });
    await client.copy('中 +%.jpg', 'a.jpg');
    await client.copy('replaced.jpg', 'a.jpg', { meta: { by: 'you' } as never });
    const kept = await client.head('中 +%.jpg');
    expect(kept.meta).toEqual({ by: 'me' });
    expect(kept.res.headers).toMatchObject({
      'cache-control': 'max-age=9',
      'content-disposition': 'inline',
      'content-type': 'image/jpeg',
      expires: '1000000',
      'x-oss-object-type': 'Normal',
    });
    expect((await client.head('replaced.jpg')).meta).toEqual({ by: 'you' });
  });
});

test('leading slashes and backslashes, and keys above 1,023 bytes, are refused', async () => {
  const server = await start();
  for (const key of ['/a', '%5Ca', 'k'.repeat(1024), '%E6%B5%B7'.repeat(342)]) {
    const response = await send(server, { method: 'PUT', target: `/${BUCKET}/${key}`, body: 'a' });
    expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidObjectName']);
  }
});

test('a put answers ETag, Content-MD5, CRC-64 and a request id', async () => {
  const client = pathStyle(await start());
  const { res } = await client.put('a', Buffer.from('123456789'));
  expect(res.headers).toMatchObject({
    etag: '"25F9E794323B453885F5181F1B624D0B"',
    'content-md5': md5('123456789'),
    'x-oss-hash-crc64ecma': '11051210869376104954',
    'x-oss-request-id': expect.stringMatching(/^[0-9A-F]{24}$/),
    server: 'AliyunOSS',
  });
  const empty = await client.put('empty', Buffer.alloc(0));
  expect((empty.res.headers as Record<string, string>)['x-oss-hash-crc64ecma']).toBe('0');
  expect((await client.get('empty')).content).toHaveLength(0);
});

test('a body that is not what its Content-MD5 says is refused and not stored', async () => {
  const server = await start();
  const headers = { 'content-md5': md5('something else') };
  const response = await send(server, {
    method: 'PUT',
    target: `/${BUCKET}/a`,
    headers,
    body: 'a',
  });
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidDigest']);
  expect(server.store.find(BUCKET)?.objects.size).toBe(0);
  expect(await readdir(join(server.dataDir, BUCKET, 'blobs'))).toEqual([]);
});

test('forbid-overwrite keeps the first of many writers', async () => {
  const server = await start();
  const client = pathStyle(server);
  const headers = { 'x-oss-forbid-overwrite': 'true' };
  const bodies = ['a', 'b', 'c', 'd', 'e'];
  const put = (body: string) => client.put('once', Buffer.from(body), { headers });
  const outcomes = await Promise.allSettled(bodies.map(put));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await expect(put('f')).rejects.toMatchObject({ code: 'FileAlreadyExists', status: 409 });
});

test('writers of one key leave one whole object and one blob', async () => {
  const server = await start();
  const client = pathStyle(server);
  const bodies = [1, 2, 3, 4, 5, 6].map(n => Buffer.alloc(300_000, n));
  await Promise.all(bodies.map(body => client.put('key', body)));
  const { content } = await client.get('key');
  expect(bodies.some(body => body.equals(content))).toBe(true);
  expect(await readdir(join(server.dataDir, BUCKET, 'blobs'))).toHaveLength(1);
});

test('a reader that began before an overwrite gets the whole old body', async () => {
  const client = pathStyle(await start());
  const old = Buffer.alloc(8_000_000, 1);
  await client.put('key', old);
  const { stream } = await client.getStream('key');
  await client.put('key', Buffer.from('new'));
  const chunks: Buffer[] = [];
  for await (const chunk of stream as Readable) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).equals(old)).toBe(true);
  expect(String((await client.get('key')).content)).toBe('new');
});

test('a stream with both Content-Length and chunks, as ali-oss sends it, is stored', async () => {
  const client = pathStyle(await start());
  const headers = { 'Content-Length': '6' };
  await client.putStream('key', Readable.from([Buffer.from('abc'), Buffer.from('def')]), {
    headers,
  } as never);
  expect(String((await client.get('key')).content)).toBe('abcdef');
});

test('an upload that is cut off stores nothing and leaves nothing', async () => {
  const server = await start();
  const url = pathStyle(server).signatureUrl('cut', { method: 'PUT' });
  const request = http.request(url, { method: 'PUT', headers: { 'content-length': '1000000' } });
  request.on('error', () => undefined);
  request.write(Buffer.alloc(200_000));
  await sleep(100);
  request.destroy();
  const blobs = join(server.dataDir, BUCKET, 'blobs');
  await expect.poll(() => readdir(blobs)).toEqual([]);
  expect(server.store.find(BUCKET)?.objects.size).toBe(0);
  expect(server.records).toEqual([]);
});

test('a restart keeps objects and uploads, and removes what a killed server left', async () => {
  const dataDir = newFolder();
  const first = await start({ dataDir });
  const client = pathStyle(first);
  await client.put('🐸', Buffer.from('frog'), { meta: { by: 'me' } as never });
  const { uploadId } = await client.initMultipartUpload('big');
  await first.close();
  await writeFile(join(dataDir, BUCKET, 'blobs', 'half-written'), 'x');
  await writeFile(join(dataDir, BUCKET, 'temp', 'half-written'), 'x');
  const again = pathStyle(await start({ dataDir, buckets: [] }));
  const found = await again.head('🐸');
  expect([found.meta, String((await again.get('🐸')).content)]).toEqual([{ by: 'me' }, 'frog']);
  const uploads = await again.listUploads({});
  expect(uploads.uploads.map((upload: { uploadId: string }) => upload.uploadId)).toEqual([
    uploadId,
  ]);
  expect(await readdir(join(dataDir, BUCKET, 'blobs'))).toHaveLength(1);
  expect(await readdir(join(dataDir, BUCKET, 'temp'))).toEqual([]);
});

test('conditions hold for reads: 304 and 412, with quotes or without', async () => {
  const server = await start();
  const { res } = await pathStyle(server).put('a', Buffer.from('a'));
  const { etag, date } = res.headers as { etag: string; date: string };
  const past = new Date(Date.now() - 60_000).toUTCString();
  const status = async (headers: Record<string, string>) =>
    (await send(server, { method: 'GET', target: `/${BUCKET}/a`, headers })).status;
  expect(await status({ 'if-none-match': etag })).toBe(304);
  expect(await status({ 'if-none-match': etag.replaceAll('"', '') })).toBe(304);
  expect(await status({ 'if-none-match': '"other"' })).toBe(200);
  expect(await status({ 'if-match': etag })).toBe(200);
  expect(await status({ 'if-match': '"other"' })).toBe(412);
  expect(await status({ 'if-modified-since': date })).toBe(304);
  expect(await status({ 'if-modified-since': past })).toBe(200);
  expect(await status({ 'if-unmodified-since': date })).toBe(200);
  expect(await status({ 'if-unmodified-since': past })).toBe(412);
});

test('a copy looks at the copy-source conditions alone', async () => {
  const server = await start();
  await pathStyle(server).put('a', Buffer.from('a'));
  const copy = (headers: Record<string, string>) =>
    send(server, {
      method: 'PUT',
      target: `/${BUCKET}/b`,
      headers: { 'x-oss-copy-source': `/${BUCKET}/a`, ...headers },
    });
  expect((await copy({ 'if-match': '"other"' })).status).toBe(200);
  expect((await copy({ 'x-oss-copy-source-if-match': '"other"' })).status).toBe(412);
  expect((await copy({ 'x-oss-copy-source-if-none-match': '*' })).status).toBe(304);
});

test.each([
  ['bytes=2-4', 206, 'cde', 206, 'cde'],
  ['bytes=7-', 206, 'hij', 206, 'hij'],
  ['bytes=-2', 206, 'ij', 206, 'ij'],
  ['bytes=8-20', 200, 'abcdefghij', 206, 'ij'],
  ['bytes=-20', 200, 'abcdefghij', 206, 'abcdefghij'],
  ['bytes=10-', 200, 'abcdefghij', 416, ''],
  ['bytes=10-12', 200, 'abcdefghij', 416, ''],
  ['bytes=-0', 200, 'abcdefghij', 416, ''],
  ['bytes=4-2', 200, 'abcdefghij', 200, 'abcdefghij'],
  ['bytes=-', 200, 'abcdefghij', 200, 'abcdefghij'],
  ['bytes=0-1,3-4', 200, 'abcdefghij', 200, 'abcdefghij'],
])(
  'the range %s: %i by default, and %s is served',
  async (range, ...[status, body, standard, clipped]) => {
    const server = await start();
    await pathStyle(server).put('a', Buffer.from('abcdefghij'));
    const get = (headers: Record<string, string>) =>
      send(server, { method: 'GET', target: `/${BUCKET}/a`, headers });
    const response = await get({ range });
    expect([response.status, await response.text()]).toEqual([status, body]);
    const strict = await get({ range, 'x-oss-range-behavior': 'standard' });
    expect(strict.status).toBe(standard);
    if (standard === 416) expect(codeOf(await strict.text())).toBe('InvalidRange');
    else expect(await strict.text()).toBe(clipped);
  },
);

test('what is not done here is refused by its name', async () => {
  const server = await start();
  await pathStyle(server).put('a', Buffer.from('a'));
  const cases = [
    ['GET', `/${BUCKET}?policy`, '?policy', 'policy'],
    ['PUT', `/${BUCKET}?versioning`, '?versioning', 'versioning'],
    ['POST', `/${BUCKET}/a?asyncFetch`, '?asyncFetch', 'asyncFetch'],
    ['PUT', `/${BUCKET}?tagging`, '?tagging', 'tagging'],
    ['GET', `/${BUCKET}/a?x-oss-process=image/info`, '?x-oss-process=image/info', 'x-oss-process'],
    ['GET', `/${BUCKET}/a?versionId=1`, '?versionId=1', 'versionId'],
    ['GET', `/${BUCKET}?overwriteConfig`, '', 'overwriteConfig'],
    ['GET', `/${BUCKET}/a?x-oss-something-new=1`, '', 'x-oss-something-new'],
    ['PATCH', `/${BUCKET}/a`, '', 'PATCH'],
  ] as const;
  for (const [method, target, subresources, name] of cases) {
    const response = await send(server, { method, target, subresources });
    const text = await response.text();
    expect([response.status, codeOf(text)]).toEqual([501, 'NotImplemented']);
    expect(text).toContain(name);
  }
  const headers = { 'x-oss-process': 'image/resize,w_100' };
  const raw = { method: 'PUT', target: `/${BUCKET}/b`, headers, body: 'b' };
  const processed = await send(server, raw);
  expect([processed.status, await processed.text()]).toEqual([
    501,
    expect.stringContaining('x-oss-process'),
  ]);
  expect(server.store.find(BUCKET)?.objects.get('b')).toBeUndefined();
});

test('a parameter that OSS does not know changes nothing', async () => {
  const server = await start();
  const at = (method: string, target: string, body?: string) =>
    send(server, { method, target: `/${BUCKET}${target}`, body });
  expect((await at('PUT', '/a?utm_source=mail', 'abc')).status).toBe(200);
  expect(await (await at('GET', '/a?width=100&v=2')).text()).toBe('abc');
  expect(await (await at('GET', '?somethingNew')).text()).toContain('<Key>a</Key>');
  const url = pathStyle(server).signatureUrl('a');
  expect((await fetch(`${url}&tracked=yes`)).status).toBe(200);
});

test.each([
  ['if-match', 'foo-bar', 'If-Match'],
  ['if-unmodified-since', 'Thu, 01 Jan 2015 00:00:00 GMT', 'If-Unmodified-Since'],
])('a copy whose %s does not hold says so in OSS’s words', async (name, value, condition) => {
  const client = pathStyle(await start());
  await client.put('a', Buffer.from('a'));
  await expect(client.copy('b', 'a', { headers: { [name]: value } })).rejects.toMatchObject({
    name: 'PreconditionFailedError',
    message: `At least one of the pre-conditions you specified did not hold. (condition: ${condition})`,
    status: 412,
  });
});

test.each([
  ['a control character', '\u0001'],
  ['one as an entity', '&#1;'],
  ['one as a hexadecimal entity', '&#x1F;'],
  ['a lone surrogate as an entity', '&#xD800;'],
  ['no character at all', '&#x110000;'],
  ['U+FFFF', '\uffff'],
])('keys to delete that hold %s, which XML 1.0 forbids, are refused', async (_, text) => {
  const server = await start();
  await pathStyle(server).put('ab', Buffer.from('a'));
  const answer = await deleteKeys(server, `a${text}b`, 'ab');
  expect([answer.status, codeOf(await answer.text())]).toEqual([400, 'MalformedXML']);
  expect(server.store.find(BUCKET)?.objects.size).toBe(1);
});

test('a carriage return in a key to delete is one as an entity, and a line feed when raw, as XML has it', async () => {
  const server = await start();
  const client = pathStyle(server);
  for (const key of ['a\rb', 'a\nb', '🐸\t']) await client.put(key, Buffer.from('a'));
  const left = async (...written: string[]) => {
    await deleteKeys(server, ...written);
    const listed = await client.listV2({ 'encoding-type': 'url' }, {});
    return (listed.objects ?? []).map(({ name }) => name);
  };
  expect(await left('a\rb')).toEqual(['a%0Db', '%F0%9F%90%B8%09']);
  expect(await left('a&#13;b', '&#x1F438;&#9;')).toEqual([]);
});

/** Keys as they stand in the XML. */
function deleteKeys(server: OssServer, ...keys: string[]) {
  const objects = keys.map(key => `<Object><Key>${key}</Key></Object>`);
  const body = `<Delete>${objects.join('')}</Delete>`;
  const headers = { 'content-md5': md5(body) };
  const target = `/${BUCKET}?delete`;
  return send(server, { method: 'POST', target, subresources: '?delete', headers, body });
}

test.each([
  ['a key', `/${BUCKET}/a`, 404, 'NoSuchKey', '0026-00000001'],
  ['a bucket', '/nowhere/a', 404, 'NoSuchBucket', '0015-00000101'],
])('a HEAD on %s that is not there says which by headers alone', async (...row) => {
  const [, target, status, code, ec] = row;
  const response = await send(await start(), { method: 'HEAD', target });
  expect([response.status, await response.text()]).toEqual([status, '']);
  const xml = Buffer.from(response.headers.get('x-oss-err') ?? '', 'base64').toString();
  expect([codeOf(xml), response.headers.get('x-oss-ec')]).toEqual([code, ec]);
});

test('missing buckets and keys are told apart', async () => {
  const server = await start();
  await expect(pathStyle(server).get('a')).rejects.toMatchObject({
    code: 'NoSuchKey',
    status: 404,
  });
  const elsewhere = pathStyle(server, { bucket: 'nowhere' });
  await expect(elsewhere.get('a')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  await expect(elsewhere.put('a', Buffer.from('a'))).rejects.toMatchObject({
    code: 'NoSuchBucket',
  });
});

test('buckets can be made, described, listed and, once empty, removed', async () => {
  const client = pathStyle(await start());
  await client.putBucket('second');
  const { buckets } = (await client.listBuckets({})) as unknown as { buckets: { name: string }[] };
  expect(buckets.map(({ name }) => name)).toEqual([BUCKET, 'second']);
  expect((await client.getBucketInfo('second')).bucket).toMatchObject({ Name: 'second' });
  await client.put('a', Buffer.from('a'));
  await expect(client.deleteBucket(BUCKET)).rejects.toMatchObject({ code: 'BucketNotEmpty' });
  await client.deleteBucket('second');
  await expect(client.getBucketInfo('second')).rejects.toMatchObject({ code: 'NoSuchBucket' });
});

test.each([
  ['StorageClass IA', { storageClass: 'IA' }],
  ['DataRedundancyType ZRS', { storageClass: 'Standard', dataRedundancyType: 'ZRS' }],
])('a bucket of %s is refused, and not made', async (what, options) => {
  const server = await start();
  const made = pathStyle(server).putBucket('second', options as OSS.PutBucketOptions);
  await expect(made).rejects.toMatchObject({ status: 501, message: expect.stringContaining(what) });
  expect(server.store.find('second')).toBeUndefined();
  const usual = { acl: 'private', storageClass: 'Standard', dataRedundancyType: 'LRS' };
  await pathStyle(server).putBucket('second', usual as OSS.PutBucketOptions);
  expect(server.store.find('second')).toBeDefined();
});

test('a page of any origin may upload and read the ETag', async () => {
  const server = await start();
  const url = pathStyle(server).signatureUrl('a', { method: 'PUT' });
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:1',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-oss-meta-by',
    },
  });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('x-oss-meta-by');
  const put = await fetch(url, {
    method: 'PUT',
    body: Buffer.from('a'),
    headers: { origin: 'http://localhost:1' },
  });
  expect(put.headers.get('access-control-allow-origin')).toBe('*');
  expect(put.headers.get('access-control-expose-headers')).toContain('ETag');
});

test('a taken port rejects with the error of Node, and close ends open requests at once', async () => {
  const server = await start();
  await expect(start({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const url = pathStyle(server).signatureUrl('slow', { method: 'PUT' });
  const request = http.request(url, { method: 'PUT', headers: { 'content-length': '10' } });
  const failed = new Promise(resolve => request.on('error', resolve));
  request.write('1');
  await sleep(50);
  const before = Date.now();
  await server.close();
  expect(Date.now() - before).toBeLessThan(1000);
  await failed;
});

test('kill -9 in the middle of an overwrite leaves the old object, whole', async () => {
  const dataDir = newFolder();
  const script = `
    import { startOssServer } from './local/oss-server/server.ts';
    const credentials = [${JSON.stringify(KEYS)}];
    const { port } = await startOssServer({
      dataDir: ${JSON.stringify(dataDir)}, port: 0, region: 'oss-cn-hangzhou', credentials, buckets: ['${BUCKET}'],
    });
    process.stdout.write(String(port));`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(child.stdout, 'data');
  const client = pathStyle({ endpoint: `http://localhost:${printed}` } as OssServer);
  await client.put('key', Buffer.from('old'));
  const url = client.signatureUrl('key', { method: 'PUT' });
  const request = http.request(url, { method: 'PUT', headers: { 'content-length': '1000000' } });
  const broken = once(request, 'error');
  request.write(Buffer.alloc(200_000));
  const blobs = join(dataDir, BUCKET, 'blobs');
  await expect.poll(() => readdir(blobs)).toHaveLength(2);
  child.kill('SIGKILL');
  await broken;
  const again = pathStyle(await start({ dataDir }));
  expect(String((await again.get('key')).content)).toBe('old');
  expect(await readdir(blobs)).toHaveLength(1);
});
