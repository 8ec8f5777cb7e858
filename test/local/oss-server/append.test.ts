import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { BUCKET, clients, md5, pathStyle, send, start } from './support.ts';

/** What @types/ali-oss lacks of the answer. */
type Appended = { nextAppendPosition: string; res: { headers: Record<string, string> } };

const append = async (client: OSS, text: string, position: number) =>
  (await client.append('log', Buffer.from(text), {
    position: String(position),
  })) as unknown as Appended;

describe.each(clients)('%s', (_, connect) => {
  test('parts are appended in turn, and each answer says where the next begins', async () => {
    const server = await start();
    const client = connect(server);
    expect((await append(client, 'abc', 0)).nextAppendPosition).toBe('3');
    const { nextAppendPosition, res } = await append(client, '456789', 3);
    expect(nextAppendPosition).toBe('9');
    const read = await client.get('log');
    expect(String(read.content)).toBe('abc456789');
    expect(read.res.headers).toMatchObject({
      'x-oss-object-type': 'Appendable',
      'x-oss-next-append-position': '9',
      'x-oss-hash-crc64ecma': res.headers['x-oss-hash-crc64ecma'],
    });
    expect(server.records.map(({ eventName, oss }) => [eventName, oss.object.size])).toEqual([
      ['ObjectCreated:AppendObject', 3],
      ['ObjectCreated:AppendObject', 9],
    ]);
  });
});

test('headers are those of the first part', async () => {
  const client = pathStyle(await start());
  const put = (position: string, type: string) =>
    client.append('log', Buffer.from('x'), { position, headers: { 'Content-Type': type } });
  await put('0', 'text/x-first');
  await put('1', 'text/x-second');
  const { res } = await client.head('log');
  expect(res.headers).toMatchObject({ 'content-type': 'text/x-first' });
});

test('another position than the length is refused, and the answer tells the length', async () => {
  const server = await start();
  const client = pathStyle(server);
  await expect(append(client, 'a', 1)).rejects.toMatchObject({
    code: 'PositionNotEqualToLength',
    message: 'Position is not equal to file length',
    status: 409,
  });
  await append(client, 'abc', 0);
  const query = '?append&position=2';
  const target = `/${BUCKET}/log${query}`;
  const response = await send(server, { method: 'POST', target, subresources: query, body: 'x' });
  expect([response.status, response.headers.get('x-oss-next-append-position')]).toEqual([409, '3']);
  const missing = await send(server, {
    method: 'POST',
    target: `/${BUCKET}/log?append`,
    subresources: '?append',
    body: 'x',
  });
  expect(missing.status).toBe(400);
});

test('of many who append at one position one succeeds', async () => {
  const client = pathStyle(await start());
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map(text => append(client, text, 0)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await client.get('log')).content).toHaveLength(1);
});

test('an object that was put cannot be appended to, nor an appended one be copied', async () => {
  const client = pathStyle(await start());
  await client.put('log', Buffer.from('abc'));
  await expect(append(client, 'x', 3)).rejects.toMatchObject({
    code: 'ObjectNotAppendable',
    status: 409,
  });
  await client.delete('log');
  await append(client, 'x', 0);
  await expect(client.copy('copy', 'log')).rejects.toMatchObject({ status: 501 });
});

test('a part that is not what its Content-MD5 says is not appended', async () => {
  const client = pathStyle(await start());
  await append(client, 'abc', 0);
  const options = { position: '3', headers: { 'Content-MD5': md5('other') } };
  const wrong = client.append('log', Buffer.from('x'), options);
  await expect(wrong).rejects.toMatchObject({ code: 'InvalidDigest' });
  expect(String((await client.get('log')).content)).toBe('abc');
});
