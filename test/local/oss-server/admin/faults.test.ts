import http from 'node:http';
import type OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { type OssAdmin, ossAdmin } from '../../../support/oss-admin.ts';
import { BUCKET, codeOf, md5, pathStyle, send, start } from '../support.ts';

const TOKEN = 'token-of-the-tests';
const BODY = Buffer.from('0123456789'.repeat(50_000));

async function open(): Promise<
  Awaited<ReturnType<typeof start>> & { client: OSS; admin: OssAdmin }
> {
  const server = await start({ adminToken: TOKEN });
  return { ...server, client: pathStyle(server), admin: ossAdmin(server.endpoint, TOKEN) };
}

type Open = Awaited<ReturnType<typeof open>>;

function get(server: Open, key = 'a') {
  return send(server, { method: 'GET', target: `/${BUCKET}/${key}` });
}

function put(server: Open, key = 'a', headers: Record<string, string> = {}) {
  return send(server, { method: 'PUT', target: `/${BUCKET}/${key}`, body: BODY, headers });
}

function stored(server: Open, key = 'a') {
  return server.store.find(BUCKET)?.objects.get(key);
}

/** What came over the wire, and how it ended. */
async function raw(server: Open, key: string) {
  const url = server.client.signatureUrl(key);
  return await new Promise<{ promised: number; bytes: Buffer; ended: string }>(
    (resolve, reject) => {
      http
        .get(url, response => {
          const chunks: Buffer[] = [];
          const promised = Number(response.headers['content-length']);
          const done = (ended: string) =>
            resolve({ promised, bytes: Buffer.concat(chunks), ended });
          response.on('data', chunk => chunks.push(chunk));
          response.on('end', () => done('whole'));
          response.on('error', () => done('cut'));
        })
        .on('error', reject);
    },
  );
}

describe('an error', () => {
  test('before the effect is answered in OSS’s words, and nothing happened', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'error', method: 'PUT', code: 'InternalError' }]);
    const response = await put(server);
    expect([response.status, codeOf(await response.text())]).toEqual([500, 'InternalError']);
    expect([stored(server), server.records]).toEqual([undefined, []]);
  });

  test('after the effect loses the answer, not the object and not its event', async () => {
    const server = await open();
    const fault = { kind: 'error', code: 'ServiceUnavailable', when: 'after' } as const;
    await server.admin.faults.set([{ ...fault, method: 'PUT' }]);
    const response = await put(server);
    expect([response.status, codeOf(await response.text())]).toEqual([503, 'ServiceUnavailable']);
    expect(stored(server)?.size).toBe(BODY.length);
    expect(server.records).toHaveLength(1);
  });

  test('may have any status, and travels in headers on a HEAD', async () => {
    const server = await open();
    await server.client.put('a', BODY);
    const fault = { kind: 'error', code: 'TotalQpsLimitExceeded', status: 429 } as const;
    await server.admin.faults.set([fault]);
    await expect(server.client.head('a')).rejects.toMatchObject({
      status: 429,
      code: 'TotalQpsLimitExceeded',
    });
  });
});

describe('a body that is answered', () => {
  test('cut: half of what was promised, then the connection ends', async () => {
    const server = await open();
    await server.client.put('a', BODY);
    await server.admin.faults.set([{ kind: 'cut', method: 'GET', key: 'a' }]);
    const { promised, bytes, ended } = await raw(server, 'a');
    expect([promised, bytes.length, ended]).toEqual([BODY.length, BODY.length / 2, 'cut']);
    expect(BODY.subarray(0, bytes.length).equals(bytes)).toBe(true);
  });

  test('short: half of it with a Content-Length that fits, and the CRC-64 of the whole', async () => {
    const server = await open();
    const { res } = await server.client.put('a', BODY);
    await server.admin.faults.set([{ kind: 'short', method: 'GET' }]);
    const response = await get(server);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(BODY.subarray(0, BODY.length / 2))).toBe(true);
    expect(response.headers.get('content-length')).toBe(String(BODY.length / 2));
    const { 'x-oss-hash-crc64ecma': crc64 } = res.headers as Record<string, string>;
    expect(response.headers.get('x-oss-hash-crc64ecma')).toBe(crc64);
  });

  test('corrupt: one byte is another, and nothing tells but the CRC-64', async () => {
    const server = await open();
    await server.client.put('a', BODY);
    await server.admin.faults.set([{ kind: 'corrupt', method: 'GET' }]);
    const bytes = Buffer.from(await (await get(server)).arrayBuffer());
    expect(bytes).toHaveLength(BODY.length);
    expect(bytes.filter((byte, at) => byte !== BODY[at])).toHaveLength(1);
  });

  test('stall: half of it comes, the rest after a silence', async () => {
    const server = await open();
    await server.client.put('a', BODY);
    await server.admin.faults.set([{ kind: 'stall', method: 'GET', ms: 300 }]);
    const before = Date.now();
    const { bytes } = await raw(server, 'a');
    expect(Date.now() - before).toBeGreaterThanOrEqual(290);
    expect(BODY.equals(bytes)).toBe(true);
  });

  test('an empty one has nothing that could suffer, and it is no hit', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'corrupt', method: 'PUT' }]);
    expect((await put(server)).status).toBe(200);
    expect(await server.admin.faults.hits()).toEqual([0]);
  });
});

