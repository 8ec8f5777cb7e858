import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { BUCKET, codeOf, KEYS, pathStyle, start } from './support.ts';

type Condition = Record<string, string> | unknown[];

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

interface Form {
  conditions?: Condition[];
  expiration?: string;
  fields?: Record<string, string>;
  file?: File;
}

function fieldsV1(server: OssServer, { conditions = [], expiration = inAnHour() }: Form) {
  return pathStyle(server).calculatePostSignature({ expiration, conditions } as never) as object;
}

function fieldsV4(server: OssServer, { conditions = [], expiration = inAnHour() }: Form) {
  const now = new Date();
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const credential = `${KEYS.accessKeyId}/${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`;
  const policy = { expiration, conditions: [...conditions, { 'x-oss-credential': credential }] };
  const client = pathStyle(server) as OSS & {
    signPostObjectPolicyV4(policy: object, date: Date): string;
  };
  return {
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': credential,
    'x-oss-date': date,
    policy: Buffer.from(JSON.stringify(policy)).toString('base64'),
    'x-oss-signature': client.signPostObjectPolicyV4(policy, now),
  };
}

async function post(server: OssServer, signed: object, { fields = {}, file }: Form = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ key: 'form.txt', ...signed, ...fields })) {
    form.append(name, value);
  }
  form.append('file', file ?? new File(['hello'], '中 file.txt', { type: 'text/x-own' }));
  const response = await fetch(`${server.endpoint}/${BUCKET}`, { method: 'POST', body: form });
  const text = await response.text();
  return { status: response.status, code: codeOf(text), text };
}

describe.each([
  ['V1', fieldsV1],
  ['V4', fieldsV4],
])('a form signed by %s', (_, sign) => {
  test('is stored under its key, with its type and metadata', async () => {
    const server = await start();
    const fields = { key: `up/\${filename}`, 'x-oss-meta-by': 'me', success_action_status: '201' };
    const { status, text } = await post(server, sign(server, {}), { fields });
    expect([status, text]).toEqual([201, expect.stringContaining('<Key>up/中 file.txt</Key>')]);
    const { content, res } = await pathStyle(server).get('up/中 file.txt');
    expect(String(content)).toBe('hello');
    expect(res.headers).toMatchObject({ 'content-type': 'text/x-own', 'x-oss-meta-by': 'me' });
    expect(server.records.map(record => record.eventName)).toEqual(['ObjectCreated:PostObject']);
  });

  test('is refused when the policy was changed after signing', async () => {
    const server = await start();
    const { policy } = sign(server, { conditions: [['eq', '$key', 'x']] }) as { policy: string };
    const answer = await post(server, { ...sign(server, {}), policy });
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(server.store.find(BUCKET)?.objects.size).toBe(0);
  });

  test('is refused when its policy has expired', async () => {
    const server = await start();
    const answer = await post(server, sign(server, { expiration: '2020-01-01T00:00:00Z' }));
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(answer.text).toContain('Policy expired');
  });
});

test.each<[string, Condition, boolean]>([
  ['the bucket', { bucket: BUCKET }, true],
  ['another bucket', { bucket: 'other' }, false],
  ['the key', ['eq', '$key', 'form.txt'], true],
  ['another key', ['eq', '$key', 'x'], false],
  ['the start of the key', ['starts-with', '$key', 'form'], true],
  ['another start', ['starts-with', '$key', 'user/1/'], false],
  ['a listed type', ['in', '$content-type', ['a/b', 'image/jpeg']], true],
  ['no listed type', ['in', '$content-type', ['a/b']], false],
  ['a type that is not listed', ['not-in', '$content-type', ['a/b']], true],
  ['a type that is forbidden', ['not-in', '$content-type', ['image/jpeg']], false],
  ['a length within', ['content-length-range', 1, 5], true],
  ['a length above', ['content-length-range', 1, 4], false],
  ['a length below', ['content-length-range', 6, 10], false],
  ['an operator nobody knows', ['like', '$key', 'form.txt'], false],
])('a policy with %s decides rightly', async (_, condition, allowed) => {
  const server = await start();
  const fields = { 'Content-Type': 'image/jpeg' };
  const { status } = await post(server, fieldsV1(server, { conditions: [condition] }), { fields });
  expect(status === 204).toBe(allowed);
  expect(server.store.find(BUCKET)?.objects.size).toBe(allowed ? 1 : 0);
  expect(await readdir(join(server.dataDir, BUCKET, 'blobs'))).toHaveLength(allowed ? 1 : 0);
});

test('a form without a policy, or without a file, is refused', async () => {
  const server = await start();
  expect(await post(server, {})).toMatchObject({ status: 403, code: 'AccessDenied' });
  const form = new FormData();
  form.append('key', 'a');
  const response = await fetch(`${server.endpoint}/${BUCKET}`, { method: 'POST', body: form });
  expect(response.status).toBe(400);
});

test('fields are checked as headers are: the class, the ACL and the encryption of a form hold', async () => {
  const server = await start();
  const fields = {
    'x-oss-storage-class': 'IA',
    'x-oss-object-acl': 'public-read',
    'x-oss-server-side-encryption': 'AES256',
  };
  expect((await post(server, fieldsV1(server, {}), { fields })).status).toBe(204);
  const { res } = await pathStyle(server).head('form.txt');
  expect(res.headers).toMatchObject({
    'x-oss-storage-class': 'IA',
    'x-oss-server-side-encryption': 'AES256',
  });
  expect((await fetch(`${server.endpoint}/${BUCKET}/form.txt`)).status).toBe(200);
});

test.each([
  ['x-oss-storage-class', 'Frozen', 400, 'InvalidArgument'],
  ['x-oss-object-acl', 'public-read-write', 501, 'NotImplemented'],
  ['x-oss-server-side-encryption', 'ROT13', 400, 'InvalidEncryptionAlgorithmError'],
  ['x-oss-traffic-limit', '1', 400, 'InvalidArgument'],
  ['x-oss-process', 'image/info', 501, 'NotImplemented'],
  ['x-oss-tagging', 'a=b', 501, 'NotImplemented'],
  ['success_action_redirect', 'http://localhost/', 501, 'NotImplemented'],
])('the field %s of %s is refused', async (name, value, status, code) => {
  const server = await start();
  const answer = await post(server, fieldsV1(server, {}), { fields: { [name]: value } });
  expect(answer).toMatchObject({ status, code });
  expect(server.store.find(BUCKET)?.objects.size).toBe(0);
});

test('a large refused form still hears its answer', async () => {
  const server = await start();
  const file = new File([Buffer.alloc(3_000_000)], 'big');
  const tooLarge = fieldsV1(server, { conditions: [['content-length-range', 0, 10]] });
  expect(await post(server, tooLarge, { file })).toMatchObject({
    status: 400,
    code: 'EntityTooLarge',
  });
  expect(await post(server, {}, { file })).toMatchObject({ status: 403 });
});

test.each([true, false])('a form cut off in its file stores nothing (signed: %s)', async signed => {
  const server = await start();
  const fields = { key: 'cut', ...(signed && fieldsV1(server, {})) };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const request = http.request(`${server.endpoint}/${BUCKET}`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '1000000' },
  });
  request.on('error', () => undefined);
  request.write(
    `${parts.join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf`,
  );
  await sleep(100);
  request.destroy();
  await expect.poll(() => readdir(join(server.dataDir, BUCKET, 'blobs'))).toEqual([]);
  expect(server.store.find(BUCKET)?.objects.size).toBe(0);
});
