import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { normalObject } from '../../../local/oss-server/new-object.ts';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { BUCKET, clients, codeOf, md5, pathStyle, send, start } from './support.ts';

/** Straight into the storage: what is listed matters here, not how it came. */
async function fill(server: OssServer, keys: readonly string[]) {
  const bucket = server.store.find(BUCKET);
  if (!bucket) throw new Error('no bucket');
  const put = async (key: string) =>
    bucket.commit(normalObject(key, await bucket.receive((async function* () {})()), {}));
  await Promise.all(keys.map(put));
}

async function pagesOf(client: OSS, query: Record<string, string>) {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const page = await client.listV2(
      { ...query, ...(token && { 'continuation-token': token }) },
      {},
    );
    const names = (page.objects ?? []).map(object => object.name);
    pages.push([...names, ...(page.prefixes ?? [])]);
    token = (page as unknown as { nextContinuationToken: string }).nextContinuationToken;
  } while (token);
  return pages;
}

describe.each(clients)('%s', (_, connect) => {
  test('paging gives every one of 1,050 keys once, in both versions', async () => {
    const server = await start();
    const keys = Array.from({ length: 1050 }, (_value, n) => `many/${String(n).padStart(5, '0')}`);
    await fill(server, [...keys].reverse());
    const client = connect(server);
    const pages = await pagesOf(client, { prefix: 'many/', 'max-keys': '1000' });
    expect(pages.map(page => page.length)).toEqual([1000, 50]);
    expect(pages.flat()).toEqual(keys);
    const first = await client.list({ prefix: 'many/', 'max-keys': 1000 }, {});
    expect([first.isTruncated, first.nextMarker]).toEqual([true, keys[999]]);
    const second = await client.list(
      { prefix: 'many/', 'max-keys': 1000, marker: first.nextMarker },
      {},
    );
    expect(second.objects.map(object => object.name)).toEqual(keys.slice(1000));
    expect(second.isTruncated).toBe(false);
  });

  test('common prefixes count, and paging resumes behind them', async () => {
    const server = await start();
    await fill(server, ['a', 'b/1', 'b/2', 'b/3', 'c/', 'c/1', 'd', 'e/x/y']);
    const client = connect(server);
    const pages = await pagesOf(client, { delimiter: '/', 'max-keys': '1' });
    expect(pages).toEqual([['a'], ['b/'], ['c/'], ['d'], ['e/']]);
    expect(await pagesOf(client, { delimiter: '/', prefix: 'c/' })).toEqual([['c/', 'c/1']]);
    expect(await pagesOf(client, { delimiter: '/', prefix: 'b' })).toEqual([['b/']]);
    expect(await pagesOf(client, { 'start-after': 'b/2' })).toEqual([
      ['b/3', 'c/', 'c/1', 'd', 'e/x/y'],
    ]);
    const marked = await client.list({ delimiter: '/', marker: 'b/', 'max-keys': 1 }, {});
    expect([marked.objects ?? [], marked.prefixes, marked.nextMarker]).toEqual([[], ['c/'], 'c/']);
  });
});

test('keys are in the order of their UTF-8 bytes, not of UTF-16', async () => {
  const server = await start();
  const keys = ['B', 'a', 'é', '中', '\uffee', '🐸'];
  await fill(server, ['🐸', '\uffee', '中', 'é', 'a', 'B']);
  expect((await pagesOf(pathStyle(server), {})).flat()).toEqual(keys);
});

test('encoding-type=url encodes what is listed', async () => {
  const server = await start();
  await fill(server, ['a b/中+.jpg']);
  const listed = await pathStyle(server).listV2({ 'encoding-type': 'url' }, {});
  expect(listed.objects[0]?.name).toBe('a%20b%2F%E4%B8%AD%2B.jpg');
});

test('entries have an owner in V1, and in V2 only when asked', async () => {
  const server = await start();
  await fill(server, ['a']);
  const list = async (query: string) =>
    (await send(server, { method: 'GET', target: `/${BUCKET}?${query}` })).text();
  expect(await list('prefix=')).toContain('<Owner>');
  expect(await list('list-type=2')).not.toContain('<Owner>');
  expect(await list('list-type=2&fetch-owner=true')).toContain('<Owner>');
  expect(await list('list-type=2')).toContain('<KeyCount>1</KeyCount>');
});

test.each(['0', '1001', '-1', 'x'])('max-keys=%s is refused', async maxKeys => {
  const server = await start();
  const target = `/${BUCKET}?max-keys=${maxKeys}`;
  const response = await send(server, { method: 'GET', target });
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidArgument']);
});

describe('deleting many', () => {
  const XML =
    '<Delete><Quiet>QUIET</Quiet><Object><Key> a </Key></Object><Object><Key>007</Key></Object></Delete>';
  const post = (server: OssServer, xml: string, contentMd5?: string) =>
    send(server, {
      method: 'POST',
      target: `/${BUCKET}?delete`,
      subresources: '?delete',
      body: xml,
      ...(contentMd5 && { headers: { 'content-md5': contentMd5 } }),
    });

  test('keeps blanks and leading zeros of keys, and names also keys that never were', async () => {
    const server = await start();
    await fill(server, [' a ', 'a', '7']);
    const xml = XML.replace('QUIET', 'false');
    expect(await (await post(server, xml, md5(xml))).text()).toContain(
      '<Deleted><Key> a </Key></Deleted><Deleted><Key>007</Key></Deleted>',
    );
    expect((await pagesOf(pathStyle(server), {})).flat()).toEqual(['7', 'a']);
    expect(server.records.map(record => record.oss.object.key)).toEqual([' a ']);
  });

  test('answers nothing when it is to be quiet', async () => {
    const xml = XML.replace('QUIET', 'true');
    const response = await post(await start(), xml, md5(xml));
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('wants a right Content-MD5 and well-formed XML', async () => {
    const server = await start();
    const code = async (xml: string, digest?: string) =>
      codeOf(await (await post(server, xml, digest)).text());
    expect(await code(XML)).toBe('InvalidArgument');
    expect(await code(XML, md5('other'))).toBe('InvalidDigest');
    expect(await code('<Delete>', md5('<Delete>'))).toBe('MalformedXML');
    const many = `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`;
    expect(await code(many, md5(many))).toBe('MalformedXML');
  });
});
