import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ossClient } from '../../../shared/adapters/oss/client.ts';
import { ossStore } from '../../../shared/adapters/oss/store.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { takedownKey } from '../../../shared/core/set/take-down-record.ts';
import { purgedKey } from '../../../shared/core/work/purge.ts';
import { reconcile } from '../../../shared/pipeline/develop/reconcile.ts';
import { columnsOf } from '../../../cli/terminal/width.ts';
import { objectsIn } from '../../../shared/pipeline/stored-set.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { newFolder } from '../../support/folders.ts';
import { credentials, localOss } from '../../support/local-oss.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { onTerminal, darkroom as run } from '../../support/processes.ts';

const KEY = 'users/1/海 星+%.jpg';
const attributes = { contentType: 'image/jpeg', cacheControl: '' };

let folder: string;
let server: Awaited<ReturnType<typeof localOss>>;
const store = (bucket: string) => ossStore(bucket, server.connection);

/** As the default of the test darkroom, but for what it leaves to the picture. */
const LEFT = SMALL.replace('formats: { jpeg: {}, webp', 'formats: { jpeg: { chroma: auto }, webp');

/** A platform's folder over a bare OSS server: what a command reads to find it. */
beforeAll(async () => {
  folder = newFolder();
  server = await localOss(['originals', 'derivatives', 'config']);
  const nobody = { endpoint: 'http://127.0.0.1:1', accountId: '1', region: 'cn-hangzhou' };
  const place = {
    oss: { endpoint: server.endpoint, region: server.connection.region },
    buckets: { originals: 'originals', derivatives: 'derivatives', config: 'config' },
    fc: nobody,
    cdn: nobody.endpoint,
    cdnApi: nobody.endpoint,
  };
  writeFileSync(join(folder, 'platform.json'), JSON.stringify(place));
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify(credentials));
  const darkroom = {
    ...testDarkroom(),
    originals: store('originals'),
    derivatives: store('derivatives'),
  };
  const inForce = {
    schema: 1,
    ...(await darkroom.listInForce.current()),
    etag: 'E',
    promotedAt: '2026-11-23T10:00:00.000Z',
  };
  await store('config').put(IN_FORCE_KEY, Buffer.from(JSON.stringify(inForce)), attributes);
  for (const [key, content] of [
    [KEY, 'jpeg 600x400'],
    ['text.jpg', 'not a picture'],
    ['left.jpg', 'jpeg 600x400'],
  ] as const) {
    if (key === 'left.jpg') darkroom.edit(LEFT);
    await darkroom.originals.put(key, Buffer.from(content), attributes);
    await reconcile(key, darkroom);
  }
});
afterAll(() => server.close());

const darkroom = (...words: string[]) => run(...words, '--data', folder);

async function keysIn(...buckets: string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const bucket of buckets) {
    for await (const { key } of objectsIn(store(bucket).list(''))) keys.push(`${bucket}/${key}`);
  }
  return keys;
}

