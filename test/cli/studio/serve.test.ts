import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { startLive } from '../../../cli/studio/live.ts';
import { type Studio, startStudio } from '../../../cli/studio/serve.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { fingerprintOfList } from '../../../shared/core/list/recipe.ts';
import { nothingDone, ROLLOUT_KEY, type Run, runKey } from '../../../shared/core/work/run.ts';
import { reconcile } from '../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../shared/pipeline/removal/take-down.ts';
import type { AlbumPage, ListCheck, Photo, Work } from '../../../studio/wire.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { newFolder } from '../../support/folders.ts';
import { listOf, moderated, SMALL } from '../../support/preset-lists.ts';

/** The studio's server over a darkroom in memory. */

const CDN = 'http://localhost:1';
const yaml = moderated(SMALL);
const darkroom = testDarkroom(yaml);
const live = startLive(CDN);
const destinations = newFolder();
let studio: Studio;
let token: string;

beforeAll(async () => {
  const list = listOf(yaml);
  const inForce = {
    schema: 1,
    fingerprint: fingerprintOfList(list),
    list,
    etag: 'E',
    promotedAt: '2026-11-23T09:00:00.000Z',
  };
  darkroom.config.upload(IN_FORCE_KEY, JSON.stringify(inForce));
  darkroom.config.upload('presets.yaml', yaml);
  const connection = {
    ...darkroom,
    presetsKey: 'presets.yaml',
    destinations,
    cdn: { domain: CDN, purges: undefined },
    uploadUrl: async (key: string) => `http://localhost:2/originals/${key}`,
    sayFocus: async () => false,
  } as unknown as Connection;
  studio = await startStudio({ port: 0, connection, oss: 'http://localhost:2', live });
  const page = await (await fetch(studio.url)).text();
  token = /name="darkroom-token" content="([^"]+)"/.exec(page)?.[1] ?? '';
});
afterAll(() => studio.close());

