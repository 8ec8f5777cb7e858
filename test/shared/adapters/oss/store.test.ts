import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ossClient } from '../../../../shared/adapters/oss/client.ts';
import { ossStore } from '../../../../shared/adapters/oss/store.ts';
import { Failure } from '../../../../shared/core/failure.ts';
import { objectStoreContract, oddKeys } from '../../../contracts/object-store.ts';
import { credentials, localOss } from '../../../support/local-oss.ts';

const attributes = { contentType: 'video/mp4', cacheControl: 'no-cache' };

describe('ossStore keeps the contract against the local OSS server', () => {
  let oss: Awaited<ReturnType<typeof localOss>>;
  let count = 0;
  beforeAll(async () => {
    oss = await localOss([]);
  });
  afterAll(() => oss.close());

  const open = async () => {
    count += 1;
    const bucket = `bucket-${count}`;
    oss.store.create(bucket);
    return ossStore(bucket, oss.connection);
  };
  const longKeys = [
    'x'.repeat(1023),
    '海'.repeat(341),
    'a//b.jpg',
    'dir/',
    'back\\slash.jpg',
    'trail ',
  ];
  objectStoreContract(open, { manyKeys: 1200, oddKeys: [...oddKeys, ...longKeys], tellTime: true });

  it('stores the headers that a CDN will send', async () => {
    const store = await open();
    await store.put('a.webp', Buffer.from('x'), {
      contentType: 'image/webp',
      cacheControl: 'public, max-age=1',
    });
    const stored = oss.store.find(`bucket-${count}`)?.objects.get('a.webp');
    expect(stored?.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=1',
    });
  });

  it('tells what an uploader says of a focus, which a copy onto itself may change and nothing else', async () => {
    const store = await open();
    const client = ossClient(`bucket-${count}`, oss.connection);
    const said = (focus: string) => ({ headers: { 'x-oss-meta-focus': focus } });
    await client.put('a.jpg', Buffer.from('x'), said('0.43,0.31'));
    // A copy has a time of its own, to the second.
    const headOf = async () => ({ ...(await store.head('a.jpg')), uploadedAt: undefined });
    const first = await headOf();
    expect(first).toMatchObject({ focus: { x: 430, y: 310 } });
    const replace = (focus: string) => ({
      headers: { ...said(focus).headers, 'x-oss-metadata-directive': 'REPLACE' },
    });
    await client.copy('a.jpg', 'a.jpg', replace('0.5,1'));
    expect(await headOf()).toEqual({ ...first, focus: { x: 500, y: 1000 } });
    await client.copy('a.jpg', 'a.jpg', replace('the cat'));
    expect(await headOf()).toEqual({ ...first, focus: 'unreadable' });
    await client.put('b.jpg', Buffer.from('x'));
    expect(await store.head('b.jpg')).not.toHaveProperty('focus');
  });

  it.each([
    ['itself', 'loop.jpg'],
    ['a symlink', 'link.jpg'],
  ])('has nothing behind a symlink to %s', async (_, target) => {
    const store = await open();
    const client = ossClient(`bucket-${count}`, oss.connection);
    await client.put('a.jpg', Buffer.from('photo'));
    await client.putSymlink('link.jpg', 'a.jpg', {} as never);
    await client.putSymlink('loop.jpg', target, {} as never);
    expect(await store.head('loop.jpg')).toBeUndefined();
    const object = { key: 'loop.jpg', etag: 'E', bytes: 5 };
    expect(await store.getExactly(object)).toBeUndefined();
  });

  it('lists a symlink as such, whose HEAD is of its target, and of none where there is no target', async () => {
    const store = await open();
    const client = ossClient(`bucket-${count}`, oss.connection);
    await client.put('a.jpg', Buffer.from('photo'));
    await client.putSymlink('link.jpg', 'a.jpg', {} as never);
    await client.putSymlink('nowhere.jpg', 'b.jpg', {} as never);
    const found: [string, boolean][] = [];
    for await (const entry of store.list('')) {
      if ('key' in entry) found.push([entry.key, entry.isLink === true]);
    }
    expect(found).toEqual([
      ['a.jpg', false],
      ['link.jpg', true],
      ['nowhere.jpg', true],
    ]);
    const link = { target: 'a.jpg' };
    expect(await store.head('link.jpg')).toMatchObject({ bytes: 5, link });
    expect(await store.head('nowhere.jpg')).toBeUndefined();
  });

  it('refuses a large file by its first bytes', async () => {
    const store = await open();
    await store.put('a.mp4', Buffer.alloc(2_000_000, 7), attributes);
    const object = await store.head('a.mp4');
    if (!object) throw new Error('expected a.mp4 to be stored');
    const refuse = (head: Buffer) => {
      throw new Failure('ORIGINAL_UNSUPPORTED', `expected a picture, received ${head.length}`);
    };
    const refused = store.getExactly(object, refuse);
    await expect(refused).rejects.toThrow('expected a picture, received 4096');
  });

  it('lists what is archived as such, until it is restored', async () => {
    const store = await open();
    const client = ossClient(`bucket-${count}`, oss.connection);
    const archived = { headers: { 'x-oss-storage-class': 'Archive' } };
    await client.put('cold.jpg', Buffer.from('x'), archived);
    await client.put('warm.jpg', Buffer.from('x'), archived);
    await client.put('ia.jpg', Buffer.from('x'), { headers: { 'x-oss-storage-class': 'IA' } });
    const stored = oss.store.find(`bucket-${count}`)?.objects.get('warm.jpg');
    if (!stored) throw new Error('expected warm.jpg to be stored');
    Object.assign(stored, { restore: { readyAt: 0, until: Date.now() + 86_400_000 } });
    const found: [string, boolean][] = [];
    for await (const entry of store.list('')) {
      if ('key' in entry) found.push([entry.key, entry.isArchived === true]);
    }
    expect(found).toEqual([
      ['cold.jpg', true],
      ['ia.jpg', false],
      ['warm.jpg', false],
    ]);
  });

  it('says which bucket is missing or forbidden, as our own fault', async () => {
    const missing = ossStore('no-such-bucket', oss.connection);
    await expect(missing.get('a')).rejects.toMatchObject({ code: 'STORE_DENIED', kind: 'fault' });
    const stranger = {
      ...oss.connection,
      credentials: { ...credentials, accessKeySecret: 'wrong' },
    };
    await expect(ossStore('bucket-1', stranger).get('a')).rejects.toMatchObject({
      code: 'STORE_DENIED',
      message: expect.stringMatching(/GET a in bucket-1.*SignatureDoesNotMatch/),
    });
  });
});

