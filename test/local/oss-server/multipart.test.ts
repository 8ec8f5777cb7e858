import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCrc64 } from '../../../shared/core/crc64.ts';
import { BUCKET, clients, pathStyle, send, start } from './support.ts';

const PART = 100 * 1024;
const BODY = Buffer.concat([Buffer.alloc(PART, 1), Buffer.alloc(PART, 2), Buffer.from('the rest')]);

function crc64(body: Buffer): string {
  const crc = createCrc64();
  crc.update(body);
  return crc.digest();
}

describe.each(clients)('%s', (_, connect) => {
  test('parts become one object, with an ETag of its parts and the CRC of the whole', async () => {
    const server = await start();
    const client = connect(server);
    await client.multipartUpload('中/big.jpg', BODY, {
      partSize: PART,
      meta: { by: 'me' } as never,
    });
    const { content, res } = await client.get('中/big.jpg');
    expect(BODY.equals(content)).toBe(true);
    const digests = [
      BODY.subarray(0, PART),
      BODY.subarray(PART, 2 * PART),
      BODY.subarray(2 * PART),
    ];
    const whole = createHash('md5');
    for (const part of digests) whole.update(createHash('md5').update(part).digest());
    expect(res.headers).toMatchObject({
      etag: `"${whole.digest('hex').toUpperCase()}-3"`,
      'x-oss-hash-crc64ecma': crc64(BODY),
      'x-oss-object-type': 'Multipart',
      'content-type': 'image/jpeg',
      'x-oss-meta-by': 'me',
    });
    expect(await readdir(join(server.dataDir, BUCKET, 'blobs'))).toHaveLength(1);
    expect(await readdir(join(server.dataDir, BUCKET, 'uploads'))).toEqual([]);
  });

  test('parts can be copied from another object', async () => {
    const client = connect(await start());
    await client.put('source +中', BODY);
    const source = { sourceKey: 'source +中', sourceBucketName: BUCKET };
    await client.multipartUploadCopy('copy', source as never, { partSize: PART });
    expect(BODY.equals((await client.get('copy')).content)).toBe(true);
  });
});

test('parts and uploads are listed, in order and in pages', async () => {
  const client = pathStyle(await start());
  const { uploadId } = await client.initMultipartUpload('b');
  for (const number of [2, 1]) {
    await client.uploadPart('b', uploadId, number, BODY as never, 0, PART);
  }
  const parts = await client.listParts('b', uploadId, { 'max-parts': 1 } as never);
  expect([parts.isTruncated, parts.nextPartNumberMarker]).toEqual(['true', '1']);
  const second = await client.initMultipartUpload('a');
  const third = await client.initMultipartUpload('b');
  expect(third.uploadId > uploadId).toBe(true);
  const { uploads } = await client.listUploads({});
  expect(uploads.map((upload: { uploadId: string }) => upload.uploadId)).toEqual([
    second.uploadId,
    uploadId,
    third.uploadId,
  ]);
  const after = await client.listUploads({ 'key-marker': 'b', 'upload-id-marker': uploadId });
  expect(after.uploads).toHaveLength(1);
});

test('an aborted upload leaves nothing, and cannot go on', async () => {
  const server = await start();
  const client = pathStyle(server);
  const { uploadId } = await client.initMultipartUpload('a');
  await client.uploadPart('a', uploadId, 1, BODY as never, 0, PART);
  await client.abortMultipartUpload('a', uploadId);
  const again = client.uploadPart('a', uploadId, 1, BODY as never, 0, PART);
  await expect(again).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  expect(await readdir(join(server.dataDir, BUCKET, 'blobs'))).toEqual([]);
});

describe('completing', () => {
  async function prepare() {
    const server = await start();
    const client = pathStyle(server);
    const { uploadId } = await client.initMultipartUpload('a');
    const upload = async (number: number, size: number) =>
      (await client.uploadPart('a', uploadId, number, BODY as never, 0, size)).etag;
    const complete = (parts: { number: number; etag: string }[]) =>
      client.completeMultipartUpload('a', uploadId, parts);
    const completeRaw = (xml: string) =>
      send(server, {
        method: 'POST',
        target: `/${BUCKET}/a?uploadId=${uploadId}`,
        subresources: `?uploadId=${uploadId}`,
        body: xml,
      });
    return { server, upload, complete, completeRaw };
  }

  test('refuses a part that was never sent, or sent otherwise', async () => {
    const { upload, complete, server } = await prepare();
    const etag = await upload(1, 10);
    const missing = complete([{ number: 2, etag }]);
    await expect(missing).rejects.toMatchObject({ code: 'InvalidPart' });
    const other = complete([{ number: 1, etag: `"${'0'.repeat(32)}"` }]);
    await expect(other).rejects.toMatchObject({ code: 'InvalidPart' });
    expect(server.store.find(BUCKET)?.objects.size).toBe(0);
    await complete([{ number: 1, etag }]);
  });

  test('refuses small parts before the last, and parts out of order', async () => {
    const { upload, complete, completeRaw } = await prepare();
    const [first, second] = [await upload(1, 10), await upload(2, 10)];
    const small = complete([
      { number: 1, etag: first },
      { number: 2, etag: second },
    ]);
    await expect(small).rejects.toMatchObject({ code: 'EntityTooSmall' });
    const part = (number: number, etag: string) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`;
    const parts = part(2, second) + part(1, first);
    const xml = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
    expect(await (await completeRaw(xml)).text()).toContain('InvalidPartOrder');
  });

  test('happens once, however many ask for it at once', async () => {
    const { upload, complete } = await prepare();
    const etag = await upload(1, 10);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => complete([{ number: 1, etag }])));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
