import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type OSS from 'ali-oss';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const body: Answer = ({ url }, response) => response.end(`body of ${url}`);

/** A real server, which remembers what it was asked. */
async function origin(answer: Answer = body) {
  const asked: IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/`, asked, paths: () => asked.map(({ url }) => url) };
}

interface Rule {
  number?: number;
  prefix?: string;
  url: string;
  redirect?: object;
}

const routing = ({ number = 1, prefix = '', url, redirect = {} }: Rule) => ({
  RuleNumber: number,
  Condition: { ...(prefix && { KeyPrefixEquals: prefix }), HttpErrorCodeReturnedEquals: 404 },
  Redirect: { RedirectType: 'Mirror', MirrorURL: url, ...redirect },
});

/** The types of ali-oss know no routing rules. */
const website = (...rules: object[]) =>
  ({ index: 'index.html', routingRules: rules }) as OSS.PutBucketWebsiteConfig;

async function startWith(...rules: Rule[]) {
  const server = await start();
  const client = pathStyle(server);
  await client.putBucketWebsite(BUCKET, website(...rules.map(routing)));
  return { server, client };
}

const get = (server: OssServer, key: string, query = '', headers = {}) =>
  send(server, { method: 'GET', target: `/${BUCKET}/${key}${query}`, headers });

const stored = (server: OssServer, key: string) => server.store.find(BUCKET)?.objects.get(key);

test.each(clients)(
  '%s gets back the rules that it put, until it deletes them',
  async (_, connect) => {
    const client = connect(await start());
    const none = { code: 'NoSuchWebsiteConfiguration', status: 404 };
    await expect(client.getBucketWebsite(BUCKET)).rejects.toMatchObject(none);
    const redirect = {
      PassQueryString: false,
      MirrorFollowRedirect: true,
      MirrorHeaders: {
        PassAll: true,
        Pass: ['x-a', 'x-b'],
        Remove: 'x-c',
        Set: { Key: 'x-secret', Value: 'a b' },
      },
    };
    const rules = [
      routing({ number: 1, prefix: 'derived/', url: 'http://127.0.0.1:1/a/', redirect }),
      routing({ number: 2, url: 'http://[::1]:1/' }),
    ];
    await client.putBucketWebsite(BUCKET, website(...rules));
    const asText = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_key, one) =>
        typeof one === 'object' ? one : String(one),
      );
    expect(await client.getBucketWebsite(BUCKET)).toMatchObject({
      index: 'index.html',
      error: null,
      routingRules: asText(rules),
    });
    await client.deleteBucketWebsite(BUCKET);
    await client.deleteBucketWebsite(BUCKET);
    await expect(client.getBucketWebsite(BUCKET)).rejects.toMatchObject(none);
  },
);

describe('a miss', () => {
  test('is fetched once, stored and served, and no event tells of it', async () => {
    const { url, asked } = await origin((_, response) => {
      const headers = {
        'content-type': 'image/webp',
        'cache-control': 'max-age=9',
        'content-disposition': 'inline',
        'content-language': 'zh',
        expires: '0',
        'x-oss-meta-by': 'origin',
        etag: '"theirs"',
      };
      response.writeHead(200, headers).end('pixels');
    });
    const { server, client } = await startWith({ url });
    const first = await get(server, 'a.webp');
    expect([first.status, await first.text()]).toEqual([200, 'pixels']);
    expect(first.headers.get('x-oss-tag')).toBe('MIRROR');
    const { content, res } = await client.get('a.webp');
    expect(String(content)).toBe('pixels');
    expect(res.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'max-age=9',
      'content-disposition': 'inline',
      'content-language': 'zh',
      expires: '0',
      etag: `"${createHash('md5').update('pixels').digest('hex').toUpperCase()}"`,
      'x-oss-object-type': 'Normal',
    });
    expect(res.headers).not.toHaveProperty('x-oss-tag');
    expect(res.headers).not.toHaveProperty('x-oss-meta-by');
    expect(asked).toHaveLength(1);
    expect(server.records).toEqual([]);
  });

  test('is there after a restart, and so are the rules', async () => {
    const { url, paths } = await origin();
    const { server, client } = await startWith({ url });
    await client.get('a');
    await server.close();
    const again = pathStyle(await start({ dataDir: server.dataDir }));
    expect(String((await again.get('a')).content)).toBe('body of /a');
    expect(String((await again.get('b')).content)).toBe('body of /b');
    expect(paths()).toEqual(['/a', '/b']);
  });

  test.each(clients)(
    'of %s asks for the key, percent-encoded, below MirrorURL',
    async (_, connect) => {
      const { url, paths } = await origin();
      const { server } = await startWith({ url: `${url}base%20dir/` });
      for (const key of ['odd/中 +%&?#(1).jpg', 'a//b', '%2e%2e/x']) await connect(server).get(key);
      expect(paths()).toEqual([
        '/base%20dir/odd/%E4%B8%AD%20%2B%25%26%3F%23%281%29.jpg',
        '/base%20dir/a//b',
        '/base%20dir/%252e%252e/x',
      ]);
    },
  );

  test('that many ask for at one time is one request', async () => {
    const waiting: (() => void)[] = [];
    const { url, asked } = await origin((_, response) => {
      waiting.push(() => response.end('pixels'));
    });
    const { client } = await startWith({ url });
    const all = Promise.all(['a', 'a', 'a', 'b'].map(key => client.get(key)));
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    for (const end of waiting) end();
    expect((await all).map(({ content }) => String(content))).toEqual(Array(4).fill('pixels'));
    expect(asked).toHaveLength(2);
  });

  test('leaves a body compressed as the origin sent it', async () => {
    const zipped = gzipSync('text');
    const { url } = await origin((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped),
    );
    const { server } = await startWith({ url });
    const response = await get(server, 'a.txt');
    expect(await response.text()).toBe('text');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(stored(server, 'a.txt')?.size).toBe(zipped.length);
  });

  test('is served in the range that was asked for, and stored whole', async () => {
    const { url, asked } = await origin();
    const { server } = await startWith({ url });
    const response = await get(server, 'a', '', { range: 'bytes=0-3' });
    expect([response.status, await response.text()]).toEqual([206, 'body']);
    expect(asked[0]?.headers.range).toBeUndefined();
    expect(stored(server, 'a')?.size).toBe('body of /a'.length);
  });

  test('is not made good by HEAD, nor where no rule has the key', async () => {
    const { url, asked } = await origin();
    const { client } = await startWith({ url, prefix: 'derived/' });
    await expect(client.head('derived/a')).rejects.toMatchObject({ status: 404 });
    await expect(client.get('other/a')).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(asked).toHaveLength(0);
  });

  test('gives way to an upload that came in meanwhile', async () => {
    const arrived: ServerResponse[] = [];
    const { url } = await origin((_, response) => void arrived.push(response));
    const { server, client } = await startWith({ url });
    const getting = client.get('a');
    await vi.waitFor(() => expect(arrived).toHaveLength(1));
    await client.put('a', Buffer.from('uploaded'));
    arrived[0]?.end('mirrored');
    expect(String((await getting).content)).toBe('uploaded');
    expect(server.records).toHaveLength(1);
  });

  test('asks by the rule with the lowest number that has its prefix', async () => {
    const { url, paths } = await origin();
    const { client } = await startWith(
      { number: 10, url: `${url}rest/` },
      { number: 2, url: `${url}derived/`, prefix: 'd/' },
      { number: 3, url: `${url}never/`, prefix: 'd/a' },
    );
    for (const key of ['d/a', 'e']) await client.get(key);
    expect(paths()).toEqual(['/derived/d/a', '/rest/e']);
  });
});

describe('the query', () => {
  test('goes on with PassQueryString, without what OSS itself reads', async () => {
    const { url, paths } = await origin();
    const { server, client } = await startWith({ url, redirect: { PassQueryString: true } });
    expect((await get(server, 'a', '?w=1&name=%E4%B8%AD+b')).status).toBe(200);
    expect((await get(server, 'a', '?w=2')).status).toBe(200);
    const signed = client.signatureUrl('b', { response: { 'content-type': 'text/plain' } });
    expect((await fetch(signed)).headers.get('content-type')).toBe('text/plain');
    expect(paths()).toEqual(['/a?w=1&name=%E4%B8%AD%20b', '/b']);
  });

  test('stays here without it', async () => {
    const { url, paths } = await origin();
    const { server } = await startWith({ url });
    expect((await get(server, 'a', '?w=1')).status).toBe(200);
    expect(paths()).toEqual(['/a']);
  });
});

describe('the headers', () => {
  const headersWith = async (MirrorHeaders: object | undefined) => {
    const { url, asked } = await origin();
    const { server } = await startWith({ url, redirect: MirrorHeaders ? { MirrorHeaders } : {} });
    await get(server, 'a', '', {
      'X-A': '1',
      'x-b': '2',
      'x-oss-meta-c': '3',
      range: 'bytes=0-1',
      'if-none-match': '"a"',
    });
    return asked[0]?.headers ?? {};
  };
  const own = (headers: object) => Object.keys(headers).filter(name => name.startsWith('x-'));

  test.each([
    ['none by default', undefined, {}],
    ['those named by Pass', { Pass: ['x-a', 'x-z'] }, { 'x-a': '1' }],
    ['all but those named by Remove', { PassAll: true, Remove: ['x-B'] }, { 'x-a': '1' }],
    [
      'those given by Set, over the client’s',
      { PassAll: true, Set: { Key: 'X-a', Value: 'secret' } },
      { 'x-a': 'secret', 'x-b': '2' },
    ],
  ])('that go on are %s', async (_, rules, expected) => {
    const headers = await headersWith(rules);
    expect(Object.fromEntries(own(headers).map(name => [name, headers[name]]))).toEqual(expected);
  });

  test('never are the signature, the range, a condition or the host', async () => {
    const headers = await headersWith({ PassAll: true });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('range');
    expect(headers).not.toHaveProperty('if-none-match');
    expect(headers.host).toMatch(/^localhost:\d+$/);
  });
});

describe('an origin that does not give the object', () => {
  const failing = async (answer: Answer, redirect = {}) => {
    const { url, asked } = await origin(answer);
    const { server } = await startWith({ url, redirect });
    const response = await get(server, 'a');
    expect(stored(server, 'a')).toBeUndefined();
    return { response, text: await response.text(), asked };
  };

  test.each([
    [404, 404, 'NoSuchKey'],
    [403, 424, 'MirrorFailed'],
    [500, 424, 'MirrorFailed'],
    [204, 424, 'MirrorFailed'],
    [304, 424, 'MirrorFailed'],
  ])('and answers %d is answered with %d %s', async (theirs, ours, code) => {
    const { response, text } = await failing((_, answer) => answer.writeHead(theirs).end());
    expect([response.status, codeOf(text)]).toEqual([ours, code]);
    if (ours === 424) expect(text).toContain(`expected 200 or 404, received ${theirs}`);
  });

  test('but breaks off leaves nothing, and the next request asks again', async () => {
    let broken = true;
    const { url } = await origin((_, response) => {
      response.writeHead(200, { 'content-length': '6' });
      response.write('pix', () => (broken ? response.destroy() : response.end('els')));
    });
    const { server } = await startWith({ url });
    const response = await get(server, 'a');
    expect([response.status, codeOf(await response.text())]).toEqual([424, 'MirrorFailed']);
    expect(stored(server, 'a')).toBeUndefined();
    broken = false;
    expect(await (await get(server, 'a')).text()).toBe('pixels');
  });

  test('and does not listen is named in the failure', async () => {
    const { server } = await startWith({ url: 'http://127.0.0.1:1/' });
    const response = await get(server, 'a');
    expect([response.status, await response.text()]).toEqual([
      424,
      expect.stringContaining('http://127.0.0.1:1/'),
    ]);
  });

  test('within 10 seconds has failed', async () => {
    const given: number[] = [];
    const expired = vi.spyOn(AbortSignal, 'timeout').mockImplementation(milliseconds => {
      given.push(milliseconds);
      return AbortSignal.abort(new DOMException('timed out', 'TimeoutError'));
    });
    onTestFinished(() => expired.mockRestore());
    const { response } = await failing(() => {});
    expect([response.status, given]).toEqual([424, [10_000]]);
  });

  test('when the server closes, keeps nobody waiting', async () => {
    const { url, asked } = await origin(() => {});
    const { server } = await startWith({ url });
    const getting = get(server, 'a').catch(() => undefined);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const broken = once(asked[0]?.socket as NodeJS.EventEmitter, 'close');
    await server.close();
    await Promise.all([broken, getting]);
  });
});

describe('a redirect', () => {
  const moved: Answer = ({ url = '' }, response) => {
    if (url.startsWith('/new/')) return response.end(`body of ${url}`);
    return response.writeHead(302, { location: `/new${url}` }).end();
  };

  test('is followed on this machine', async () => {
    const { url, paths } = await origin(moved);
    const { server } = await startWith({ url });
    expect(await (await get(server, 'a')).text()).toBe('body of /new/a');
    expect(paths()).toEqual(['/a', '/new/a']);
  });

  test('goes on to the client where it is not to be followed', async () => {
    const { url } = await origin(moved);
    const { server } = await startWith({ url, redirect: { MirrorFollowRedirect: false } });
    const signed = pathStyle(server).signatureUrl('a');
    const response = await fetch(signed, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/new/a']);
    expect(stored(server, 'a')).toBeUndefined();
  });

  test.each([
    ['to another machine', 'http://203.0.113.1/a', 'expected a redirect to this machine'],
    ['without end', '/again', 'expected 10 redirects at most'],
  ])('%s is a failure', async (_, location, said) => {
    const { url } = await origin((_request, response) =>
      response.writeHead(301, { location }).end(),
    );
    const { server } = await startWith({ url });
    const response = await get(server, 'a');
    expect([response.status, await response.text()]).toEqual([424, expect.stringContaining(said)]);
  });
});

const RULE = routing({ url: 'http://localhost:1/' });
const withRedirect = (redirect: object) => ({
  ...RULE,
  Redirect: { ...RULE.Redirect, ...redirect },
});
const withHeaders = (MirrorHeaders: object) => withRedirect({ MirrorHeaders });

test.each([
  ['an error page', { index: 'index.html', error: 'error.html' }, 501, 'ErrorDocument'],
  [
    'a directory page',
    { index: 'index.html', supportSubDir: 'true' },
    501,
    'IndexDocument.SupportSubDir',
  ],
  [
    'another kind of redirect',
    website(withRedirect({ RedirectType: 'External' })),
    501,
    'RedirectType External',
  ],
  [
    'an element not carried out',
    website(withRedirect({ MirrorCheckMd5: true })),
    501,
    'Redirect.MirrorCheckMd5',
  ],
  [
    'a condition not carried out',
    website({ ...RULE, Condition: { ...RULE.Condition, KeySuffixEquals: '.jpg' } }),
    501,
    'Condition.KeySuffixEquals',
  ],
  [
    'an origin elsewhere',
    website(withRedirect({ MirrorURL: 'https://example.com/' })),
    501,
    'MirrorURL https://example.com/',
  ],
  [
    'an origin that looks local',
    website(withRedirect({ MirrorURL: 'http://127.0.0.1.example.com/' })),
    501,
    'MirrorURL',
  ],
  [
    'an origin with a user in it',
    website(withRedirect({ MirrorURL: 'http://localhost@example.com/' })),
    400,
    'expected http:// or https://',
  ],
  [
    'a MirrorURL without its slash',
    website(withRedirect({ MirrorURL: 'http://localhost:1/a' })),
    400,
    'with a / at the end, received http://localhost:1/a',
  ],
  [
    'a MirrorURL of another protocol',
    website(withRedirect({ MirrorURL: 'ftp://localhost/' })),
    400,
    'expected http:// or https://',
  ],
  [
    'another status than 404',
    website({ ...RULE, Condition: { HttpErrorCodeReturnedEquals: 403 } }),
    400,
    'expected 404',
  ],
  [
    'a header that is never passed',
    website(withHeaders({ Set: { Key: 'Authorization', Value: 'a' } })),
    400,
    'expected a header that OSS passes on, received Authorization',
  ],
  [
    'no value',
    website(withHeaders({ Set: { Key: 'x-a', Value: '' } })),
    400,
    'MirrorHeaders.Set.Value',
  ],
  [
    'eleven headers',
    website(withHeaders({ Pass: Array.from({ length: 11 }, (_, n) => `x-${n}`) })),
    400,
    'expected 10 at most',
  ],
  ['two rules of one number', website(RULE, RULE), 400, 'a number of its own'],
])('%s is refused, and the rules before stay', async (_, config, status, said) => {
  const { client } = await startWith({ url: 'http://localhost:1/' });
  const refusal = client.putBucketWebsite(BUCKET, config as OSS.PutBucketWebsiteConfig);
  await expect(refusal).rejects.toMatchObject({ status, message: expect.stringContaining(said) });
  expect(await client.getBucketWebsite(BUCKET)).toMatchObject({ routingRules: [{}] });
});
