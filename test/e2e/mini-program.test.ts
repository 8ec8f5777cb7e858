import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createContext, Script } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../scripts/build-client.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { urlOf, usePlatform } from '../support/platform.ts';

/** The snippet of docs/client.md in a context that has `wx` and the language, over the local platform's own HTTP. */

const root = resolve(import.meta.dirname, '../..');
const platform = usePlatform();
const KEY = 'mini/海 星 50%+1.jpg';
const MANIFEST = JSON.stringify({
  complete: true,
  original: { key: KEY, etag: 'E' },
  variants: [{ state: 'rendered', preset: 'feed', format: 'jpeg', width: 9, height: 9, key: KEY }],
});
const installed = newFolder();

beforeAll(() => buildClient(installed));

interface Request {
  url: string;
  success(answer: { statusCode: number; data: unknown }): void;
  fail(error: { errMsg: string }): void;
}

/** What a mini-program has of these two: JSON is parsed whatever its type, and no status is a failure. */
const wx = (pixelRatio: number) => ({
  getWindowInfo: () => ({ pixelRatio }),
  request: ({ url, success, fail }: Request) => {
    const failed = ({ message }: Error) => fail({ errMsg: `request:fail ${message}` });
    const asked = request(url, async answer => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      success({ statusCode: answer.statusCode ?? 0, data: parsed(text) });
    });
    asked.on('error', failed).end();
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type PhotoUrl = (key: string, preset: string, cssWidth: number) => Promise<string | undefined>;

function pageAt(base: string, pixelRatio: number): PhotoUrl {
  const page = readFileSync(join(root, 'docs/client.md'), 'utf8');
  const [, snippet = ''] = /^```js\n(\/\/ photo\.js\n[\s\S]*?)^```$/m.exec(page) ?? [];
  const files: Record<string, string> = {
    'darkroom/client': readFileSync(join(installed, 'miniprogram/client/index.js'), 'utf8'),
    './photo': snippet.replace('https://img.example.com', base),
  };
  const context = createContext({ wx: wx(pixelRatio) });
  const required = (name: string): unknown => {
    const body = files[name];
    if (body === undefined) throw new Error(`module '${name}' is not defined`);
    const module = { exports: {} };
    const wrapped = new Script(`(function (module, exports, require) {${body}\n})`);
    wrapped.runInContext(context)(module, module.exports, required);
    return module.exports;
  };
  return (required('./photo') as { photoUrl: PhotoUrl }).photoUrl;
}

describe('the page of a mini-program', () => {
  it('has nothing to show before the upload is developed, then the file that suits the screen', async () => {
    const { cdn } = platform.ready;
    expect(await pageAt(cdn, 2)(`${KEY}.not`, 'feed', 360)).toBeUndefined();
    await platform.bucket('originals').put(KEY, starfishPhoto);
    const { variants } = await platform.manifest(KEY);
    const shown = async (ratio: number, width: number) => {
      const url = (await pageAt(cdn, ratio)(KEY, 'feed', width)) ?? '';
      return variants.find(({ key }) => urlOf(cdn, key) === url);
    };
    expect(await shown(2, 360)).toMatchObject({ state: 'rendered', preset: 'feed', width: 720 });
    expect(await shown(3, 414)).toMatchObject({ width: 1080 });
    const file = await shown(1, 400);
    expect(file).toMatchObject({ width: 480 });
    expect(['webp', 'jpeg']).toContain(file?.format);
    const answer = await fetch(urlOf(cdn, file?.key ?? ''));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      `image/${file?.format}`,
    ]);
  });

  it.each<[string, Record<string, [number, string]>, RegExp]>([
    [
      'a CDN that is overloaded',
      { 'manifest.json': [503, ''] },
      /^expected JSON from .*manifest\.json, received 503$/,
    ],
    [
      'a page to log in',
      { 'manifest.json': [200, '<html>'] },
      /^expected JSON from .*, received 200$/,
    ],
    [
      'no published list',
      { 'manifest.json': [200, MANIFEST] },
      /^Expected presets\.json; received undefined\.$/,
    ],
    [
      'JSON of something else',
      { 'manifest.json': [200, '{"message":"no"}'] },
      /^Expected a manifest, or /,
    ],
  ])('fails in words before %s', async (_, world, sentence) => {
    const server = createServer(({ url = '' }, response) => {
      const [status, text] = world[url.replace(/.*\//, '')] ?? [404, 'Not found'];
      response.writeHead(status).end(text);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const shown = pageAt(`http://127.0.0.1:${port}`, 2)(KEY, 'feed', 360);
    await expect(shown.finally(() => server.close())).rejects.toThrow(sentence);
  });

  it('fails in words where nobody answers', async () => {
    await expect(pageAt('http://127.0.0.1:1', 2)(KEY, 'feed', 360)).rejects.toThrow(
      /^request:fail .*ECONNREFUSED/,
    );
  });
});