describe('darkroom explain', () => {
  it('says the rule, the facts, and of every file how it stands', async () => {
    const { code, stdout } = await darkroom('explain', KEY);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^users\/1\/海 星\+%\.jpg$/m);
    expect(stdout).toMatch(/^ {2}rule +rules\[1\] "\*\*" → thumb, feed$/m);
    expect(stdout).toMatch(/^ {2}original +jpeg 600x400, 12 B, ETag \w+, version [0-9a-f]{10}$/m);
    expect(stdout).toMatch(/committed 2026-11-23T10:00:00\.000Z by the list in force$/m);
    expect(stdout).toMatch(/^ {2}whole +yes$/m);
    expect(stdout).toMatch(/✓ feed 600 jpeg +rendered .*\/feed-600-[0-9a-f]{10}\.jpg$/m);
  });

  it.each([
    ['0.43,0.31', 'focus 0.43,0.31'],
    ['the cat', 'focus said by x-oss-meta-focus cannot be read'],
  ])('says what the uploader said of the focus: %s', async (said, text) => {
    const headers = { 'x-oss-meta-focus': said };
    const client = ossClient('originals', server.connection);
    await client.put('said.jpg', Buffer.from('jpeg 600x400'), { headers });
    const { stdout } = await darkroom('explain', 'said.jpg');
    expect(stdout).toContain(`not read yet, or not readable, ${text}, 12 B`);
  });

  it('says what decided of the files of a picture that settings are left to', async () => {
    const { stdout } = await darkroom('explain', 'left.jpg');
    expect(stdout).toMatch(
      /^ {2}content +4:2:0 \(edges of colour 0, above 80 it is 4:4:4\), not flat \(even 0 of 1000, from 200 on; 1000 colours for 1000 pixels, at most 150\)$/m,
    );
    expect((await darkroom('explain', KEY)).stdout).not.toContain('content');
    const json = JSON.parse((await darkroom('explain', '--json', 'left.jpg')).stdout);
    expect(json.content).toMatchObject({ chroma: '4:2:0', flat: false });
  });

  it('says the recorded failure once, where nothing can be made', async () => {
    const { code, stdout } = await darkroom('explain', 'text.jpg');
    expect(code).toBe(0);
    expect(stdout.match(/expected a scripted picture/g)).toHaveLength(1);
    expect(stdout).toMatch(/^ {2}whole +no: none of up to 5 files can be made$/m);
  });

  it('understands the URL of an original, and of its files', async () => {
    const url = `${server.endpoint}/originals/${KEY.split('/').map(encodeURIComponent).join('/')}`;
    const { code, stdout } = await darkroom('explain', '--json', `${url}?Expires=1`);
    expect(code).toBe(0);
    const { key, variants } = JSON.parse(stdout);
    expect(key).toBe(KEY);
    const file = `${server.endpoint}/derivatives/${encodeURI(variants[0].key)}`;
    const again = await darkroom('explain', '--json', file);
    expect(JSON.parse(again.stdout)).toMatchObject({ key: KEY });
  });

  it('gives the same as one line of JSON for each key, and goes on after an unknown one', async () => {
    const { code, stdout } = await darkroom('explain', '--json', KEY, 'nothing.jpg', 'text.jpg');
    expect(code).toBe(1);
    const [first, second, third] = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(first).toMatchObject({ key: KEY, whole: true, rule: { index: 1 } });
    expect(first.variants).toHaveLength(5);
    expect(second).toMatchObject({ key: 'nothing.jpg', error: { code: 'KEY_UNUSABLE' } });
    expect(third).toMatchObject({ failure: { code: 'ORIGINAL_UNSUPPORTED' }, whole: false });
  });

  it.each([
    [
      'nothing.jpg',
      /^darkroom: expected the key of an original of .*, there is no nothing\.jpg\n$/,
    ],
    [
      'a/../b.jpg',
      /^darkroom: expected a key without \. and \.\. segments, received a\/\.\.\/b\.jpg\n$/,
    ],
    [
      '/text.jpg',
      /^darkroom: expected a key without a leading slash, received \/text\.jpg: did you mean text\.jpg\?\n$/,
    ],
    [
      'https://others.example.com/text.jpg',
      /^darkroom: expected a key, or the URL of an original in originals, .*, received https:.*\n$/,
    ],
  ])('says in one sentence that %s is no key of an original', async (key, sentence) => {
    const { code, stdout, stderr } = await darkroom('explain', key);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(sentence);
  });
});