describe('ossStore, when OSS falters,', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function faltering(listener: RequestListener) {
    const started = createServer(listener);
    server = started;
    await new Promise<void>(resolve => started.listen(0, 'localhost', resolve));
    const { port } = started.address() as AddressInfo;
    const region = 'oss-cn-hangzhou';
    return ossStore('bucket', {
      region,
      endpoint: `http://localhost:${port}`,
      pathStyle: true,
      credentials,
    });
  }

  it('tries again after a 503, a 500 and a cut connection', async () => {
    let calls = 0;
    const store = await faltering((request, response) => {
      calls += 1;
      if (calls === 1)
        response.writeHead(503).end('<Error><Code>ServiceUnavailable</Code></Error>');
      else if (calls === 2) response.writeHead(500).end();
      else if (calls === 3) request.socket.destroy();
      else response.writeHead(200, { ETag: '"AA"' }).end('fine');
    });
    expect((await store.get('a'))?.bytes.toString()).toBe('fine');
    expect(calls).toBe(4);
  });

  it('gives up on one that stays away, and calls it passing', async () => {
    const store = await faltering((_, response) => response.writeHead(503).end());
    await expect(store.head('a')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      kind: 'transient',
    });
  }, 20_000);

  it('does not ask again what was refused', async () => {
    let calls = 0;
    const store = await faltering((_, response) => {
      calls += 1;
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_DENIED' });
    expect(calls).toBe(1);
  });
});
