import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { starfishPhoto } from '../support/originals.ts';
import { newFolder } from '../support/folders.ts';
import { type RunningPlatform, startedPlatform, urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';
import { numbered } from '../support/thorough.ts';

/** Fifty files that nobody made yet. */
const WIDTHS = Array.from({ length: 50 }, (_, index) => 100 + 5 * index);
const LIST = `
version: 1
clients: { mini-program: { formats: [webp, jpeg], density: 3 } }
pressure: { after: 0s }
rules: [{ match: 'pressed/**', presets: [thumb, feed] }, { match: '**', presets: [feed, many] }]
presets:
  - { name: thumb, urgent: true, widths: [120], formats: { jpeg: {} } }
  - { name: feed, widths: [240, 480], formats: { jpeg: {}, webp: {}, avif: { effort: 0 } } }
  - { name: many, generate: on_demand, widths: [${WIDTHS.join(', ')}], formats: { jpeg: {} } }
limits: { variants: 100 }
`;

const dataDir = newFolder();
const presets = join(dataDir, 'presets.yaml');
let platform: RunningPlatform;
let manifest: Manifest;
beforeAll(async () => {
  writeFileSync(presets, LIST);
  platform = await startedPlatform(dataDir, '--presets', presets);
  await platform.bucket('originals').put('海星 1.jpg', starfishPhoto);
  manifest = await platform.manifest('海星 1.jpg');
});
afterAll(() => platform.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${platform.ready.cdn}${path}`, { redirect: 'manual', headers });

function renderedIn(function_: string): string[] {
  return platform.happenings.flatMap(({ kind, function: name, line = '' }) => {
    if (kind !== 'log' || name !== function_ || !line.includes('"rendered"')) return [];
    const { event, key } = JSON.parse(line);
    return event === 'rendered' ? [key] : [];
  });
}

describe('a burst on files that are not there yet', () => {
  it('is answered without an error, each file rendered once, all answers alike', async () => {
    const missing = manifest.variants.filter(({ state }) => state === 'on_demand');
    expect(missing).toHaveLength(WIDTHS.length);
    const seen = new Map<string, Set<string>>();
    const requests = Array.from(
      { length: numbered(2000, 10_000) },
      (_, index) => missing[index % 50]?.key ?? '',
    );
    const lane = async () => {
      for (let key = requests.pop(); key !== undefined; key = requests.pop()) {
        const answer = await fetch(urlOf(platform.ready.cdn, key));
        const bytes = Buffer.from(await answer.arrayBuffer());
        const facts = [
          answer.status,
          answer.headers.get('content-type'),
          answer.headers.get('cache-control'),
        ];
        const hash = createHash('md5').update(bytes).digest('hex');
        seen.set(key, (seen.get(key) ?? new Set()).add([...facts, hash].join(' ')));
      }
    };
    await Promise.all(Array.from({ length: 64 }, lane));
    expect(seen.size).toBe(50);
    for (const answers of seen.values()) {
      expect([...answers]).toEqual([
        expect.stringMatching(/^200 image\/jpeg public, max-age=31536000, immutable /),
      ]);
    }
    const rendered = renderedIn('darkroom-on-cdn-miss');
    expect(new Set(rendered).size).toBe(50);
    expect(rendered).toHaveLength(50);
  });

  it('is known to the manifest soon after', async () => {
    const after = await platform.manifest('海星 1.jpg', ({ variants }) =>
      variants.every(({ state }) => state !== 'on_demand'),
    );
    for (const variant of after.variants) {
      const bytes = await (await fetch(urlOf(platform.ready.cdn, variant.key))).arrayBuffer();
      if (variant.state === 'rendered') expect(bytes.byteLength).toBe(variant.bytes);
    }
  });
});

describe('a client that holds only a key', () => {
  const auto = `/auto/feed/${encodeURIComponent('海星 1.jpg')}`;

  it.each<[string, string, Record<string, string>, string]>([
    ['gets AVIF before WebP', '?w=200', { accept: 'image/avif,image/webp' }, 'avif'],
    [
      'gets WebP as a mini-program',
      '?w=200&client=mini-program',
      { accept: 'image/avif,image/webp' },
      'webp',
    ],
    ['gets WebP with okhttp', '?w=200', { 'user-agent': 'okhttp/4.12.0' }, 'webp'],
    [
      'gets AVIF with CFNetwork of iOS 17',
      '?w=200',
      { 'user-agent': 'Album/214 CFNetwork/1474 Darwin/23.0.0' },
      'avif',
    ],
    ['gets JPEG as anybody', '?w=200', {}, 'jpeg'],
  ])('%s', async (_rule, query, headers, format) => {
    const answer = await get(auto + query, headers);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('vary')).toContain('Accept');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    const file = await get(answer.headers.get('location') ?? '');
    expect(file.headers.get('cache-control')).toContain('immutable');
    const { width, format: found } = await sharp(Buffer.from(await file.arrayBuffer())).metadata();
    expect([width, found === 'heif' ? 'avif' : found]).toEqual([240, format]);
  });

  it.each([
    ['?w=abc', 'expected w as a number above 0\n'],
    ['?w=0', 'expected w as a number above 0\n'],
    ['?w=360&dpr=', 'expected dpr as a number above 0\n'],
    ['?client=wechat', /^expected client as one of (\S+, )*mini-program(, \S+)*\n$/],
    ['?client=toString', /^expected client as one of /],
  ])('is told what is wrong with %s', async (query, sentence) => {
    const answer = await get(auto + query);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(sentence);
  });

  it('gets nothing of a preset or a key that is not there, for a short while', async () => {
    for (const path of [`/auto/nope/${encodeURIComponent('海星 1.jpg')}`, '/auto/feed/b.jpg']) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([
        404,
        'public, max-age=10',
      ]);
      expect(await answer.text()).toBe('Not Found\n');
    }
  });
});

it('the 404 of a manifest is not kept: who asked too early sees it once it is there', async () => {
  const early = await get('/early/a.jpg/manifest.json');
  expect([early.status, early.headers.get('cache-control')]).toEqual([404, 'no-store']);
  await platform.bucket('originals').put('early/a.jpg', starfishPhoto);
  await platform.manifest('early/a.jpg');
  expect((await get('/early/a.jpg/manifest.json')).status).toBe(200);
});

/** An original, and its file of `many` that is so wide and not made yet. */
async function unmadeFileOf(key: string, photo: Buffer | string, width = 100): Promise<string> {
  await platform.bucket('originals').put(key, photo);
  const { variants } = await platform.manifest(key);
  const variant = variants.find(one => one.preset === 'many' && one.width === width);
  expect(variant?.state).toBe('on_demand');
  return variant?.key ?? '';
}

it('HEAD says the length that GET has, and both together have the file rendered once', async () => {
  const key = await unmadeFileOf('head.jpg', starfishPhoto);
  const url = urlOf(platform.ready.cdn, key);
  const [head, whole] = await Promise.all([fetch(url, { method: 'HEAD' }), fetch(url)]);
  const { byteLength } = await whole.arrayBuffer();
  const later = await fetch(url, { method: 'HEAD' });
  for (const answer of [head, later]) {
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(answer.headers.get('content-length')).toBe(String(byteLength));
  }
  expect(byteLength).toBeGreaterThan(0);
  const renditions = renderedIn('darkroom-on-cdn-miss').filter(one => one === key);
  expect(renditions).toHaveLength(1);
});

it('an original below auto/ is served as any other', async () => {
  const original = 'auto/feed/x.jpg';
  const key = await unmadeFileOf(original, starfishPhoto);
  for (const path of [key, `${original}/manifest.json`])
    expect((await get(`/${path}`)).status).toBe(200);
  const auto = await get(`/auto/feed/${original}?w=200`);
  expect(auto.status).toBe(302);
  expect(auto.headers.get('location')).toMatch(/^\/auto\/feed\/x\.jpg\/[0-9a-f]{10}\/feed-240-/);
  expect((await get(auto.headers.get('location') ?? '')).status).toBe(200);
});

it('a file of a replaced version leads to the one that has its place, for a minute', async () => {
  const key = await unmadeFileOf('replaced.jpg', starfishPhoto, 105);
  const { version } = await platform.manifest('replaced.jpg');
  const anew = await sharp(starfishPhoto).negate().jpeg().toBuffer();
  await platform.bucket('originals').put('replaced.jpg', anew);
  await platform.manifest('replaced.jpg', manifest => manifest.version !== version);
  const answer = await get(`/${key}`);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'public, max-age=60']);
  const location = answer.headers.get('location') ?? '';
  expect(parseDerivativeKey(decodeURIComponent(location.slice(1)))).toMatchObject({
    original: 'replaced.jpg',
    preset: 'many',
    width: 105,
    format: 'jpeg',
  });
  const file = await get(location);
  expect([file.status, file.headers.get('cache-control')]).toEqual([
    200,
    'public, max-age=31536000, immutable',
  ]);
  expect((await get(`/${key.replace('-105-', '-106-')}`)).status).toBe(404);
});

it('an original that is deleted leaves nothing, and comes to nothing at a miss', async () => {
  const [first] = manifest.variants;
  await platform.bucket('originals').put('b.jpg', readFileSync(starfishPhoto));
  await platform.manifest('b.jpg');
  await platform.bucket('originals').delete('b.jpg');
  await platform.gone('b.jpg');
  const key = first?.key.replace('海星 1.jpg', 'b.jpg') ?? '';
  expect((await fetch(urlOf(platform.ready.cdn, key))).status).toBe(404);
});

describe('an upload under pressure', () => {
  const key = 'pressed/海星.jpg';
  let left: Manifest;

  it('has its urgent files at once, and every URL answers', async () => {
    await platform.bucket('originals').put(key, starfishPhoto);
    left = await platform.manifest(key, ({ variants }) => variants.length > 0);
    const states = new Set(left.variants.map(({ preset, state }) => `${preset} ${state}`));
    expect([left.complete, [...states].sort()]).toEqual([
      false,
      ['feed on_demand', 'thumb rendered'],
    ]);
    for (const { key: file } of left.variants) {
      expect((await fetch(urlOf(platform.ready.cdn, file))).status).toBe(200);
    }
  });

  it('is made whole by its first view, under the same keys', async () => {
    const whole = await platform.manifest(key);
    expect(whole.variants.map(one => one.key)).toEqual(left.variants.map(one => one.key));
    expect(whole.variants.every(({ state }) => state === 'rendered')).toBe(true);
  });

  it('and that nobody views is named by verify, which has it made', async () => {
    const other = 'pressed/b.jpg';
    await platform.bucket('originals').put(other, starfishPhoto);
    await platform.manifest(other, ({ variants }) => variants.length > 0);
    const seen = await darkroom('verify', '--data', dataDir);
    expect([seen.code, seen.stdout]).toEqual([1, expect.stringContaining('left for later')]);
    expect((await darkroom('verify', '--fix', '--data', dataDir)).code).toBe(0);
    expect((await platform.manifest(other)).complete).toBe(true);
  });
});
