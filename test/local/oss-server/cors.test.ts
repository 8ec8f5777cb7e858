import type OSS from 'ali-oss';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { corsHeaders } from '../../../local/oss-server/cors.ts';
import type { OssServer } from '../../../local/oss-server/server.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

const PAGE = 'https://app.example.com';
const RULES = [
  {
    allowedOrigin: [PAGE, 'https://*.example.org'],
    allowedMethod: ['GET', 'PUT'],
    allowedHeader: ['x-oss-meta-*', 'Content-Type'],
    exposeHeader: ['ETag', 'x-oss-request-id'],
    maxAgeSeconds: '300',
  },
  { allowedOrigin: '*', allowedMethod: 'GET', allowedHeader: '*' },
] satisfies OSS.CORSRule[];

async function startWithRules(): Promise<OssServer> {
  const server = await start();
  const client = pathStyle(server);
  await client.put('a', Buffer.from('a'));
  await client.putBucketCORS(BUCKET, RULES);
  return server;
}

function preflight(server: OssServer, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.endpoint}/${BUCKET}/a`, { method: 'OPTIONS', headers });
}

const asking = (origin: string, method: string, names?: string) => ({
  origin,
  'access-control-request-method': method,
  ...(names !== undefined && { 'access-control-request-headers': names }),
});

const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

test.each(clients)(
  '%s gets back the rules that it put, until it deletes them',
  async (_, connect) => {
    const client = connect(await start());
    await expect(client.getBucketCORS(BUCKET)).rejects.toMatchObject({
      code: 'NoSuchCORSConfiguration',
      status: 404,
    });
    await client.putBucketCORS(BUCKET, RULES);
    expect((await client.getBucketCORS(BUCKET)).rules).toEqual(RULES);
    await client.deleteBucketCORS(BUCKET);
    await client.deleteBucketCORS(BUCKET);
    await expect(client.getBucketCORS(BUCKET)).rejects.toMatchObject({ status: 404 });
  },
);

test('rules are there again after a restart, and go with their bucket', async () => {
  const server = await start();
  await pathStyle(server).putBucketCORS(BUCKET, RULES);
  await server.close();
  const again = await start({ dataDir: server.dataDir });
  const client = pathStyle(again);
  expect((await client.getBucketCORS(BUCKET)).rules).toEqual(RULES);
  await client.deleteBucket(BUCKET);
  await client.putBucket(BUCKET);
  await expect(client.getBucketCORS(BUCKET)).rejects.toMatchObject({ status: 404 });
});

describe('a preflight', () => {
  test.each([
    [
      'an origin, a method and headers of one rule',
      PAGE,
      'PUT',
      'x-oss-meta-by, content-type',
      200,
    ],
    ['an origin that fits a *', 'https://a.b.example.org', 'PUT', 'X-OSS-META-BY', 200],
    ['no headers', PAGE, 'PUT', undefined, 200],
    ['what only the last rule allows', 'http://elsewhere', 'GET', 'x-anything', 200],
    ['an origin of no rule for its method', 'http://elsewhere', 'PUT', undefined, 403],
    ['an origin that lacks what the * stands beside', 'https://.example.or', 'PUT', undefined, 403],
    ['a header of no rule', PAGE, 'PUT', 'content-type, x-other', 403],
    ['a method of no rule', PAGE, 'DELETE', undefined, 403],
  ])('with %s', async (_, origin, method, names, status) => {
    const response = await preflight(await startWithRules(), asking(origin, method, names));
    expect(response.status).toBe(status);
    expect(allowed(response)).toBe(status === 200 ? origin : null);
    const code = codeOf(await response.text());
    expect(code).toBe(status === 200 ? undefined : 'AccessForbidden');
  });

  test('is answered with what its rule says', async () => {
    const asked = asking(PAGE, 'PUT', 'content-type');
    const { headers } = await preflight(await startWithRules(), asked);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
      'access-control-expose-headers': 'ETag, x-oss-request-id',
      'access-control-max-age': '300',
    });
    expect(headers.get('vary')).toBeNull();
  });

  test.each([
    ['Origin', { 'access-control-request-method': 'PUT' }],
    ['Access-Control-Request-Method', { origin: PAGE }],
  ])('without %s is a bad request', async (name, headers) => {
    const response = await preflight(await startWithRules(), headers as Record<string, string>);
    const text = await response.text();
    expect([response.status, codeOf(text)]).toEqual([400, 'BadRequest']);
    expect(text).toContain(`${name} request header needed`);
  });

  test('of a bucket in the host obeys the same rules', async () => {
    const server = await startWithRules();
    const host = `${BUCKET}.localhost:${server.port}`;
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const headers = { host, ...asking('http://elsewhere', 'PUT') };
      request({ port: server.port, path: '/a', method: 'OPTIONS', headers }, response => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('an actual request', () => {
  const get = (server: OssServer, key: string, headers: Record<string, string>) =>
    fetch(pathStyle(server).signatureUrl(key), { headers });

  test('of an allowed page gets the headers of its rule', async () => {
    const response = await get(await startWithRules(), 'a', { origin: PAGE });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': 'ETag, x-oss-request-id',
    });
    expect(await response.text()).toBe('a');
  });

  test('that fails gets them too, so that the page can read why', async () => {
    const response = await get(await startWithRules(), 'missing', { origin: PAGE });
    expect([response.status, allowed(response)]).toEqual([404, PAGE]);
  });

  test('of another page is carried out, without any header of CORS', async () => {
    const server = await startWithRules();
    const url = pathStyle(server).signatureUrl('b', { method: 'PUT' });
    const headers = { origin: 'http://elsewhere' };
    const response = await fetch(url, { method: 'PUT', body: Buffer.from('b'), headers });
    expect(response.status).toBe(200);
    const names = [...response.headers.keys()];
    expect(names.filter(name => name.startsWith('access-control-'))).toEqual([]);
  });
});

test('a * stands for any text, also none, and all beside it must be there', () => {
  const text = fc.string().filter(one => !one.includes('*'));
  fc.assert(
    fc.property(text, text, text, (head, between, tail) => {
      const rule = { AllowedOrigin: [`${head}*${tail}`], AllowedMethod: ['GET' as const] };
      const allowed = (origin: string) =>
        corsHeaders({ CORSRule: [rule] }, 'GET', { origin })['access-control-allow-origin'];
      expect(allowed(head + between + tail)).toBe(head + between + tail);
      expect(allowed((head + tail).slice(1))).toBe(head + tail === '' ? '' : undefined);
    }),
  );
});

test('with ResponseVary every answer varies by origin, whoever asks', async () => {
  const server = await startWithRules();
  await putRaw(
    server,
    '<CORSConfiguration>\n  <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\n  <ResponseVary>true</ResponseVary>\n</CORSConfiguration>',
  );
  const plain = await fetch(pathStyle(server).signatureUrl('a'));
  const refused = await preflight(server, asking(PAGE, 'PUT'));
  expect([plain.headers.get('vary'), refused.headers.get('vary')]).toEqual(['Origin', 'Origin']);
});

function putRaw(server: OssServer, body: string): Promise<Response> {
  return send(server, { method: 'PUT', target: `/${BUCKET}?cors`, subresources: '?cors', body });
}

const rule = (inside: string) => `<CORSConfiguration>${inside}</CORSConfiguration>`;
const ORIGIN = '<AllowedOrigin>*</AllowedOrigin>';
const METHOD = '<AllowedMethod>GET</AllowedMethod>';

test.each([
  ['an unknown element', `<CORSRule>${ORIGIN}${METHOD}<ID>1</ID></CORSRule>`, 501, 'CORSRule.ID'],
  [
    'a method that OSS has not',
    `<CORSRule>${ORIGIN}<AllowedMethod>PATCH</AllowedMethod></CORSRule>`,
    400,
    'expected one of GET, PUT, DELETE, POST, HEAD, received PATCH',
  ],
  [
    'two stars in one origin',
    `<CORSRule><AllowedOrigin>*.*</AllowedOrigin>${METHOD}</CORSRule>`,
    400,
    'at most one *, received *.*',
  ],
  [
    'a star in ExposeHeader',
    `<CORSRule>${ORIGIN}${METHOD}<ExposeHeader>*</ExposeHeader></CORSRule>`,
    400,
    'without *',
  ],
  [
    'a wrong ResponseVary',
    `<CORSRule>${ORIGIN}${METHOD}</CORSRule><ResponseVary>0</ResponseVary>`,
    400,
    'expected true or false, received 0',
  ],
  [
    'a rule without a method',
    `<CORSRule>${ORIGIN}</CORSRule>`,
    400,
    'received undefined in CORSConfiguration.CORSRule.AllowedMethod',
  ],
  [
    'text between elements',
    `<CORSRule>x${ORIGIN}${METHOD}</CORSRule>`,
    400,
    'received text in CORSConfiguration.CORSRule',
  ],
  ['eleven rules', `<CORSRule>${ORIGIN}${METHOD}</CORSRule>`.repeat(11), 400, '10 rules at most'],
])('%s is refused, and the rules before stay', async (_, inside, status, said) => {
  const server = await startWithRules();
  const response = await putRaw(server, rule(inside));
  expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(said)]);
  expect((await pathStyle(server).getBucketCORS(BUCKET)).rules).toEqual(RULES);
});

test.each(['', '<CORS/>', '<CORSConfiguration>'])('the body %j is malformed', async body => {
  const response = await putRaw(await start(), body);
  expect([response.status, codeOf(await response.text())]).toEqual([400, 'MalformedXML']);
});
