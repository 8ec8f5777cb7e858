import { describe, expect, test } from 'vitest';
import { ossAdmin } from '../../../support/oss-admin.ts';
import { BUCKET, codeOf, KEYS, pathStyle, send, start } from '../support.ts';

const TOKEN = 'token-of-the-tests';
const STS = { accessKeyId: 'STS.local', accessKeySecret: 'secret-of-a-role' };
const HOUR_MS = 3_600_000;

test('without a token there is no switch, and a wrong one turns none', async () => {
  const off = await start();
  const turned = ossAdmin(off.endpoint, TOKEN).faults.set([{ kind: 'reset' }]);
  await expect(turned).rejects.toThrow();
  await pathStyle(off).put('a', Buffer.from('a'));
  const on = await start({ adminToken: TOKEN });
  const wrong = ossAdmin(on.endpoint, `${TOKEN}x`).faults.set([{ kind: 'reset' }]);
  await expect(wrong).rejects.toThrow('403');
  await pathStyle(on).put('a', Buffer.from('a'));
});

test('orders above a megabyte are refused', async () => {
  const server = await start({ adminToken: TOKEN });
  const response = await fetch(`${server.endpoint}/-/admin`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: Buffer.alloc(2_000_000, ' '),
  });
  expect(response.status).toBe(413);
});

describe('the time of day', () => {
  test('shifted by an hour refuses signatures as skewed, in OSS’s words', async () => {
    const server = await start({ adminToken: TOKEN });
    await ossAdmin(server.endpoint, TOKEN).shiftClock(HOUR_MS);
    const response = await send(server, { method: 'GET', target: `/${BUCKET}/a` });
    const text = await response.text();
    expect([response.status, codeOf(text)]).toEqual([403, 'RequestTimeTooSkewed']);
    const serverTime = Date.parse(/<ServerTime>(.*?)</.exec(text)?.[1] ?? '');
    expect(Math.abs(serverTime - Date.now() - HOUR_MS)).toBeLessThan(60_000);
  });

  test('shifted a little is that of answers, objects and events', async () => {
    const server = await start({ adminToken: TOKEN });
    const admin = ossAdmin(server.endpoint, TOKEN);
    await admin.shiftClock(-10 * 60_000);
    const { res } = await pathStyle(server).put('a', Buffer.from('a'));
    const past = Date.now() - 9 * 60_000;
    expect(Date.parse((res.headers as Record<string, string>).date ?? '')).toBeLessThan(past);
    expect(server.store.find(BUCKET)?.objects.get('a')?.lastModified).toBeLessThan(past);
    expect(Date.parse(server.records[0]?.eventTime ?? '')).toBeLessThan(past);
  });
});

test('a temporary key expires in mid-run as its token, a lasting one as unknown, and holds again', async () => {
  const server = await start({ adminToken: TOKEN, credentials: [KEYS, STS] });
  const admin = ossAdmin(server.endpoint, TOKEN);
  const [lasting, temporary] = [pathStyle(server), pathStyle(server, { ...STS })];
  for (const client of [lasting, temporary]) await client.put('a', Buffer.from('a'));
  await admin.expire(STS.accessKeyId);
  await expect(temporary.get('a')).rejects.toMatchObject({
    code: 'SecurityTokenExpired',
    status: 403,
  });
  await expect(temporary.head('a')).rejects.toMatchObject({ code: 'SecurityTokenExpired' });
  await lasting.get('a');
  await admin.expire(KEYS.accessKeyId);
  await expect(lasting.get('a')).rejects.toMatchObject({ code: 'InvalidAccessKeyId', status: 403 });
  await admin.expire();
  for (const client of [lasting, temporary]) await client.get('a');
});
