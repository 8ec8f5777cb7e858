import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { BUCKET, clients, pathStyle, start } from './support.ts';

const putSymlink = (client: OSS, name: string, target: string) =>
  client.putSymlink(name, target, { meta: { by: 'me' } } as never);

describe.each(clients)('%s', (_, connect) => {
  test('a link gives the bytes of its target under headers of its own', async () => {
    const server = await start();
    const client = connect(server);
    const target = await client.put('dir/中 +.txt', Buffer.from('abc'));
    await putSymlink(client, 'link', 'dir/中 +.txt');
    const { content, res } = await client.get('link');
    expect(String(content)).toBe('abc');
    expect(res.headers).toMatchObject({
      etag: (target.res.headers as Record<string, string>).etag,
      'x-oss-object-type': 'Symlink',
      'x-oss-meta-by': 'me',
    });
    const head = (await client.head('link')).res.headers;
    expect(head).toMatchObject({ 'content-length': '3', 'x-oss-object-type': 'Symlink' });
    expect((await client.getSymlink('link')).targetName).toBe('dir/中 +.txt');
    expect(server.records.at(-1)?.eventName).toBe('ObjectCreated:PutSymlink');
    const { objects } = await client.listV2({}, {});
    expect(objects.map(({ name, type }) => [name, type])).toContainEqual(['link', 'Symlink']);
  });
});

test('a link follows its target, and leads nowhere when that is gone', async () => {
  const client = pathStyle(await start());
  await putSymlink(client, 'link', 'a');
  const nowhere = { code: 'SymlinkTargetNotExist', status: 404 };
  await expect(client.get('link')).rejects.toMatchObject(nowhere);
  await client.put('a', Buffer.from('old'));
  await client.put('a', Buffer.from('new'));
  expect(String((await client.get('link')).content)).toBe('new');
  await client.delete('link');
  expect(String((await client.get('a')).content)).toBe('new');
});

test('a link to a link leads nowhere, and a HEAD says so', async () => {
  const client = pathStyle(await start());
  await client.put('a', Buffer.from('a'));
  await putSymlink(client, 'first', 'a');
  await putSymlink(client, 'second', 'first');
  for (const call of [client.get('second'), client.head('second')]) {
    await expect(call).rejects.toMatchObject({ code: 'InvalidTargetType', status: 400 });
  }
});

test('a copy of a link is a link', async () => {
  const client = pathStyle(await start());
  await client.put('a', Buffer.from('old'));
  await putSymlink(client, 'link', 'a');
  await client.copy('copy', 'link');
  await client.put('a', Buffer.from('new'));
  expect(String((await client.get('copy')).content)).toBe('new');
});

test('what is no link, or is not there, has no target to tell', async () => {
  const client = pathStyle(await start());
  await client.put('a', Buffer.from('a'));
  await expect(client.getSymlink('a')).rejects.toMatchObject({ code: 'NotSymlink', status: 400 });
  await expect(client.getSymlink('b')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
});

test('a public link to a private object stays shut', async () => {
  const server = await start();
  const client = pathStyle(server);
  await client.put('a', Buffer.from('a'));
  await putSymlink(client, 'link', 'a');
  await client.putACL('link', 'public-read');
  const anonymous = async () => (await fetch(`${server.endpoint}/${BUCKET}/link`)).status;
  expect(await anonymous()).toBe(403);
  await client.putACL('a', 'public-read');
  expect(await anonymous()).toBe(200);
});
