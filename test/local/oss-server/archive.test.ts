import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { restoreState } from '../../../local/oss-server/restore.ts';
import type { StoredObject } from '../../../local/oss-server/storage.ts';
import { ossAdmin } from '../../support/oss-admin.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

const TOKEN = 'token-of-the-tests';
const FROZEN = { code: 'InvalidObjectState', status: 403 };

async function archived(storageClass = 'Archive', connect = pathStyle as (s: never) => OSS) {
  const server = await start({ adminToken: TOKEN });
  const client = connect(server as never);
  await client.put('a', Buffer.from('abc'), { headers: { 'x-oss-storage-class': storageClass } });
  return { server, client, admin: ossAdmin(server.endpoint, TOKEN) };
}

const restoreHeader = async (client: OSS) =>
  ((await client.head('a')).res.headers as Record<string, string>)['x-oss-restore'];

test.each(clients)(
  '%s: an archived object is read when it was restored, and not before',
  async (_, connect) => {
    const { client, admin } = await archived('Archive', connect as never);
    await expect(client.get('a')).rejects.toMatchObject(FROZEN);
    expect(await restoreHeader(client)).toBeUndefined();
    await admin.restoreIn(60_000);
    await client.restore('a');
    expect(await restoreHeader(client)).toBe('ongoing-request="true"');
    await expect(client.get('a')).rejects.toMatchObject(FROZEN);
    await expect(client.restore('a')).rejects.toMatchObject({
      code: 'RestoreAlreadyInProgress',
      status: 409,
    });
  },
);

test('restoring may be made quick, and who asks again prolongs it', async () => {
  const { client, admin } = await archived();
  await admin.restoreIn(0);
  await client.restore('a');
  expect(String((await client.get('a')).content)).toBe('abc');
  const expiry = /^ongoing-request="false", expiry-date="(.*)"$/.exec(
    (await restoreHeader(client)) ?? '',
  );
  const days = (Date.parse(expiry?.[1] ?? '') - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(1.99);
  // ali-oss takes 202 alone for a success.
  await expect(client.restore('a')).rejects.toMatchObject({ status: 200 });
  const listed = await client.listV2({}, {});
  expect(listed.objects[0]).toMatchObject({
    storageClass: 'Archive',
    restoreInfo: { ongoingRequest: false },
  });
});

describe.each(['Archive', 'ColdArchive', 'DeepColdArchive'])('%s', storageClass => {
  test('is told by HEAD and lists, and refuses GET and copies', async () => {
    const { server, client } = await archived(storageClass);
    const { res } = await client.head('a');
    expect(res.headers).toMatchObject({ 'x-oss-storage-class': storageClass });
    expect((await client.listV2({}, {})).objects[0]).toMatchObject({ storageClass });
    const response = await send(server, { method: 'GET', target: `/${BUCKET}/a` });
    expect(response.headers.get('x-oss-ec')).toBe('0016-00000404');
    expect(codeOf(await response.text())).toBe('InvalidObjectState');
    await expect(client.copy('b', 'a')).rejects.toMatchObject(FROZEN);
    await client.put('a', Buffer.from('new'));
    expect(String((await client.get('a')).content)).toBe('new');
  });
});

test('an object that is always readable cannot be restored, nor one for longer than its class allows', async () => {
  const { client, server } = await archived('IA');
  expect(String((await client.get('a')).content)).toBe('abc');
  await expect(client.restore('a')).rejects.toMatchObject({
    code: 'OperationNotSupported',
    status: 400,
  });
  await client.put('b', Buffer.from('b'), { headers: { 'x-oss-storage-class': 'Archive' } });
  const body = '<RestoreRequest><Days>8</Days></RestoreRequest>';
  const target = `/${BUCKET}/b?restore`;
  const response = await send(server, { method: 'POST', target, subresources: '?restore', body });
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidArgument']);
});

test('a class that nobody knows is refused', async () => {
  await expect(archived('Frozen')).rejects.toMatchObject({ code: 'InvalidArgument', status: 400 });
});

test('a restored object is frozen again after its days', () => {
  const object = { storageClass: 'Archive', restore: { readyAt: 100, until: 200 } } as StoredObject;
  expect([99, 100, 199, 200].map(now => restoreState(object, now))).toEqual([
    'ongoing',
    'restored',
    'restored',
    'frozen',
  ]);
});
