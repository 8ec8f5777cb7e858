import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { newFolder } from '../../support/folders.ts';
import { BUCKET, codeOf, KEYS, md5, pathStyle, send, start } from './support.ts';

interface Asked {
  method: string;
  path: string;
  headers?: Record<string, string>;
}

/** What is answered to a request that promises a body and sends ten bytes of it, or none. */
async function answerBeforeBody(server: OssServer, { method, path, headers }: Asked, sends = true) {
  const request = http.request(server.endpoint + path, {
    method,
    headers: { 'content-length': '541000000', ...headers },
  });
  request.on('error', () => undefined);
  onTestFinished(() => void request.destroy());
  if (sends) request.write('0123456789');
  else request.flushHeaders();
  const invited = once(request, 'continue').then(() => 'invited' as const);
  const answered = once(request, 'response').then(([response]) => response.statusCode as number);
  return await Promise.race([invited, answered]);
}

describe('before its body has come', () => {
  test.each([
    ['an unsigned upload', { method: 'PUT', path: `/${BUCKET}/a` }],
    ['an unsigned list of keys to delete', { method: 'POST', path: `/${BUCKET}?delete` }],
    [
      'one with a wrong signature',
      { method: 'PUT', path: `/${BUCKET}/a`, headers: { authorization: 'OSS local-key:wrong' } },
    ],
  ])('%s is refused', async (_, asked) => {
    const server = await start();
    expect(await answerBeforeBody(server, asked)).toBe(403);
  });

  test('an upload to a bucket that is not there is refused', async () => {
    const server = await start();
    const url = pathStyle(server, { bucket: 'nowhere' }).signatureUrl('a', { method: 'PUT' });
    const path = url.slice(server.endpoint.length);
    expect(await answerBeforeBody(server, { method: 'PUT', path })).toBe(404);
  });

  test('who waits to be told so is told when known, and refused when not', async () => {
    const server = await start();
    const headers = { expect: '100-continue' };
    const url = pathStyle(server).signatureUrl('a', { method: 'PUT' });
    const known = { method: 'PUT', path: url.slice(server.endpoint.length), headers };
    expect(await answerBeforeBody(server, known, false)).toBe('invited');
    const unknown = { method: 'PUT', path: `/${BUCKET}/a`, headers };
    expect(await answerBeforeBody(server, unknown, false)).toBe(403);
  });
});

test('a client that asks for its connection to close still hears why its upload is refused', async () => {
  const server = await start();
  const request = http.request(`${server.endpoint}/${BUCKET}/a`, {
    method: 'PUT',
    agent: false,
    headers: { 'content-length': '30000000', connection: 'close' },
  });
  const errors: unknown[] = [];
  request.on('error', error => errors.push(error));
  request.end(Buffer.alloc(30_000_000));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  expect([response.statusCode, codeOf(await text(response))]).toEqual([403, 'AccessDenied']);
  expect(errors).toEqual([]);
});

test.each([
  ['delete', 'POST', `/${BUCKET}?delete`, '?delete'],
  ['cors', 'PUT', `/${BUCKET}?cors`, '?cors'],
  ['lifecycle', 'PUT', `/${BUCKET}?lifecycle`, '?lifecycle'],
  ['uploadId', 'POST', `/${BUCKET}/a?uploadId=1`, '?uploadId=1'],
])('an XML of ?%s above 2 MB is refused', async (_, method, target, subresources) => {
  const server = await start();
  const body = Buffer.alloc(3_000_000, ' ');
  for (const chunked of [false, true]) {
    const sent = chunked ? new Blob([body]).stream() : body;
    const headers = { 'content-md5': md5(body) };
    const response = await send(server, { method, target, subresources, headers, body: sent });
    expect([response.status, codeOf(await response.text())]).toEqual([400, 'MalformedXML']);
  }
});

test('an XML that is no UTF-8 is refused', async () => {
  const server = await start();
  const body = Buffer.from('<Delete><Object><Key>\xff</Key></Object></Delete>', 'latin1');
  const headers = { 'content-md5': md5(body) };
  const target = `/${BUCKET}?delete`;
  const raw = { method: 'POST', target, subresources: '?delete', headers, body };
  const response = await send(server, raw);
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'MalformedXML']);
});

test('fields of a form above 2 MB are refused, and a long one is not left out', async () => {
  const server = await start();
  const post = async (fields: Record<string, string>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new File(['x'], 'x'));
    const response = await fetch(`${server.endpoint}/${BUCKET}`, { method: 'POST', body: form });
    return [response.status, codeOf(await response.text())];
  };
  const many = Object.fromEntries([1, 2, 3].map(n => [`x:${n}`, 'y'.repeat(900_000)]));
  expect(await post(many)).toEqual([400, 'FieldItemTooLong']);
  expect(await post({ 'x-oss-meta-long': 'y'.repeat(1_200_000) })).toEqual([
    400,
    'FieldItemTooLong',
  ]);
});

/** A server that can write no file above 2 MB: the kernel refuses the rest, as a full disk would. */
async function cramped(): Promise<{ server: OssServer; dataDir: string }> {
  const dataDir = newFolder();
  const script = `
    import { startOssServer } from './local/oss-server/server.ts';
    const { port } = await startOssServer({
      dataDir: ${JSON.stringify(dataDir)}, port: 0, region: 'oss-cn-hangzhou',
      credentials: [${JSON.stringify(KEYS)}], buckets: ['${BUCKET}'],
    });
    process.stdout.write(String(port));`;
  const run =
    'trap "" XFSZ; ulimit -f 4096; exec "$0" --import tsx --input-type=module --eval "$1"';
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn('/bin/sh', ['-c', run, process.execPath, script], { stdio: [...stdio] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [printed] = await once(child.stdout, 'data');
  return { server: { endpoint: `http://localhost:${printed}` } as OssServer, dataDir };
}

test('a disk that takes no more is an InternalError in XML, and leaves nothing half-written', async () => {
  const { server, dataDir } = await cramped();
  const client = pathStyle(server);
  const body = Buffer.alloc(20_000_000, 1);
  await client.put('small', Buffer.from('kept'));
  const answer = await send(server, { method: 'PUT', target: `/${BUCKET}/big`, body });
  expect([answer.status, codeOf(await answer.text())]).toEqual([500, 'InternalError']);
  const { uploadId } = await client.initMultipartUpload('parts');
  const part = client.uploadPart('parts', uploadId, 1, body as never, 0, body.length);
  await expect(part).rejects.toMatchObject({ status: 500, code: 'InternalError' });
  const signed = client.calculatePostSignature({
    expiration: new Date(Date.now() + 60_000).toISOString(),
    conditions: [],
  } as never);
  const form = new FormData();
  for (const [name, value] of Object.entries({ key: 'form', ...signed })) form.append(name, value);
  form.append('file', new File([body], 'big'));
  const posted = await fetch(`${server.endpoint}/${BUCKET}`, { method: 'POST', body: form });
  expect([posted.status, codeOf(await posted.text())]).toEqual([500, 'InternalError']);
  expect(String((await client.get('small')).content)).toBe('kept');
  expect(await readdir(join(dataDir, BUCKET, 'blobs'))).toHaveLength(1);
});
