import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moderatedList } from '../../local/moderated-list.ts';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { patiently, type RunningPlatform, startedPlatform, urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const dataDir = newFolder();
let platform: RunningPlatform;
beforeAll(async () => {
  const presets = join(dataDir, 'presets.yaml');
  writeFileSync(presets, TINY);
  platform = await startedPlatform(dataDir, '--presets', presets, '--moderate');
});
afterAll(() => platform?.stop());

async function upload(key: string, background: string): Promise<void> {
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } }).jpeg();
  await platform.bucket('originals').put(key, await picture.toBuffer());
}

const edit = async (text: string) => {
  const { fingerprint } = presetsOrThrow(text, 'presets.yaml');
  await platform.bucket('config').put('presets.yaml', Buffer.from(text));
  await patiently(`the list ${fingerprint}`, async () => {
    const { content } = await platform.bucket('config').get('presets.in-force.json');
    return JSON.parse(String(content)).fingerprint === fingerprint ? true : undefined;
  });
};

const run = (...words: string[]) => darkroom(...words, '--data', dataDir);
const fileOf = async (key: string) => {
  const { variants } = await platform.manifest(key);
  return variants.find(({ state }) => state === 'rendered')?.key ?? '';
};
const statusAt = async (key: string) => (await fetch(urlOf(platform.ready.cdn, key))).status;
const withheld = (key: string, state: string) =>
  platform.manifest(key, manifest => manifest.state === state);
/** Of the set that there would be, had it not been judged. */
const wouldBe = async (key: string, like: string) => {
  const file = (await fileOf(like)).replace(like, key);
  const { version } = await platform.manifest(key, () => true);
  return file.replace(/\/[0-9a-f]{10}\//, `/${version}/`);
};

describe('what was published before its rule asked', () => {
  const published = async (key: string, colour: string) => {
    await edit(TINY);
    await upload(key, colour);
    const { variants } = await platform.manifest(key);
    expect(variants.length).toBeGreaterThan(0);
    await edit(moderatedList(TINY));
  };

  it('stays, is counted with its price, and goes once somebody has it judged', async () => {
    await published('old/red.jpg', '#f00000');
    const counted = await run('moderate', '--prefix', 'old/', '--dry-run');
    expect(counted).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^1 of 1 originals would be handed over, to be judged for up to 0\.00 USD; what has a verdict costs nothing$/m,
      ),
    });
    expect((await platform.manifest('old/red.jpg')).complete).toBe(true);
    expect(await run('moderate', '--yes', '--prefix', 'old/')).toMatchObject({ code: 0 });
    await withheld('old/red.jpg', 'blocked');
  });
});

describe('of three pictures', () => {
  beforeAll(async () => {
    await upload('grey.jpg', '#808080');
    await upload('red.jpg', '#ff0000');
    await upload('blue.jpg', '#0000ff');
  });

  it('one passes and is served, one is blocked, one held, and neither is made for a view', async () => {
    expect(await statusAt(await fileOf('grey.jpg'))).toBe(200);
    for (const [key, state] of [
      ['red.jpg', 'blocked'],
      ['blue.jpg', 'held'],
    ] as const) {
      const { variants, original } = await withheld(key, state);
      expect([variants, Object.keys(original).includes('width')]).toEqual([[], false]);
      expect(await statusAt(await wouldBe(key, 'grey.jpg'))).toBe(404);
      expect(await statusAt(`auto/feed/${key}`)).toBe(404);
    }
    expect(await statusAt('moderation/held/1-2.jpg')).toBe(404);
  });

  it('explain, status and verify say how they stand, to who may read the config bucket', async () => {
    const [red, blue] = await Promise.all([run('explain', 'red.jpg'), run('explain', 'blue.jpg')]);
    expect(red.stdout).toMatch(/^ {2}BLOCKED {3}it was judged, and is not published$/m);
    expect(red.stdout).toMatch(/^ {2}judged {4}\S+ by postImageCheck: local_red 99\.1 high$/m);
    expect(blue.stdout).toMatch(/^ {2}HELD {6}it is not published before somebody/m);
    expect((await run('status')).stdout).toContain('2 blocked, 1 held: npx darkroom explain');
    const verified = await run('verify', '--grace', '0s');
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining('all is as the preset list wants it'),
    ]);
  });

  it('the one that is held is published once a person passes it, and not before', async () => {
    const refused = await run('review', 'grey.jpg', 'none.jpg', '--pass', '--who', 'me');
    expect(refused).toMatchObject({
      code: 1,
      stderr:
        'darkroom: expected a picture that is held or blocked at grey.jpg, it is published\n' +
        'darkroom: expected a picture that is held or blocked at none.jpg, there is none\n',
    });
    const neither = await run('review', 'blue.jpg');
    expect(neither).toMatchObject({
      code: 1,
      stderr: 'darkroom: expected --pass or --block, received neither\n',
    });
    const words = ['review', 'blue.jpg', '--pass', '--who', 'me', '--why', 'the sea', '--json'];
    const { code, stdout } = await run(...words);
    expect([code, JSON.parse(stdout)]).toEqual([0, { key: 'blue.jpg', act: 'pass', was: 'held' }]);
    await platform.manifest('blue.jpg');
    // The CDN keeps for some seconds that there was none.
    const file = await fileOf('blue.jpg');
    await patiently(file, async () => ((await statusAt(file)) === 200 ? true : undefined));
    const explained = await run('explain', 'blue.jpg');
    expect(explained.stdout).toMatch(/^ {2}reviewed {2}passed \S+ by me: the sea$/m);
  });

  it('the one that was published goes once a person blocks it, from the CDN as well', async () => {
    const { code, stdout } = await run('review', 'grey.jpg', '--block', '--who', 'me');
    expect([code, stdout]).toEqual([0, '✓ grey.jpg  was published, is blocked, its files go\n']);
    await withheld('grey.jpg', 'blocked');
    await patiently('the manifest alone', async () => {
      const { objects } = await platform.bucket('derivatives').listV2({ prefix: 'grey.jpg/' }, {});
      return objects.length === 1 ? true : undefined;
    });
    const { objects: purges } = await platform.bucket('config').listV2({ prefix: 'purges/' }, {});
    expect((purges ?? []).map(({ name }) => name.split('/')[1])).toEqual([
      '0-takedown',
      '0-takedown',
    ]);
  });
});

it('what was judged says so to whoever waits for it: the ready message', async () => {
  const states = () =>
    platform.happenings.flatMap(({ kind, line = '' }) => {
      if (kind !== 'log' || !line.includes('"reconciled"')) return [];
      const { key, state } = JSON.parse(line);
      // A run that came again finds it settled, and says the same of it.
      return state === 'blocked' || state === 'held' ? [`${key} ${state}`] : [];
    });
  const told = await patiently('four reports', async () => {
    const found = new Set(states());
    return found.size === 4 ? found : undefined;
  });
  expect(told).toEqual(
    new Set(['red.jpg blocked', 'blue.jpg held', 'grey.jpg blocked', 'old/red.jpg blocked']),
  );
});
