import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ossRecord } from '../../../events/oss-event.ts';
import { BUCKET, pathStyle, start } from './support.ts';

const facts = (record: { eventName: string; oss: { object: Record<string, unknown> } }) => {
  const { key, size, deltaSize, eTag } = record.oss.object;
  return [record.eventName, key, size, deltaSize, eTag];
};

test('each change raises the event of the cloud, with the sizes before and after', async () => {
  const server = await start();
  const client = pathStyle(server);
  await client.put('a', Buffer.from('12345'));
  await client.put('a', Buffer.from('123'));
  await client.copy('b', 'a');
  await client.delete('a');
  await client.delete('a');
  await client.deleteMulti(['b', 'never']);
  const etag = '202CB962AC59075B964B07152D234B70';
  expect(server.records.map(facts)).toEqual([
    ['ObjectCreated:PutObject', 'a', 5, 5, '827CCB0EEA8A706C4C34A16891F84E7B'],
    ['ObjectCreated:PutObject', 'a', 3, -2, etag],
    ['ObjectCreated:CopyObject', 'b', 3, 3, etag],
    ['ObjectRemoved:DeleteObject', 'a', 0, -3, ''],
    ['ObjectRemoved:DeleteObjects', 'b', 0, -3, ''],
  ]);
});

test('a multipart upload raises one event per step, and only the last changes a size', async () => {
  const server = await start();
  const client = pathStyle(server);
  const part = { partSize: 100 * 1024 };
  await client.multipartUpload('big', Buffer.alloc(150 * 1024), part);
  const { uploadId } = await client.initMultipartUpload('other');
  await client.abortMultipartUpload('other', uploadId);
  const names = server.records.map(record => [record.eventName, record.oss.object.deltaSize]);
  expect(names).toEqual([
    ['ObjectCreated:InitiateMultipartUpload', 0],
    ['ObjectCreated:UploadPart', 0],
    ['ObjectCreated:UploadPart', 0],
    ['ObjectCreated:CompleteMultipartUpload', 150 * 1024],
    ['ObjectCreated:InitiateMultipartUpload', 0],
    ['ObjectRemoved:AbortMultipartUpload', 0],
  ]);
});

test('a record has exactly the shape of the sample', async () => {
  const server = await start();
  await pathStyle(server).put('夏天 50%+1.jpg', Buffer.from('a'));
  const sample = readFileSync(
    new URL('../../../events/samples/oss-put-object.json', import.meta.url),
  );
  const [expected] = JSON.parse(sample.toString()).events;
  const [record] = server.records;
  expect(ossRecord.safeParse(record)).toMatchObject({ success: true });
  expect(shape(record)).toEqual(shape(expected));
  expect(record).toMatchObject({
    region: 'cn-hangzhou',
    oss: { object: { key: '夏天 50%+1.jpg' } },
  });
});

function shape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

test('the event is told before the client hears of its success', async () => {
  const order: string[] = [];
  const onEvent = async () => {
    await new Promise(resolve => setTimeout(resolve, 30));
    order.push('event');
  };
  await pathStyle(await start({ onEvent })).put('a', Buffer.from('a'));
  order.push('answer');
  expect(order).toEqual(['event', 'answer']);
});

test('an event that cannot be told is a 500 that says so, and the object is stored', async () => {
  const onEvent = () => Promise.reject(new Error('the queue is full'));
  const server = await start({ onEvent });
  const put = pathStyle(server).put('a', Buffer.from('a'));
  await expect(put).rejects.toMatchObject({
    status: 500,
    code: 'InternalError',
    message: expect.stringContaining('the queue is full'),
  });
  expect(server.store.find(BUCKET)?.objects.get('a')?.size).toBe(1);
});