describe('a body that comes in', () => {
  test('corrupt: what is stored differs, and the answered CRC-64 is that of what is stored', async () => {
    const server = await open();
    const rule = { kind: 'corrupt', method: 'PUT', when: 'before', times: 1 } as const;
    await server.admin.faults.set([rule]);
    const response = await put(server);
    const kept = Buffer.from(await (await get(server)).arrayBuffer());
    expect(kept.filter((byte, at) => byte !== BODY[at])).toHaveLength(1);
    expect(response.headers.get('x-oss-hash-crc64ecma')).toBe(stored(server)?.crc64);
    expect(response.headers.get('content-md5')).not.toBe(md5(BODY));
    expect((await put(server)).headers.get('content-md5')).toBe(md5(BODY));
  });

  test('corrupt: its Content-MD5 is noticed, and nothing is stored', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'corrupt', method: 'PUT', when: 'before' }]);
    const response = await put(server, 'a', { 'content-md5': md5(BODY) });
    expect([response.status, codeOf(await response.text())]).toEqual([400, 'InvalidDigest']);
    expect(stored(server)).toBeUndefined();
  });

  test('cut: the connection ends in the middle, and nothing is stored', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'cut', method: 'PUT', when: 'before' }]);
    await expect(put(server)).rejects.toThrow('fetch failed');
    expect(stored(server)).toBeUndefined();
  });
});

test.each(['before', 'after'] as const)('a reset %s the effect ends the connection', async when => {
  const server = await open();
  await server.admin.faults.set([{ kind: 'reset', method: 'PUT', when }]);
  await expect(put(server)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(stored(server) !== undefined).toBe(when === 'after');
});

test('slow: the answer takes its time', async () => {
  const server = await open();
  await server.client.put('a', BODY);
  await server.admin.faults.set([{ kind: 'slow', method: 'HEAD', ms: 300 }]);
  const before = Date.now();
  await server.client.head('a');
  expect(Date.now() - before).toBeGreaterThanOrEqual(290);
});

describe('a rule', () => {
  const code = 'ServiceUnavailable';

  async function outcomes(server: Open, keys: string[]) {
    const statuses: number[] = [];
    for (const key of keys) statuses.push((await get(server, key)).status);
    return statuses;
  }

  test.each([
    ['a glob', { key: 'photos/**' }, [503, 503, 404]],
    ['a regular expression', { key: /cat/i }, [404, 503, 503]],
    ['another bucket', { bucket: 'derivatives' }, [404, 404, 404]],
    ['another method', { method: 'PUT' as const }, [404, 404, 404]],
    ['a query', { query: 'uploadId' }, [404, 404, 404]],
    ['nothing', {}, [503, 503, 503]],
  ])('that names %s strikes what it means alone', async (_, meant, expected) => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'error', code, ...meant }]);
    const keys = ['photos/dog.jpg', 'photos/old/CAT.jpg', 'cat.jpg'];
    expect(await outcomes(server, keys)).toEqual(expected);
  });

  test('strikes its share, the same requests with the same seed in whatever order', async () => {
    const keys = Array.from({ length: 200 }, (_, at) => `key-${at}`);
    const run = async (seed: number, order: string[]) => {
      const server = await open();
      await server.admin.faults.set([{ kind: 'error', code, share: 0.2 }], seed);
      const statuses = await outcomes(server, order);
      return order.filter((_, at) => statuses[at] === 503).sort();
    };
    const first = await run(1, keys);
    expect(first.length).toBeGreaterThan(20);
    expect(first.length).toBeLessThan(65);
    expect(await run(1, keys.toReversed())).toEqual(first);
    expect(await run(2, keys)).not.toEqual(first);
  });

  test('strikes a request that comes again by a lot of its own', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'error', code, share: 0.5 }]);
    const statuses = await outcomes(server, Array(40).fill('same'));
    expect(new Set(statuses)).toEqual(new Set([404, 503]));
  });

  test('ends after so many times, and the hits are counted', async () => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'error', code, times: 2 }]);
    expect(await outcomes(server, ['a', 'b', 'c'])).toEqual([503, 503, 404]);
    expect(await server.admin.faults.hits()).toEqual([2]);
    await server.admin.faults.clear();
    expect(await server.admin.faults.hits()).toEqual([]);
  });

  test.each([
    ['a kind nobody knows', { kind: 'flood' }],
    ['a share above 1', { kind: 'reset', share: 2 }],
    ['a broken expression', { kind: 'reset', key: { source: '(' } }],
    ['a misspelt field', { kind: 'reset', buckets: 'a' }],
    ['a code nobody knows', { kind: 'error', code: 'NoSuchThing' }],
  ])('of %s is refused, and those there stay', async (_, rule) => {
    const server = await open();
    await server.admin.faults.set([{ kind: 'error', code }]);
    await expect(server.admin.faults.set([rule as never])).rejects.toThrow('400');
    expect((await get(server)).status).toBe(503);
  });
});
