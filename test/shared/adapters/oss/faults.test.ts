import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { crc64 } from 'hash-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { ossReader, ossStore } from '../../../../shared/adapters/oss/store.ts';
import { credentials } from '../../../support/local-oss.ts';

const GOOD = Buffer.from('these are the very bytes');
const MD5 = md5Of(GOOD);
const CRC64 = await crc64Of(GOOD);
const attributes = { contentType: 'text/plain', cacheControl: 'no-cache' };

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase();
}

async function crc64Of(bytes: Buffer): Promise<string> {
  return BigInt(`0x${await crc64(bytes)}`).toString();
}

type Answers = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An OSS that answers its requests in turn, the last one for ever, and notes what it was asked. */
async function answering(turns: Answers[], { giveUpAt }: { giveUpAt?: Date } = {}) {
  const asked: {
    method: string;
    url: string;
    body: string;
    headers: IncomingMessage['headers'];
  }[] = [];
  const started = createServer(async (request, response) => {
    const turn = turns[Math.min(asked.length, turns.length - 1)];
    const { method = '', url = '', headers } = request;
    const seen = { method, url: decodeURIComponent(url), headers, body: '' };
    asked.push(seen);
    seen.body = (await buffer(request)).toString();
    turn?.(request, response);
  });
  server = started;
  await new Promise<void>(resolve => started.listen(0, 'localhost', resolve));
  const { port } = started.address() as AddressInfo;
  const endpoint = `http://localhost:${port}`;
  const connection = {
    region: 'oss-cn-hangzhou',
    endpoint,
    pathStyle: true,
    credentials,
    ...(giveUpAt ? { giveUpAt } : {}),
  };
  return {
    asked,
    methods: () => asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`),
    store: ossStore('bucket', connection),
    reader: ossReader('bucket', connection),
  };
}

interface Body {
  sent?: Buffer;
  headers?: Record<string, string>;
  /** Cut the connection after the bytes that were sent. */
  cut?: boolean;
  /** Neither end nor cut. */
  silent?: boolean;
}

const body =
  ({ sent = GOOD, headers = {}, cut, silent }: Body = {}): Answers =>
  (request, response) => {
    const length = cut || silent ? GOOD.length : sent.length;
    const facts = { 'Content-Length': length, ETag: `"${MD5}"`, 'x-oss-hash-crc64ecma': CRC64 };
    response.writeHead(200, { ...facts, ...headers });
    response.write(request.method === 'HEAD' ? '' : sent, () => {
      if (cut) request.socket.destroy();
      else if (!silent) response.end();
    });
  };

const error =
  (status: number, code?: string, headers: Record<string, string> = {}): Answers =>
  (_, response) => {
    const document = code === undefined ? '' : `<Error><Code>${code}</Code></Error>`;
    response.writeHead(status, { 'Content-Length': document.length, ...headers }).end(document);
  };

/** As OSS says it of a HEAD. */
const headError = (status: number, code: string) =>
  error(status, undefined, {
    'x-oss-err': Buffer.from(`<Error><Code>${code}</Code></Error>`).toString('base64'),
  });

const listing =
  (keys: string[], { count = keys.length, more = '' } = {}): Answers =>
  (_, response) => {
    const contents = keys.map(
      key =>
        `<Contents><Key>${encodeURIComponent(key)}</Key><ETag>"${MD5}"</ETag><Size>1</Size><LastModified>2026-11-01T00:00:00.000Z</LastModified></Contents>`,
    );
    response.end(
      `<ListBucketResult><EncodingType>url</EncodingType><KeyCount>${count}</KeyCount>${contents.join('')}${more}</ListBucketResult>`,
    );
  };

const flipped = Buffer.from(GOOD);
flipped[3] = 0;
const short = GOOD.subarray(0, 10);
const seen = { key: 'a', etag: MD5, bytes: GOOD.length, crc64: CRC64 };

describe('what is read from OSS', () => {
  const wrong: [string, Body][] = [
    ['has one byte flipped', { sent: flipped }],
    ['is short, with a Content-Length that agrees', { sent: short }],
    ['is cut', { sent: short, cut: true }],
    ['is somebody else’s page', { headers: { ETag: '' } }],
  ];

  it.each(wrong)('is read again where it %s', async (_, first) => {
    const { store, asked } = await answering([body(first), body()]);
    expect((await store.get('a'))?.bytes).toEqual(GOOD);
    expect(asked.length).toBe(2);
  });

  it.each(wrong)('is STORE_UNAVAILABLE where it always %s', async (_, always) => {
    const { store } = await answering([body(always)], { giveUpAt: new Date(Date.now() + 700) });
    const failure = {
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^GET a in bucket: /),
    };
    await expect(store.get('a')).rejects.toMatchObject(failure);
    await expect(store.getUnless('a', 'X')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.getExactly(seen)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is read again where it falls silent', async () => {
    const giveUpAt = new Date(Date.now() + 6_000);
    const silent = body({ sent: short, silent: true });
    const { store, asked } = await answering([silent, body()], { giveUpAt });
    expect((await store.get('a'))?.bytes).toEqual(GOOD);
    expect(asked.length).toBe(2);
  });

  it('is STORE_UNAVAILABLE by what was wrong with it, not by an attempt for which no time was left', async () => {
    const giveUpAt = new Date(Date.now() + 1_500);
    const never: Answers = () => undefined;
    const { store, asked } = await answering([body({ sent: short, cut: true }), never], {
      giveUpAt,
    });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'GET a in bucket: expected a whole body, it broke off after 10 bytes',
    });
    expect(asked.length).toBe(2);
  });

  it('is believed without a CRC-64, which copies need not have', async () => {
    const { store } = await answering([
      (_, response) => response.writeHead(200, { ETag: '"X-4"', 'Content-Length': 4 }).end('copy'),
    ]);
    expect(await store.get('a')).toEqual({ etag: 'X-4', bytes: Buffer.from('copy') });
  });

  it('comes raw, whatever its Content-Encoding says', async () => {
    const gzip = gzipSync(GOOD);
    for (const sent of [gzip, GOOD]) {
      const headers = {
        'Content-Encoding': 'gzip',
        ETag: md5Of(sent),
        'x-oss-hash-crc64ecma': await crc64Of(sent),
      };
      const { store, asked } = await answering([body({ sent, headers })]);
      expect((await store.get('a'))?.bytes).toEqual(sent);
      expect(asked.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined]);
    }
  });

  it('is no longer than HEAD said, not by one byte: reading ends there', async () => {
    let written = 0;
    const endless: Answers = (_, response) => {
      response.writeHead(200, { ETag: `"${MD5}"` });
      const more = () => {
        written += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
      };
      more();
    };
    const { store } = await answering([endless], { giveUpAt: new Date(Date.now() + 500) });
    await expect(store.getExactly(seen)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('is read no further than to what it is refused by, in two answers that begin alike', async () => {
    let written = 0;
    const bytes = 60e6;
    const video: Answers = (_, response) => {
      response.writeHead(200, { ETag: `"${MD5}"`, 'Content-Length': bytes });
      const more = () => {
        written += 60_000;
        if (!response.destroyed && written <= bytes) response.write(Buffer.alloc(60_000, 7), more);
      };
      more();
    };
    const { store, asked } = await answering([video]);
    const heads: Buffer[] = [];
    const refuse = (head: Buffer) => {
      heads.push(head);
      throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a picture');
    };
    const failure = { code: 'ORIGINAL_UNSUPPORTED' };
    await expect(store.getExactly({ ...seen, bytes }, refuse)).rejects.toMatchObject(failure);
    expect(heads).toEqual([Buffer.alloc(4096, 7)]);
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=0-4095']);
    expect(asked[1]?.headers['if-match']).toBe(`"${MD5}"`);
    expect(written).toBeLessThan(10e6);
  });

  it('is not refused by the first bytes of another object under its ETag and length', async () => {
    const photo = Buffer.alloc(1_000_001, 1);
    const other = Buffer.alloc(photo.length, 7);
    const of = await crc64Of(photo);
    const headers = { 'x-oss-hash-crc64ecma': of };
    const part: Answers = (_, response) => {
      const range = { 'Content-Range': `bytes 0-4095/${photo.length}`, 'Content-Length': 4096 };
      response.writeHead(206, { ETag: `"${MD5}"`, ...headers, ...range });
      response.end(photo.subarray(0, 4096));
    };
    const turns = [body({ sent: other, headers }), part, body({ sent: photo, headers })];
    const { store, asked } = await answering(turns);
    const refuse = (head: Buffer) => {
      if (head[0] === 7) throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a picture');
    };
    const object = { ...seen, bytes: photo.length, crc64: of };
    expect(await store.getExactly(object, refuse)).toEqual(photo);
    expect(asked).toHaveLength(3);
  });

  it('and is little is compared with its CRC-64 before it is refused', async () => {
    const [photo, other] = [Buffer.alloc(100_000, 1), Buffer.alloc(100_000, 7)];
    const crc64 = await crc64Of(photo);
    const headers = { 'x-oss-hash-crc64ecma': crc64 };
    const turns = [body({ sent: other, headers }), body({ sent: photo, headers })];
    const { store, asked } = await answering(turns);
    const refuse = () => {
      throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a picture');
    };
    const object = { ...seen, bytes: photo.length, crc64 };
    expect(await store.getExactly(object, refuse)).toEqual(photo);
    expect(asked).toHaveLength(2);
  });

  it('is asked for with the ETag, and compared with all that HEAD told', async () => {
    const { store, asked } = await answering([body()]);
    expect(await store.getExactly(seen)).toEqual(GOOD);
    expect(asked.map(({ headers }) => headers['if-match'])).toEqual([`"${MD5}"`]);
    const soon = { giveUpAt: new Date(Date.now() + 500) };
    for (const other of [{ bytes: 3 }, { crc64: '1' }]) {
      const another = await answering([body({ headers: { 'x-oss-hash-crc64ecma': '' } })], soon);
      const failure = { code: 'STORE_UNAVAILABLE' };
      await expect(another.store.getExactly({ ...seen, ...other })).rejects.toMatchObject(failure);
    }
  });

  it('has changed where OSS says 412, and where another ETag comes all the same', async () => {
    for (const turn of [error(412, 'PreconditionFailed'), body({ headers: { ETag: '"OTHER"' } })]) {
      const { store, asked } = await answering([turn]);
      expect(await store.getExactly(seen)).toBe('changed');
      expect(asked.length).toBe(1);
    }
  });

  it('keeps its connection for the next call', async () => {
    const { store } = await answering([body()]);
    let connections = 0;
    server?.on('connection', () => (connections += 1));
    for (let count = 0; count < 5; count += 1) await store.get('a');
    expect(connections).toBe(1);
  });
});

describe('what is read as it comes', () => {
  it('is whole', async () => {
    const { reader } = await answering([body()]);
    expect(await buffer(await reader('a'))).toEqual(GOOD);
  });

  it.each([
    ['has one byte flipped', { sent: flipped }],
    ['is cut', { sent: short, cut: true }],
  ])('ends with STORE_UNAVAILABLE where it %s', async (_, wrong) => {
    const { reader } = await answering([body(wrong)]);
    await expect(buffer(await reader('a'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('what is written to OSS', () => {
  const stored =
    (bytes: Buffer, crc: string, headers: Record<string, string> = {}): Answers =>
    (_, response) =>
      response
        .writeHead(200, { ETag: `"${md5Of(bytes)}"`, 'x-oss-hash-crc64ecma': crc, ...headers })
        .end();

  it.each([
    ['ETag', stored(flipped, CRC64)],
    ['CRC-64', stored(GOOD, '1')],
  ])('is written again where OSS has another %s', async (_, wrong) => {
    const { store, asked } = await answering([wrong, stored(GOOD, CRC64)]);
    expect(await store.put('a', GOOD, attributes)).toEqual({ etag: MD5 });
    expect(asked.map(({ body: sent }) => sent)).toEqual([GOOD.toString(), GOOD.toString()]);
  });

  it('is STORE_UNAVAILABLE where OSS always has something else', async () => {
    const giveUpAt = new Date(Date.now() + 500);
    const { store } = await answering([stored(flipped, CRC64)], { giveUpAt });
    const failure = {
      code: 'STORE_UNAVAILABLE',
      message: `PUT a in bucket: expected the ETag ${MD5}, received ${md5Of(flipped)}`,
    };
    await expect(store.put('a', GOOD, attributes)).rejects.toMatchObject(failure);
  });

  it('goes with a Content-MD5, so that OSS compares as well', async () => {
    const { store, asked } = await answering([stored(GOOD, CRC64)]);
    await store.put('a', GOOD, attributes);
    const [md5] = asked.map(({ headers }) => headers['content-md5']);
    expect(md5).toBe(Buffer.from(MD5, 'hex').toString('base64'));
  });

  it('may have any ETag where a key of the account encrypts it', async () => {
    const headers = { 'x-oss-server-side-encryption': 'KMS' };
    const { store, asked } = await answering([stored(flipped, CRC64, headers)]);
    await store.put('a', GOOD, attributes);
    expect(asked.length).toBe(1);
  });
});

describe('a removal from OSS', () => {
  const deleted =
    (keys: string[]): Answers =>
    (request, response) => {
      if (request.method === 'DELETE') response.writeHead(204).end();
      else {
        const names = keys.map(key => `<Deleted><Key>${key}</Key></Deleted>`).join('');
        response.end(`<DeleteResult>${names}</DeleteResult>`);
      }
    };

  it('asks not for a quiet answer, and again for each key that is not in it', async () => {
    const { store, asked, methods } = await answering([deleted(['a', 'c'])]);
    await store.remove(['a', 'b', 'c', 'd']);
    expect(asked[0]?.body).toContain('<Quiet>false</Quiet>');
    expect(methods()).toEqual(['POST /bucket/', 'DELETE /bucket/b', 'DELETE /bucket/d']);
  });

  it('throws where a key cannot be removed, after it has tried all others', async () => {
    const { store, methods } = await answering([
      deleted([]),
      error(403, 'AccessDenied'),
      deleted([]),
    ]);
    await expect(store.remove(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'STORE_DENIED' });
    expect(methods().sort()).toEqual([
      'DELETE /bucket/a',
      'DELETE /bucket/b',
      'DELETE /bucket/c',
      'POST /bucket/',
    ]);
  });

  it('removes keys that XML cannot carry one by one', async () => {
    const { store, asked, methods } = await answering([deleted(['a', 'b '])]);
    await store.remove(['a', 'b ', 'c\r', 'd\u0000', 'e\uFFFE']);
    expect(asked[0]?.body).not.toMatch(/<Key>[cde]/);
    expect(methods().slice(1).sort()).toEqual([
      'DELETE /bucket/c\r',
      'DELETE /bucket/d\u0000',
      'DELETE /bucket/e\uFFFE',
    ]);
  });

  it('asks once for one key', async () => {
    const { store, methods } = await answering([deleted([])]);
    await store.remove(['a']);
    expect(methods()).toEqual(['DELETE /bucket/a']);
  });

  it('does not believe an answer that is no document', async () => {
    const { store, methods } = await answering([
      (_, response) => response.end('<DeleteResult><Deleted><Key>a</Ke'),
      (_, response) => response.end(),
      deleted(['a', 'b']),
    ]);
    await store.remove(['a', 'b']);
    expect(methods()).toEqual(['POST /bucket/', 'POST /bucket/', 'POST /bucket/']);
  });
});

describe('a symlink that is turned to another target', () => {
  const head =
    (etag: string, more = {}): Answers =>
    (_, response) =>
      response.writeHead(200, { etag: `"${etag}"`, 'content-length': 5, ...more }).end();
  const link = (etag: string) => head(etag, { 'x-oss-object-type': 'Symlink' });
  const leadsTo =
    (target: string): Answers =>
    (_, response) =>
      response.writeHead(200, { 'x-oss-symlink-target': target }).end();

  it('while it is looked at is looked at once more: its ETag is of the target that it tells', async () => {
    const { store, methods } = await answering([
      ...[link('SECRET'), leadsTo('open.jpg'), head('OPEN')],
      ...[link('OPEN'), leadsTo('open.jpg'), head('OPEN')],
    ]);
    expect(await store.head('a')).toMatchObject({ etag: 'OPEN', link: { target: 'open.jpg' } });
    expect(methods()).toHaveLength(6);
  });

  it('and is none by then is looked at once more', async () => {
    const { store } = await answering([link('A'), error(400, 'NotSymlink'), head('B')]);
    expect(await store.head('a')).toEqual({ key: 'a', etag: 'B', bytes: 5 });
  });

  it.each([
    ['with no target', (_, response) => response.writeHead(200).end()],
    ['with a target that does not decode', leadsTo('100%zz.jpg')],
    ['with a target that is cut within a character', leadsTo('%E7%8C')],
  ] satisfies [string, Answers][])(
    'is asked for once more where OSS answers %s, and then it says that it does not know',
    async (_, unreadable) => {
      const passing = await answering([link('A'), unreadable, link('A'), leadsTo('a'), head('A')]);
      expect(await passing.store.head('b')).toMatchObject({ etag: 'A', link: { target: 'a' } });
      const inTurn = [link('A'), unreadable];
      const lasting = await answering([...inTurn, ...inTurn, ...inTurn, ...inTurn, ...inTurn]);
      await expect(lasting.store.head('b')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(
          /^HEAD b .*: expected the target of a symlink URL-encoded, received something else$/,
        ),
      });
      expect(lasting.methods().every(asked => asked.endsWith('/b'))).toBe(true);
    },
  );
});

describe('a 404 of OSS', () => {
  it('is a missing object where it says NoSuchKey, and costs no other request', async () => {
    const ofHead = await answering([headError(404, 'NoSuchKey')]);
    expect(await ofHead.store.head('a')).toBeUndefined();
    const ofGet = await answering([error(404, 'NoSuchKey')]);
    expect(await ofGet.store.get('a')).toBeUndefined();
    expect([...ofHead.methods(), ...ofGet.methods()]).toEqual(['HEAD /bucket/a', 'GET /bucket/a']);
  });

  it('is a missing object, too, where a symlink has no target', async () => {
    const { store } = await answering([error(404, 'SymlinkTargetNotExist')]);
    expect(await store.get('a')).toBeUndefined();
  });

  it.each([400, 409])(
    'and so is a symlink to a symlink, which OSS refuses with %i',
    async status => {
      const { store } = await answering([
        headError(status, 'InvalidTargetType'),
        error(status, 'InvalidTargetType'),
      ]);
      expect([await store.head('a'), await store.get('a')]).toEqual([undefined, undefined]);
    },
  );

  it('is a fault where it says NoSuchBucket, on a HEAD as well', async () => {
    const ofHead = await answering([headError(404, 'NoSuchBucket')]);
    await expect(ofHead.store.head('a')).rejects.toMatchObject({ code: 'STORE_DENIED' });
    const ofGet = await answering([error(404, 'NoSuchBucket')]);
    await expect(ofGet.store.get('a')).rejects.toMatchObject({ code: 'STORE_DENIED' });
  });

  const saysNothing: [string, Answers][] = [
    ['no code', error(404)],
    ['a code that nobody knows', error(404, 'NoSuchThing')],
    ['a page', (_, response) => response.writeHead(404).end('<html><p>Not found')],
  ];

  it.each(saysNothing)(
    'with %s is decided by a listing, which has not the key',
    async (_, first) => {
      for (const call of ['head', 'get'] as const) {
        const { store, asked, methods } = await answering([first, listing(['a/b'])]);
        expect(await store[call]('a')).toBeUndefined();
        expect(methods()).toEqual([`${call.toUpperCase()} /bucket/a`, 'GET /bucket/']);
        expect(asked[1]?.url).toMatch(/prefix=a&max-keys=1&/);
      }
    },
  );

  it.each(saysNothing)('with %s is no answer where the listing has the key', async (_, first) => {
    const { store } = await answering([first, listing(['a']), body()]);
    expect((await store.get('a'))?.bytes).toEqual(GOOD);
    const always: Answers = (request, response) =>
      (request.url?.includes('list-type') ? listing(['a']) : first)(request, response);
    const soon = { giveUpAt: new Date(Date.now() + 500) };
    const failing = await answering([always], soon);
    await expect(failing.store.head('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('without a code is a fault where the listing says that there is no bucket', async () => {
    const { store } = await answering([error(404), error(404, 'NoSuchBucket')]);
    await expect(store.head('a')).rejects.toMatchObject({ code: 'STORE_DENIED' });
  });

  it('without a code is asked for once more by whoever may read, and not list', async () => {
    const denied = error(403, 'AccessDenied');
    const gone = await answering([error(404), denied, error(404, 'NoSuchKey')]);
    expect(await gone.store.head('a')).toBeUndefined();
    expect(gone.methods()).toEqual(['HEAD /bucket/a', 'GET /bucket/', 'GET /bucket/a']);
    const nowhere = await answering([error(404), denied, error(404, 'NoSuchBucket')]);
    await expect(nowhere.store.head('a')).rejects.toMatchObject({ code: 'STORE_DENIED' });
    const there = await answering([error(404), denied, body(), body()]);
    expect(await there.store.head('a')).toMatchObject({ etag: MD5 });
  });
});

describe('a 403 of OSS', () => {
  it('is the original’s own state where it is archived', async () => {
    const { store, asked } = await answering([error(403, 'InvalidObjectState')]);
    const failure = {
      code: 'ORIGINAL_ARCHIVED',
      kind: 'input',
      message: expect.stringMatching(/^GET a in bucket: expected .* archived .* restore it, then/),
    };
    await expect(store.getExactly(seen)).rejects.toMatchObject(failure);
    expect(asked.length).toBe(1);
  });

  it('names the clock where that is wrong', async () => {
    const { store } = await answering([headError(403, 'RequestTimeTooSkewed')]);
    const failure = { code: 'STORE_DENIED', message: expect.stringContaining('the clock') };
    await expect(store.head('a')).rejects.toMatchObject(failure);
  });

  it.each(['InvalidAccessKeyId', 'SecurityTokenExpired'])('is our fault for %s', async code => {
    const { store } = await answering([error(403, code)]);
    const failure = { code: 'STORE_DENIED', message: expect.stringContaining(code) };
    await expect(store.get('a')).rejects.toMatchObject(failure);
  });
});

describe('a listing of OSS', () => {
  async function keysIn(store: ReturnType<typeof ossStore>) {
    const keys: string[] = [];
    for await (const entry of store.list('')) keys.push('key' in entry ? entry.key : entry.prefix);
    return keys;
  }

  it.each([
    ['says that it has more keys than it has', listing(['a'], { count: 2 })],
    [
      'has a next page that nobody can ask for',
      listing(['a'], { more: '<IsTruncated>true</IsTruncated>' }),
    ],
    [
      'is cut',
      (_: unknown, response: ServerResponse) => response.end('<ListBucketResult><Contents>'),
    ],
    ['is somebody else’s page', (_: unknown, response: ServerResponse) => response.end('<html/>')],
    ['is nothing', (_: unknown, response: ServerResponse) => response.end()],
  ])('is asked for again where it %s', async (_, first) => {
    const { store } = await answering([first, listing(['a', 'b\r+ %'])]);
    expect(await keysIn(store)).toEqual(['a', 'b\r+ %']);
  });

  const more = (token: string) =>
    `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;
  const [first, last] = [listing(['a', 'b'], { more: more('t1') }), listing(['c', 'd'])];

  it.each([
    ['comes once more', first],
    ['begins before the end of the last one', listing(['b', 'c'])],
    ['has a key twice', listing(['c', 'c'])],
    ['is out of order', listing(['d', 'c'])],
    ['says that it comes after itself', listing(['c', 'd'], { more: more('t1') })],
  ])('is asked for again where a further page %s', async (_, wrong) => {
    const { store, asked } = await answering([first, wrong, last]);
    expect(await keysIn(store)).toEqual(['a', 'b', 'c', 'd']);
    expect(asked).toHaveLength(3);
  });

  it('is asked for again where it is of another prefix, or begins before what was asked for', async () => {
    const { store } = await answering([
      listing(['a/1', 'b/1']),
      listing(['a/1']),
      listing(['a/2']),
    ]);
    const keys: string[] = [];
    for await (const entry of store.list('a/')) keys.push('key' in entry ? entry.key : '');
    for await (const entry of store.list('a/', { after: 'a/1' }))
      keys.push('key' in entry ? entry.key : '');
    expect(keys).toEqual(['a/1', 'a/2']);
  });

  it('that never ends is STORE_UNAVAILABLE', async () => {
    const { store } = await answering([first], { giveUpAt: new Date(Date.now() + 700) });
    await expect(keysIn(store)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('a store that is silent', () => {
  const never: Answers = () => undefined;

  it.each([
    ['at all', never],
    ['after a while', body({ sent: short, silent: true })],
    [
      'in what it says of a failure',
      (_: unknown, response: ServerResponse) =>
        response.writeHead(500, { 'Content-Length': 9 }).write('<'),
    ],
  ])('%s is STORE_UNAVAILABLE before the time is over', async (_, turn) => {
    const giveUpAt = new Date(Date.now() + 1500);
    const { store } = await answering([turn], { giveUpAt });
    const failure = {
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('GET a in bucket'),
    };
    await expect(store.get('a')).rejects.toMatchObject(failure);
    expect(Date.now()).toBeLessThan(giveUpAt.getTime() + 1_000);
  });

  it('is STORE_UNAVAILABLE for whatever it is asked', async () => {
    const calls = [
      (store: ReturnType<typeof ossStore>) => store.head('a'),
      (store: ReturnType<typeof ossStore>) => store.put('a', GOOD, attributes),
      (store: ReturnType<typeof ossStore>) => store.remove(['a', 'b']),
      (store: ReturnType<typeof ossStore>) => store.list('a')[Symbol.asyncIterator]().next(),
    ];
    for (const call of calls) {
      const giveUpAt = new Date(Date.now() + 300);
      const { store } = await answering([never], { giveUpAt });
      await expect(call(store)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(Date.now()).toBeLessThan(giveUpAt.getTime() + 1_000);
    }
  });

  it('is not asked when no time is left', async () => {
    const { store, asked } = await answering([body()], { giveUpAt: new Date(Date.now() - 1) });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(asked).toEqual([]);
  });
});
