import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { newFolder } from '../support/folders.ts';
import { arabic, chinese, logo } from '../support/marks.ts';
import { starfishPhoto } from '../support/originals.ts';
import { patiently, type RunningPlatform, startedPlatform, urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const LIST = `
version: 1
retain: 1h
rules: [{ match: '**', presets: [marked] }]
presets:
  - name: marked
    widths: [480]
    formats: { jpeg: {}, webp: {} }
    watermark:
      - { image: marks/logo.png, size: 10, gravity: northwest }
      - { text: '@{user}', font: fonts/zh.ttf, fallback: [fonts/ar.ttf], size: 5, shadow: '#000000' }
`;
const KEY = 'users/7/海星 1.jpg';

const dataDir = newFolder();
const list = join(dataDir, 'list.yaml');
let platform: RunningPlatform;
beforeAll(async () => {
  for (const folder of ['marks', 'fonts']) mkdirSync(join(dataDir, folder));
  writeFileSync(join(dataDir, 'marks/logo.png'), await logo());
  writeFileSync(join(dataDir, 'fonts/zh.ttf'), chinese());
  writeFileSync(join(dataDir, 'fonts/ar.ttf'), arabic());
  writeFileSync(list, LIST);
  platform = await startedPlatform(dataDir, '--presets', list);
  await upload('张三');
});
afterAll(() => platform?.stop());

const upload = (user: string) =>
  platform.bucket('originals').put(KEY, starfishPhoto, {
    headers: { 'x-oss-meta-wm-user': encodeURIComponent(user) },
  });

/** The files of a finished set, once they are others than before. */
async function filesOf(key: string, before: string[] = []): Promise<string[]> {
  const names = ({ variants }: Manifest) => variants.map(one => one.key);
  const isNew = (manifest: Manifest) =>
    manifest.complete && names(manifest).every(name => !before.includes(name));
  return names(await platform.manifest(key, isNew));
}

const stored = async (key: string) =>
  (await platform.bucket('derivatives').get(key)).content as Buffer;

async function command(...words: string[]) {
  return await darkroom(...words, '--data', dataDir);
}

describe('a list with a watermark, on the local platform', () => {
  it('draws logo and name over each file of an upload', async () => {
    for (const key of await filesOf(KEY)) {
      const { data, info } = await sharp(await stored(key))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const at = 3 * (20 * info.width + 30);
      expect([...data.subarray(at, at + 3)].map(value => value > 128)).toEqual([
        false,
        true,
        false,
      ]);
    }
  });

  it('has a view make the same bytes as the upload made', async () => {
    for (const key of await filesOf(KEY)) {
      const made = await stored(key);
      await platform.bucket('derivatives').delete(key);
      const answer = await fetch(urlOf(platform.ready.cdn, key));
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(made)).toBe(true);
    }
  });

  it('makes files of another name under other keys, which a backfill of the prefix finds settled', async () => {
    const before = await filesOf(KEY);
    const meta = { 'x-oss-meta-wm-user': encodeURIComponent('李四 مرحبا 😀') };
    const headers = { ...meta, 'x-oss-metadata-directive': 'REPLACE' };
    await platform.bucket('originals').copy(KEY, KEY, { headers });
    const after = await filesOf(KEY, before);
    expect(await command('backfill', '--yes', '--prefix', 'users/7/')).toMatchObject({ code: 0 });
    expect(await filesOf(KEY)).toEqual(after);
    const { stdout } = await command('explain', KEY);
    expect(stdout).toContain('x-oss-meta-wm-user "李四 مرحبا 😀"');
    expect(stdout).toContain('its watermark is without U+1F600, which no font of it has');
  });

  it('says by `explain` which words nobody said', async () => {
    await platform.bucket('originals').put('nameless.jpg', starfishPhoto);
    await filesOf('nameless.jpg');
    const { stdout } = await command('explain', 'nameless.jpg');
    expect(stdout).toContain('its watermark is without {user}, which was not said');
  });

  it('refuses what names an image that is not there, by its name', async () => {
    const config = platform.bucket('config');
    await config.put('presets.yaml', Buffer.from(LIST.replace('logo.png', 'none.png')));
    const rejected = await patiently('a refusal', async () =>
      config.get('presets.rejected.json').then(
        ({ content }) => JSON.parse(String(content)),
        () => undefined,
      ),
    );
    expect(rejected.problems).toEqual([
      'presets.yaml:10:18 presets[0].watermark[0].image: expected an image at this path, there is none (marks/none.png)',
    ]);
    await config.put('presets.yaml', Buffer.from(LIST));
  });

  it('is not applied before the bucket has the images that were planned with: such an image is the edit', async () => {
    const before = await filesOf(KEY);
    const plan = join(dataDir, 'plan.json');
    const other = await logo('#ff0000');
    writeFileSync(join(dataDir, 'marks/logo.png'), other);
    expect(await command('presets', 'plan', list, '--out', plan)).toMatchObject({ code: 0 });
    const early = await command('presets', 'apply', plan);
    expect([early.code, early.stderr]).toEqual([
      1,
      expect.stringContaining('with what it draws with in the config bucket'),
    ]);
    await platform.bucket('config').put('marks/logo.png', other);
    expect(await filesOf(KEY, before)).toHaveLength(2);
  });
});