/** As a page with these headers would; fetch sets some of them itself. */
function asked(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${studio.url}${path}`, { headers }, answer => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}

async function api<T>(path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${studio.url}/api/${path}`, {
    headers: { 'x-darkroom-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

describe('the studio answers its own page alone', () => {
  const own = () => new URL(studio.url).host;
  it.each([
    ['a name that somebody else made to lead here', () => ({ host: 'evil.example:80' })],
    ['this machine’s name of another port', () => ({ host: 'localhost:1' })],
    ['a page of another origin', () => ({ host: own(), origin: 'http://evil.example' })],
    ['a page of another local server', () => ({ host: own(), origin: 'http://localhost:1' })],
    ['a page that has no origin to tell', () => ({ host: own(), origin: 'null' })],
    [
      'a picture or a link of another site',
      () => ({ host: own(), 'sec-fetch-site': 'cross-site' }),
    ],
  ])('and not %s, though it has the token', async (_, headers) => {
    const known = { ...headers(), 'x-darkroom-token': token };
    expect(await asked('/api/place', known)).toBe(403);
    expect(await asked('/', headers())).toBe(403);
  });

  it.each([
    ['none', {}],
    ['another', { 'x-darkroom-token': 'A'.repeat(32) }],
    ['a cookie', { cookie: 'x-darkroom-token=A' }],
  ])('and not without its token: %s', async (_, headers) => {
    expect(await asked('/api/place', headers)).toBe(401);
  });

  it.each(['localhost', '127.0.0.1'])('as %s', async name => {
    const host = own().replace(/^[^:]+/, name);
    const headers = { host, origin: `http://${host}`, 'x-darkroom-token': token };
    expect(await asked('/api/place', headers)).toBe(200);
  });

  it('with a policy that allows no script but its own, and no frame around it', async () => {
    const { headers } = await fetch(studio.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(await (await fetch(studio.url)).text()).not.toMatch(/<script>|onload=|style=/);
  });

  it('with less than 100 kB of script for the first view', async () => {
    const script = await (await fetch(`${studio.url}/studio.js`)).text();
    const parts = [...script.matchAll(/from"\.\/([\w-]+\.js)"/g)].map(one => one[1]);
    const sizes = await Promise.all(
      parts.map(async part => (await (await fetch(`${studio.url}/${part}`)).text()).length),
    );
    expect(script.length + sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });

  it('in one sentence where a request is not what was expected', async () => {
    expect(await api('uploads', { key: '' })).toMatchObject({ status: 400 });
    expect(await api('uploads', { key: 'a.jpg', contentType: 'x' })).toEqual({
      status: 400,
      body: {
        code: 'SETTINGS_INVALID',
        message: 'contentType: expected a content type such as image/jpeg',
      },
    });
    expect(await api('photo?key=never.jpg')).toMatchObject({
      status: 400,
      body: { message: 'expected the key of an original, there is no never.jpg' },
    });
    expect(await api('nothing')).toMatchObject({ status: 404 });
    expect(await api('list/check', { text: 'x'.repeat(2 ** 20) })).toEqual({
      status: 413,
      body: { code: 'SETTINGS_INVALID', message: 'expected a request of at most 1 MiB' },
    });
    const focus = { key: 'never.jpg', focus: { x: 1, y: 1 } };
    expect(await api('focus', focus)).toMatchObject({ status: 400 });
  });
});

describe('an album', () => {
  beforeAll(async () => {
    const texts = {
      'a/ready.jpg': 'jpeg 1600x1200',
      'a/blocked.jpg': 'jpeg 1600x1200 label violent_gore 95 high',
      'a/held.jpg': 'jpeg 1600x1200 label violent_gore 40 low',
      'a/text.jpg': 'no picture',
      'a/down.jpg': 'jpeg 800x600',
      'docs/a.jpg': 'jpeg 800x600',
    };
    for (const [key, text] of Object.entries(texts)) {
      darkroom.originals.upload(key, text);
      await reconcile(key, darkroom);
    }
    darkroom.originals.upload('a/new.jpg', 'jpeg 100x100');
    await takeDown('a/down.jpg', { by: 'me', reason: undefined }, darkroom);
  });

  it('says in one word how each original stands', async () => {
    const { body } = await api<AlbumPage>('album?prefix=');
    expect(Object.fromEntries(body.entries.map(({ key, state }) => [key, state]))).toEqual({
      'a/ready.jpg': 'ready',
      'a/blocked.jpg': 'blocked',
      'a/held.jpg': 'held',
      'a/text.jpg': 'failed',
      'a/down.jpg': 'taken-down',
      'a/new.jpg': 'developing',
      'docs/a.jpg': 'not-asked',
    });
    expect(body.entries.find(({ key }) => key === 'a/ready.jpg')).toMatchObject({
      done: 5,
      wanted: 5,
      thumbnail: expect.stringMatching(`^${CDN}/a/ready.jpg/.+feed-480-.+$`),
    });
    expect(body).not.toHaveProperty('after');
  });

  it('comes in pages', async () => {
    for (let at = 0; at < 60; at += 1) {
      darkroom.originals.upload(`b/${String(at).padStart(2, '0')}.jpg`, 'jpeg 10x10');
    }
    const first = (await api<AlbumPage>('album?prefix=b/')).body;
    expect([first.entries.length, first.after]).toEqual([48, 'b/47.jpg']);
    const second = (await api<AlbumPage>('album?prefix=b/&after=b/47.jpg')).body;
    expect([second.entries.length, second.after]).toEqual([12, undefined]);
  });

  it('is searched inside keys and by state, and says how many it looked through, and where it goes on', async () => {
    for (let at = 0; at < 300; at += 1) {
      darkroom.originals.upload(
        `c/${String(at).padStart(3, '0')}${at % 100 ? '' : '-Cat'}.jpg`,
        'jpeg 10x10',
      );
    }
    await reconcile('c/200-Cat.jpg', darkroom);
    const keysOf = ({ entries }: AlbumPage) => entries.map(({ key }) => key);
    const cats = (await api<AlbumPage>('album?prefix=c/&contains=cAT')).body;
    expect(keysOf(cats)).toEqual(['c/000-Cat.jpg', 'c/100-Cat.jpg', 'c/200-Cat.jpg']);
    expect([cats.searched, cats.after]).toEqual([300, undefined]);
    // As macOS writes names, and as people type.
    const apart = 'é/Ünder.jpg'.normalize('NFD');
    darkroom.originals.upload(`d/${apart}`, 'jpeg 10x10');
    const typed = encodeURIComponent('É/ün'.normalize('NFC'));
    const found = (await api<AlbumPage>(`album?prefix=d/&contains=${typed}`)).body;
    expect(keysOf(found)).toEqual([`d/${apart}`]);
    await darkroom.originals.remove([`d/${apart}`]);
    const ready = (await api<AlbumPage>('album?prefix=c/&contains=cat&state=ready')).body;
    expect(keysOf(ready)).toEqual(['c/200-Cat.jpg']);
    const held = (await api<AlbumPage>('album?prefix=c/&state=ready')).body;
    expect([keysOf(held), held.after]).toEqual([['c/200-Cat.jpg'], 'c/239.jpg']);
    expect(held.searched).toBe(240);
    const rest = (await api<AlbumPage>('album?prefix=c/&state=ready&after=c/239.jpg')).body;
    expect(rest).toEqual({ entries: [], searched: 60 });
    expect(await api('album?state=lost')).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/^state: /) },
    });
  });

  it('reads no more than some thousand keys for one page, whatever nobody finds', async () => {
    for (let at = 0; at < 5003; at += 1)
      darkroom.originals.upload(`d/${String(at).padStart(4, '0')}`, '');
    const first = (await api<AlbumPage>('album?prefix=d/&contains=nope')).body;
    expect(first).toEqual({ entries: [], searched: 5000, after: 'd/4999' });
    const rest = (await api<AlbumPage>('album?prefix=d/&contains=nope&after=d/4999')).body;
    expect(rest).toEqual({ entries: [], searched: 3 });
  });

  it('of a photo tells each file, or why it is not there', async () => {
    const { body } = await api<Photo>('photo?key=a/ready.jpg');
    expect(body.files.map(({ state }) => state)).toEqual(Array(5).fill('rendered'));
    const failed = (await api<Photo>('photo?key=a/text.jpg')).body;
    expect(failed).toMatchObject({ why: expect.stringMatching(/^ORIGINAL_/) });
    expect((await api<Photo>('photo?key=a/blocked.jpg')).body.files).toEqual([]);
  });
});

describe('a preview', () => {
  it('says why there is none', async () => {
    const asked = { text: yaml, key: 'a/text.jpg', preset: 'feed' };
    expect(await api('list/preview', asked)).toMatchObject({
      status: 400,
      body: {
        message: expect.stringMatching(/^there is no whole preview of a\/text\.jpg: ORIGINAL_UN/),
      },
    });
    expect(await api('list/preview', { ...asked, preset: 'nope' })).toMatchObject({
      status: 400,
      body: { message: 'expected a preset of this list, there is no nope' },
    });
  });
});

describe('runs', () => {
  it('are told though one of their records and a message cannot be read, which is said', async () => {
    const failure = join(destinations, 'darkroom-backfill', 'failure');
    mkdirSync(failure, { recursive: true });
    writeFileSync(join(failure, 'a.json'), 'no message');
    darkroom.config.upload(ROLLOUT_KEY, '{"schema":');
    const { status, body } = await api<Work>('work');
    expect([status, body.rollout, body.failures]).toEqual([200, undefined, []]);
    expect(body.unread).toEqual([
      expect.stringContaining(`expected what Darkroom wrote at ${ROLLOUT_KEY}`),
      expect.stringMatching(/a\.json: expected a message of Function Compute/),
    ]);
    expect(await api('replay', {})).toMatchObject({ status: 200, body: { replayed: 0 } });
  });
});

describe('runs, looked at again', () => {
  const runOf = (id: string, phase: Run['phase'], rendered = 0): Run => ({
    ...{ schema: 1, id, kind: 'backfill', phase, presets: 'A', from: [], granted: 0, seen: 1 },
    selection: { prefix: '', mode: 'settle' },
    handedOver: { batches: 1, originals: 1, planned: 1 },
    done: { ...nothingDone(), rendered },
    counted: [],
    startedAt: '2026-11-23T09:00:00.000Z',
    updatedAt: '2026-11-23T09:00:00.000Z',
  });
  const put = (run: Run) => darkroom.config.upload(runKey(run.id), JSON.stringify(run));

  it('are read where they may have moved: of those that are done nothing is asked any more', async () => {
    put(runOf('backfill-a', 'done', 7));
    put(runOf('backfill-b', 'running'));
    put(runOf('backfill-c', 'stopped'));
    const look = async () => {
      const read: string[] = [];
      darkroom.config.before = ({ operation, key }) => {
        if (operation === 'get' && key.endsWith('/run.json')) read.push(key.split('/')[1] ?? '');
      };
      const { body } = await api<Work>('work');
      darkroom.config.before = () => undefined;
      return { read: read.sort(), runs: body.runs.map(({ id, files }) => `${id} ${files}`).sort() };
    };
    const first = await look();
    expect(first.read).toEqual(['backfill-a', 'backfill-b', 'backfill-c']);
    put(runOf('backfill-b', 'done', 5));
    expect(await look()).toEqual({
      read: ['backfill-b', 'backfill-c'],
      runs: ['backfill-a 7', 'backfill-b 5', 'backfill-c 0'],
    });
    expect((await look()).read).toEqual(['backfill-c']);
  });
});

describe('what happens', () => {
  it('is not kept for a page that does not read: it hears that it missed some, and then the latest', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'x-darkroom-token': token };
      request(`${studio.url}/api/live`, { headers }, resolve).once('error', reject).end();
    });
    await once(answer, 'data');
    answer.pause();
    const many = 100_000;
    const padding = 'x'.repeat(200);
    for (let at = 1; at <= many; at += 1) {
      live.tell({ kind: 'changed', original: `${at} ${padding}` });
      if (at % 1000 === 0) await new Promise(resolve => setImmediate(resolve));
    }
    let text = '';
    answer.setEncoding('utf8').on('data', some => {
      text += some;
    });
    answer.resume();
    await expect.poll(() => text, { timeout: 20_000 }).toContain(`"original":"${many} x`);
    answer.destroy();
    const told = text.match(/^data: .+$/gm) ?? [];
    expect(told.filter(one => one.includes('"missed"')).length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(many / 2);
  });
});