describe('a symlink whose target is not there', () => {
  const nowhere = 'p/海 星.jpg';
  const link = async (key: string, target: string) => {
    const client = ossClient('originals', server.connection);
    await client.putSymlink(key, target, {} as never);
    return () => store('originals').remove([key]);
  };

  it('is told as one by explain, verify and status, in the same words', async () => {
    const unlink = await link('link.jpg', nowhere);
    const { code, stdout, stderr } = await darkroom('explain', 'link.jpg');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^darkroom: expected the key of an original of .*, link\.jpg is a symlink whose target is not there: p\/海 星\.jpg\n$/,
    );
    const words = 'symlinks whose target is not there: 1, such as link.jpg\n';
    expect((await darkroom('verify')).stdout).toContain(words);
    expect((await darkroom('status')).stdout).toContain(`  ${words}`);
    await unlink();
  });

  it('is told so of a set that is left of it', async () => {
    const unlink = await link('left.jpg', KEY);
    const darkroomOf = { originals: store('originals'), derivatives: store('derivatives') };
    await reconcile('left.jpg', { ...testDarkroom(), ...darkroomOf });
    await unlink();
    const unlinkAgain = await link('left.jpg', nowhere);
    const { code, stdout } = await darkroom('explain', 'left.jpg');
    expect(code).toBe(0);
    expect(stdout).toContain(
      `  original  a symlink whose target is not there: ${nowhere}: its set is an orphan (npx darkroom verify)`,
    );
    const asJson = await darkroom('explain', 'left.jpg', '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ dangling: { target: nowhere } });
    await unlinkAgain();
    await reconcile('left.jpg', { ...testDarkroom(), ...darkroomOf });
  });
});

it.runIf(process.platform === 'linux').each([[80], [120]])(
  'what is explained fits a terminal of %d columns, but for keys, which stay whole',
  async columns => {
    const words = ['explain', KEY, '--data', folder];
    const { code, shown } = await onTerminal({ columns }, ...words);
    expect(code).toBe(0);
    const lines = shown.split('\n');
    expect(Math.max(...lines.map(columnsOf))).toBeGreaterThan(columns - 40);
    for (const line of lines) {
      const isKey = line.trim().startsWith('users/1/');
      expect([line, isKey || columnsOf(line) <= columns]).toEqual([line, true]);
    }
    const piped = (await darkroom('explain', KEY)).stdout;
    expect(shown.split(/\s+/)).toEqual(piped.split(/\s+/));
  },
);

describe('keys of darkroom takedown', () => {
  it('does nothing with a key that OSS would take for another, but says so', async () => {
    const before = await keysIn('derivatives', 'config');
    expect(await darkroom('takedown', '--yes', '/text.jpg')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'darkroom: expected a key without a leading slash, received /text.jpg: did you mean text.jpg?\n',
    });
    const { code, stderr } = await darkroom('takedown', '--prefix', '/users/');
    expect(code).toBe(1);
    expect(stderr).toMatch(/received \/users\/: did you mean users\/\?/);
    expect(await keysIn('derivatives', 'config')).toEqual(before);
  });

  it('acts on what else is named, by its URL too, and each once', async () => {
    const url = `${server.endpoint}/originals/gone.jpg`;
    const { code, stdout, stderr } = await darkroom(
      ...['takedown', '--dry-run', '--json', url, '/x', 'gone.jpg'],
    );
    expect(code).toBe(1);
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toMatchObject([
      { key: '/x', error: { code: 'KEY_UNUSABLE' } },
      { key: 'gone.jpg', files: [] },
      { keys: 1 },
    ]);
  });
});

describe('darkroom verify', () => {
  it('removes orphans only when it is told so twice, and not too many of them', async () => {
    expect(await darkroom('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /all is as the preset list wants it\ncannot be made.*ORIGINAL_UNSUPPORTED 1/,
      ),
    });
    const orphan = 'gone.jpg/0123456789/thumb-100-0123456789.jpg';
    await store('derivatives').put(orphan, Buffer.from('x'), attributes);
    const asked = ['verify', '--delete-orphans'];
    const refused = await darkroom(...asked, '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/orphan +gone\.jpg\/.* its original is gone/);
    expect(refused.stdout).toMatch(/--max-share.*nothing was removed/);
    const dry = await darkroom(...asked, '--max-share', '0.5');
    expect(dry.stdout).toMatch(/1 orphaned objects would be removed: add --yes/);
    expect(await store('derivatives').head(orphan)).toBeDefined();
    const done = await darkroom(...asked, '--max-share', '0.5', '--yes');
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 orphaned objects were/),
    });
    expect(await store('derivatives').head(orphan)).toBeUndefined();
  });

  it('does not end well while something waits for a person', async () => {
    const record = takedownKey('nobody-knows.jpg');
    await store('config').put(record, Buffer.from('{"sch'), attributes);
    const { code, stdout } = await darkroom('verify');
    expect([code, stdout]).toEqual([1, expect.stringContaining('say again what holds')]);
    await store('config').remove([record]);
  });
});

