import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { darkroom, type Finished } from '../../support/processes.ts';

/** The script that `darkroom init` makes, where whoever answers is wrong, late or cut off; test/e2e has the platform itself. */

const folder = join(newFolder(), 'made');
const data = newFolder();
const script = join(folder, 'upload.mjs');
const asked: IncomingMessage[] = [];
type Answer = (response: ServerResponse, request: IncomingMessage) => void;
let answer: Answer;

const server = createServer((request, response) => {
  asked.push(request);
  request.resume().on('end', () => answer(response, request));
});

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const oss = { endpoint: `http://127.0.0.1:${port}`, region: 'oss-cn-hangzhou' };
  const buckets = { originals: 'originals', derivatives: 'derivatives' };
  writeFileSync(join(data, 'platform.json'), JSON.stringify({ oss, buckets, cdn: 'http://cdn' }));
  writeFileSync(
    join(data, 'credentials.json'),
    '{ "accessKeyId": "ID", "accessKeySecret": "HUSH" }',
  );
  expect((await darkroom('init', folder, '--data', data)).code).toBe(0);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

afterEach(() => {
  asked.length = 0;
  rmSync(join(folder, '.env'), { force: true });
});

function run(words: string[], env: Record<string, string> = {}, file = script): Promise<Finished> {
  const options = { cwd: newFolder(), env: { PATH: process.env.PATH, ...env } };
  return new Promise(resolve => {
    const child = execFile(process.execPath, [file, ...words], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** The upload is taken; this is what comes for the manifest. */
const manifestIs =
  (then: Answer): Answer =>
  (response, request) =>
    request.method === 'PUT' ? response.setHeader('etag', '"AA"').end() : then(response, request);

const MANIFEST = JSON.stringify({
  original: { key: 'photos/photo.jpg', etag: 'AA' },
  variants: [],
});
const says =
  (status: number, text: string): Answer =>
  response =>
    response.writeHead(status).end(text);

describe('upload.mjs says in one sentence, with exit code 1, of', () => {
  it.each<[string, Answer, RegExp]>([
    ['an upload without an ETag', says(200, ''), /expected an ETag for photos\/photo\.jpg, /],
    [
      'an answer that would move the terminal',
      says(403, '<Error><Code>\x1b[2J</Code></Error>'),
      /it answered 403\n$/,
    ],
    [
      'a page of somebody else',
      manifestIs(says(200, '<html>Log in</html>')),
      /expected the manifest in photos\/photo\.jpg\/manifest\.json, received something else\n$/,
    ],
    ['null for a manifest', manifestIs(says(200, 'null')), /received something else\n$/],
    ['a manifest of nothing', manifestIs(says(200, '{}')), /received something else\n$/],
    [
      'a manifest that names no files',
      manifestIs(says(200, '{"original":{"etag":"AA"}}')),
      /received something else\n$/,
    ],
    [
      'a manifest that is cut off',
      manifestIs((response, request) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"original":');
        setTimeout(() => request.socket.destroy(), 50);
      }),
      /expected OSS to answer at .*, it did not \(UND_ERR_SOCKET\)\n$/,
    ],
    ['a refusal', manifestIs(says(403, '<Code>AccessDenied</Code>')), /403 \(AccessDenied\)\n$/],
  ])('%s', async (_, world, sentence) => {
    answer = world;
    const { code, stderr } = await run([]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^upload\.mjs: /)]);
  });

  it.each([
    ['no answer', manifestIs(() => {}), 'it did not (TimeoutError)'],
    [
      'no manifest',
      manifestIs(says(404, '')),
      'waited 1 s in vain for photos/photo.jpg/manifest.json, it answered 404: npx darkroom explain KEY tells why',
    ],
    [
      'a moment that does not end',
      manifestIs(says(503, '<Code>ServiceUnavailable</Code>')),
      'in vain for photos/photo.jpg/manifest.json, it answered 503 (ServiceUnavailable)',
    ],
  ])('%s, once its patience is over', async (_, world, sentence) => {
    answer = world;
    const hasty = join(folder, 'hasty.mjs');
    const patience = (seconds: number) => `PATIENCE_SECONDS = ${seconds};`;
    writeFileSync(hasty, readFileSync(script, 'utf8').replace(patience(120), patience(1)));
    const { code, stderr } = await run([join(folder, 'photo.jpg')], {}, hasty);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });

  it.each([
    ['a key with ..', ['../config/presets.yaml'], 'expected a key without '],
    ['a key with .', ['a/./b.jpg'], 'expected a key without '],
    ['a key that begins with /', ['/a.jpg'], 'expected a key without '],
    ['no key', [''], 'expected a key without '],
    ['more words, as *.jpg gives them', ['b.jpg', 'c.jpg'], 'expected a photo and a key, '],
  ])('%s, before anything is asked', async (_, words, sentence) => {
    const { code, stderr } = await run([join(folder, 'photo.jpg'), ...words]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`upload.mjs: ${sentence}`)]);
    expect(asked).toEqual([]);
  });
});

