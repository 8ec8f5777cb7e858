import { expect, test } from 'vitest';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

test.each(clients)('%s finds every bucket private', async (_, connect) => {
  const client = connect(await start());
  await client.putBucketACL(BUCKET, 'private');
  expect(await client.getBucketACL(BUCKET)).toMatchObject({
    acl: 'private',
    owner: { id: '1000000000000000' },
  });
});

test.each(['public-read', 'public-read-write'] as const)('%s is refused', async acl => {
  const client = pathStyle(await start());
  await expect(client.putBucketACL(BUCKET, acl)).rejects.toMatchObject({
    code: 'NotImplemented',
    status: 501,
  });
});

test('an ACL must be named, and its bucket be there', async () => {
  const server = await start();
  const target = `/${BUCKET}?acl`;
  const response = await send(server, { method: 'PUT', target, subresources: '?acl' });
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidArgument']);
  const client = pathStyle(server);
  for (const call of [client.getBucketACL('nowhere'), client.putBucketACL('nowhere', 'private')]) {
    await expect(call).rejects.toMatchObject({ code: 'NoSuchBucket' });
  }
});
