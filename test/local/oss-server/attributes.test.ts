import { describe, expect, test } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start, tagging } from './support.ts';

const HEADERS = { 'x-oss-tagging': 'kind=photo&place=Pre%C3%9Fburg+old%2Fnew&empty' };
const TAGS = { kind: 'photo', place: 'Preßburg old/new', empty: '' };

async function put(headers: Record<string, string>) {
  const server = await start();
  const target = `/${BUCKET}/a`;
  const response = await send(server, { method: 'PUT', target, headers, body: 'abc' });
  const text = await response.text();
  const object = server.store.find(BUCKET)?.objects.get('a');
  return { server, status: response.status, code: codeOf(text), response, object };
}

describe('tags', () => {
  test.each(clients)(
    '%s: are put with an object or after it, given back and deleted',
    async (_, connect) => {
      const client = tagging(connect(await start()));
      await client.put('a', Buffer.from('a'), { headers: HEADERS });
      expect((await client.getObjectTagging('a')).tag).toEqual(TAGS);
      expect((await client.head('a')).res.headers).toMatchObject({ 'x-oss-tagging-count': '3' });
      await client.putObjectTagging('a', { only: ' one ' });
      expect((await client.getObjectTagging('a')).tag).toEqual({ only: ' one ' });
      await client.deleteObjectTagging('a');
      expect((await client.getObjectTagging('a')).tag).toEqual({});
      await expect(client.getObjectTagging('b')).rejects.toMatchObject({ code: 'NoSuchKey' });
    },
  );

  test('go with a copy unless they are replaced, and stay over a restart', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    const client = pathStyle(first);
    await client.put('a', Buffer.from('a'), { headers: HEADERS });
    await client.copy('kept', 'a');
    const replaced = { 'x-oss-tagging-directive': 'Replace', 'x-oss-tagging': 'new=1' };
    await client.copy('replaced', 'a', { headers: replaced });
    await first.close();
    const again = tagging(pathStyle(await start({ dataDir })));
    expect((await again.getObjectTagging('kept')).tag).toEqual(TAGS);
    expect((await again.getObjectTagging('replaced')).tag).toEqual({ new: '1' });
  });

  test('of a multipart upload come from its start', async () => {
    const client = tagging(pathStyle(await start()));
    const { uploadId } = await client.initMultipartUpload('a', { headers: HEADERS } as never);
    const { etag } = await client.uploadPart('a', uploadId, 1, Buffer.from('abc') as never, 0, 3);
    await client.completeMultipartUpload('a', uploadId, [{ number: 1, etag }]);
    expect((await client.getObjectTagging('a')).tag).toEqual(TAGS);
  });

  test.each([
    ['two equal signs', 'aa=bb=cc'],
    ['a character that none may have', 'a=%3F'],
    ['a key twice', 'a=1&a=2'],
    ['eleven of them', Array.from({ length: 11 }, (_, at) => `k${at}=v`).join('&')],
    ['a key above 128 characters', `${'k'.repeat(129)}=v`],
    ['no key', '=v'],
    ['broken escapes', 'a=%E4'],
  ])('with %s are refused, and nothing is stored', async (_, header) => {
    const { status, code, object } = await put({ 'x-oss-tagging': header });
    expect([status, code, object]).toEqual([400, 'InvalidTag', undefined]);
  });
});

describe('the ACL of an object', () => {
  test.each(clients)('%s: is the bucket’s until it is set', async (_, connect) => {
    const client = connect(await start());
    await client.put('a', Buffer.from('a'));
    expect((await client.getACL('a')).acl).toBe('default');
    await client.putACL('a', 'public-read');
    expect((await client.getACL('a')).acl).toBe('public-read');
    await client.putACL('a', 'private');
    expect((await client.getACL('a')).acl).toBe('private');
  });

  test('public-read lets anybody read it, and do nothing else', async () => {
    const { server } = await put({ 'x-oss-object-acl': 'public-read' });
    const url = `${server.endpoint}/${BUCKET}/a`;
    const ask = async (method: string, path = '') => (await fetch(url + path, { method })).status;
    expect(await (await fetch(url)).text()).toBe('abc');
    expect(await ask('HEAD')).toBe(200);
    for (const [method, path] of [
      ['PUT', ''],
      ['DELETE', ''],
      ['GET', '?acl'],
      ['GET', '?tagging'],
      ['GET', '?response-content-type=text/html'],
    ] as const) {
      expect(await ask(method, path)).toBe(403);
    }
    await pathStyle(server).putACL('a', 'private');
    expect(await ask('GET')).toBe(403);
  });

  test('is not that of the object which takes its place, nor of a copy', async () => {
    const { server } = await put({ 'x-oss-object-acl': 'public-read' });
    const client = pathStyle(server);
    await client.copy('b', 'a');
    await client.put('a', Buffer.from('new'));
    for (const key of ['a', 'b']) expect((await client.getACL(key)).acl).toBe('default');
  });

  test.each([
    ['public-read-write', 501, 'NotImplemented'],
    ['everybody', 400, 'InvalidArgument'],
  ])('%s is refused', async (acl, status, code) => {
    expect(await put({ 'x-oss-object-acl': acl })).toMatchObject({
      status,
      code,
      object: undefined,
    });
  });
});

describe('server-side encryption', () => {
  test.each([
    [{ 'x-oss-server-side-encryption': 'AES256' }],
    [
      {
        'x-oss-server-side-encryption': 'KMS',
        'x-oss-server-side-encryption-key-id': '9468da86-3509-4f8d-a61e-6eab1eac',
      },
    ],
  ])('is told on the PUT, the HEAD and the GET', async headers => {
    const { server, response } = await put(headers);
    const client = pathStyle(server);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect((await client.head('a')).res.headers).toMatchObject(headers);
    expect((await client.get('a')).res.headers).toMatchObject(headers);
  });

  test.each([
    [{ 'x-oss-server-side-encryption': 'DES' }, 400, 'InvalidEncryptionAlgorithmError'],
    [{ 'x-oss-server-side-encryption-key-id': 'k' }, 400, 'InvalidArgument'],
    [{ 'x-oss-server-side-data-encryption': 'SM4' }, 501, 'NotImplemented'],
  ])('by %j is refused', async (headers, status, code) => {
    expect(await put(headers as Record<string, string>)).toMatchObject({
      status,
      code,
      object: undefined,
    });
  });
});

describe('a traffic limit', () => {
  const url = (query: string) => ({ subresources: query, target: `/${BUCKET}/a${query}` });

  test('slows an upload and a download down', async () => {
    const server = await start();
    const limit = { 'x-oss-traffic-limit': '819200' };
    const body = Buffer.alloc(60_000, 1);
    const before = Date.now();
    await send(server, { method: 'PUT', ...url(''), headers: limit, body });
    const between = Date.now();
    const query = '?x-oss-traffic-limit=819200';
    const response = await send(server, { method: 'GET', ...url(query) });
    expect(body.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
    // 60,000 bytes at 102,400 a second, of which the first tenth of a second is free.
    expect(between - before).toBeGreaterThan(400);
    expect(Date.now() - between).toBeGreaterThan(400);
  });

  test.each(['245759', '838860801', 'fast', '-1'])('of %s is refused', async limit => {
    const { status, code, object } = await put({ 'x-oss-traffic-limit': limit });
    expect([status, code, object]).toEqual([400, 'InvalidArgument', undefined]);
  });
});