describe('upload.mjs waits for a manifest', () => {
  it('through moments in which OSS, or what a mirror rule asks, does not answer', async () => {
    const moments = [says(503, ''), says(424, ''), says(404, ''), says(200, MANIFEST)];
    answer = manifestIs((...all) => moments.shift()?.(...all));
    const { code, stderr } = await run([]);
    expect([code, stderr, moments]).toEqual([0, '', []]);
  });

  it('and follows no redirect, which would take its token elsewhere', async () => {
    answer = manifestIs((response, { url = '' }) =>
      url.startsWith('/elsewhere')
        ? response.end(MANIFEST)
        : response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    const { code, stderr } = await run([]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('it answered 302')]);
    expect(asked.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it('and a reader that has seen enough is no failure', async () => {
    const entry = { state: 'rendered', preset: 'a', width: 1, height: 1, format: 'jpeg', key: 'k' };
    const manifest = { ...JSON.parse(MANIFEST), variants: [entry, entry] };
    answer = manifestIs(says(200, JSON.stringify(manifest)));
    const piped = `"${process.execPath}" "${script}" | true; exit \${PIPESTATUS[0]}`;
    const said = await new Promise<[unknown, string]>(resolve => {
      const child = execFile('bash', ['-c', piped], (_, __, stderr) =>
        resolve([child.exitCode, stderr]),
      );
    });
    expect(said).toEqual([0, '']);
  });
});

describe('upload.mjs and its settings:', () => {
  const whole = {
    DARKROOM_REGION: 'cn-hangzhou',
    DARKROOM_ORIGINALS_BUCKET: 'a',
    DARKROOM_DERIVATIVES_BUCKET: 'b',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'HUSH',
  };
  const dotenv = (settings: object, begin = '', end = '\n') => {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}${end}`);
    writeFileSync(join(folder, '.env'), begin + lines.join(''));
  };

  it.each([
    ['of .env', {}],
    ['of the environment', { DARKROOM_DERIVATIVES_BUCKET: 'b' }],
  ])('half of those %s are no upload to the local platform', async (_, env) => {
    answer = manifestIs(says(200, MANIFEST));
    if (!('DARKROOM_DERIVATIVES_BUCKET' in env))
      dotenv({ ...whole, DARKROOM_ORIGINALS_BUCKET: '' });
    const { code, stderr } = await run([], env);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/missing: .*DARKROOM_ORIGINALS_BUCKET/),
    ]);
    expect(asked).toEqual([]);
  });

  it('.env is read as Windows writes it, with a mark of its encoding and CRLF', async () => {
    dotenv({ ...whole, DARKROOM_DERIVATIVES_BUCKET: '' }, '\ufeff', '\r\n');
    const { stderr } = await run([]);
    expect(stderr).toMatch(/missing: DARKROOM_DERIVATIVES_BUCKET\n$/);
  });

  it.each([
    'ALIBABA_CLOUD_SECURITY_TOKEN',
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  ])('%s is never told, whatever is wrong with it', async name => {
    for (const wrong of ['SECRET\nLINE', 'SECRET密', 'SECRET WORD', 'SECRET\t!']) {
      const { code, stdout, stderr } = await run([], { ...whole, [name]: wrong });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^upload\\.mjs: expected .* ${name}\\n$`));
      expect(stderr).not.toMatch(/SECRET[^_\n]|HUSH/);
    }
  });
});