describe('darkroom takedown', () => {
  it('does nothing where there is no terminal to ask in, unless --yes says so', async () => {
    const before = await keysIn('derivatives', 'config');
    for (const words of [[KEY], [KEY, '--undo'], ['--prefix', 'users/'], ['-']]) {
      const { code, stdout, stderr } = await darkroom('takedown', ...words);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^darkroom: expected --yes, since there is no terminal to ask in; /);
    }
    expect(await keysIn('derivatives', 'config')).toEqual(before);
  });

  it.runIf(process.platform === 'linux')(
    'shows what goes, and does nothing where the answer is no',
    async () => {
      const before = await keysIn('derivatives', 'config');
      const words = ['takedown', '--prefix', 'users/', '--data', folder];
      const { code, shown } = await onTerminal({ answer: 'no\n', columns: 200 }, ...words);
      expect(code).toBe(1);
      expect(shown).toContain(
        `On the local platform in ${folder}:\n  ${KEY}  5 files\n1 key: all that was made goes, from the CDN too, and nothing is made again until --undo.\nTake them down? [y/N]`,
      );
      expect(shown).toMatch(/^Nothing was done\.$/m);
      expect(await keysIn('derivatives', 'config')).toEqual(before);
    },
  );

  it('leaves nothing where the CDN does not answer, and says what waits', async () => {
    const words = ['--reason', 'court order 17', '--by', 'moderator'];
    const { code, stdout } = await darkroom('takedown', '--yes', KEY, ...words);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ users\/1\/海 星\+%\.jpg {2}taken down, 5 files removed$/m);
    expect(stdout).toMatch(
      /^The CDN was not purged, 1 purge left to the sweep: .*the CDN did not take it \(ECONNREFUSED\)$/m,
    );
    const told = await darkroom('explain', KEY);
    expect(told.stdout).toMatch(
      /^ {2}TAKEN DOWN \S+ by moderator: court order 17; CDN: the purge waits$/m,
    );
    expect(told.stdout).toMatch(/^ {2}manifest +a tombstone: nothing is rendered of this key/m);
    const { stdout: status } = await darkroom('status');
    expect(status).toMatch(/^Purges that wait for the CDN: 1 takedown, 1 delete$/m);
    expect(status).toMatch(/^ {2}1 taken down$/m);
  });

  it('whose record cannot be read, or the proof of whose purge, is explained all the same', async () => {
    const cut = Buffer.from('{ "schema": 1, "k');
    const purge = '2026-11-24T00:00:00.000Z-0123456789ab';
    const act = { act: 'takedown', at: '2026-11-24T00:00:00.000Z', by: 'x', removed: [], purge };
    const record = Buffer.from(JSON.stringify({ schema: 1, key: 'text.jpg', acts: [act] }));
    await store('config').put(takedownKey('text.jpg'), record, attributes);
    await store('config').put(purgedKey(purge), cut, attributes);
    expect((await darkroom('explain', 'text.jpg')).stdout).toMatch(
      /^ {2}TAKEN DOWN \S+ by x; CDN: the proof of its purge cannot be read$/m,
    );
    await store('config').put(takedownKey('text.jpg'), cut, attributes);
    const { code, stdout } = await darkroom('explain', 'text.jpg');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}TAKEN DOWN or not: its record cannot be read, say again what holds/m,
    );
  });
});