describe('a list', () => {
  it('with a mistake is refused at its line', async () => {
    const text = yaml.replace('aspect:', 'aspects:');
    const line = text.split('\n').findIndex(one => one.includes('aspects')) + 1;
    const { body } = await api<ListCheck>('list/check', { text });
    expect(body.problems).toMatchObject([{ line, message: expect.stringContaining('aspect') }]);
    expect(await api('list/plan', { text })).toMatchObject({ status: 400 });
  });

  it('in order has none, and says what it takes and what its presets are called, however it is written', async () => {
    const text =
      'version: 1\nrules: [{ match: "**", presets: [a] }]\npresets:\n  - widths: [60]\n    formats: { jpeg: {} }\n    name: "a" # first\n';
    const { body } = await api<ListCheck>('list/check', { text });
    expect(body).toEqual({ problems: [], presets: ['a'], seconds: expect.any(Number) });
  });

  it('is not put in force over another that was written since the plan, and not in force yet', async () => {
    const planned = async (text: string) => (await api<{ id: string }>('list/plan', { text })).body;
    const [one, two] = [await planned(`${yaml}\n# one\n`), await planned(`${yaml}\n# two\n`)];
    expect(await api('list/apply', { id: one.id })).toMatchObject({ status: 200 });
    expect(await api('list/apply', { id: two.id })).toMatchObject({ status: 400 });
    const again = await planned(`${yaml}\n# two\n`);
    darkroom.config.upload('presets.yaml', `${yaml}\n# by another\n`);
    expect(await api('list/apply', { id: again.id })).toMatchObject({
      status: 400,
      body: {
        message:
          'expected presets.yaml as it was when this was planned, it was written since: plan the edit again',
      },
    });
  });

  it('is put in force by a plan that the page has seen, and by no other', async () => {
    const { status, body } = await api<{ message: string }>('list/apply', { id: 'x' });
    expect([status, body.message]).toEqual([400, 'expected a plan of this page: plan again']);
  });
});
