import { execFile } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../support/folders.ts';
import { urlOf, usePlatform } from '../support/platform.ts';
import { darkroom, type Finished } from '../support/processes.ts';

/** The script that `darkroom init` makes, run as it stands against the platform of `npm start`. */

const platform = usePlatform();
const folder = join(newFolder(), 'made');
const upload = (...words: string[]) => run({}, ...words);

beforeAll(async () => {
  const { code } = await darkroom('init', folder, '--data', platform.ready.data);
  expect(code).toBe(0);
});

/** From a folder that has nothing, with nothing in the environment but what is given. */
function run(env: Record<string, string>, ...words: string[]): Promise<Finished> {
  const { OWN_OPTIONS = '', ...settings } = env;
  const options = { cwd: newFolder(), env: { PATH: process.env.PATH, ...settings } };
  const script = [...OWN_OPTIONS.split(' ').filter(Boolean), join(folder, 'upload.mjs'), ...words];
  return new Promise(resolve => {
    const child = execFile(process.execPath, script, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const urlsIn = (text: string) => [...text.matchAll(/ (https?:\/\/\S+)$/gm)].map(([, url]) => url);

describe('upload.mjs on the local platform', () => {
  it('uploads the photo beside it and prints the URL of each file that was made, which are there', async () => {
    const { code, stdout, stderr } = await upload();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Uploaded to originals: photos\/photo\.jpg\n/);
    const { variants } = await platform.manifest('photos/photo.jpg', () => true);
    const wanted = variants.filter(({ state }) => state === 'rendered' || state === 'on_demand');
    expect(urlsIn(stdout)).toEqual(wanted.map(({ key }) => urlOf(platform.ready.cdn, key)));
    expect(wanted.length).toBeGreaterThan(20);
    for (const url of urlsIn(stdout)) {
      const { status, headers } = await fetch(`${url}`);
      expect([status, headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^image\//),
      ]);
    }
  });

  it('takes another photo under a key of any characters', async () => {
    const key = "init/海 星/50%+1 (a)!'*~&=?#.jpg";
    const { code, stdout, stderr } = await upload(join(folder, 'photo.jpg'), key);
    expect([code, stderr]).toEqual([0, '']);
    expect((await platform.manifest(key, () => true)).original.key).toBe(key);
    const [first] = urlsIn(stdout);
    expect((await fetch(`${first}`)).status).toBe(200);
  });

  it('tells the manifest of this upload from that of an earlier one', async () => {
    const before = await upload(join(folder, 'photo.jpg'), 'init/twice.jpg');
    cpSync(join(folder, 'photo.jpg'), join(folder, 'longer.jpg'));
    writeFileSync(join(folder, 'longer.jpg'), 'more behind the end of the picture', { flag: 'a' });
    const after = await upload(join(folder, 'longer.jpg'), 'init/twice.jpg');
    expect([before.code, after.code]).toEqual([0, 0]);
    const all = [...urlsIn(before.stdout), ...urlsIn(after.stdout)];
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    [
      'what is no picture',
      'upload.mjs',
      /^upload\.mjs: ORIGINAL_UNSUPPORTED: expected a JPEG, .*\n$/,
    ],
    [
      'a photo that is not there',
      'none.jpg',
      /^upload\.mjs: expected a photo at .*none\.jpg, it cannot be read \(ENOENT\)\n$/,
    ],
  ])('says in one sentence, with exit code 1, of %s', async (_, file, sentence) => {
    const { code, stderr } = await upload(join(folder, file), `init/${file}`);
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
  });
});

describe('upload.mjs with a deployment in the environment', () => {
  /** As requests to the cloud begin; each is carried to the local OSS, which verifies its signature. */
  const settings = () => ({
    DARKROOM_REGION: 'cn-hangzhou',
    DARKROOM_ORIGINALS_BUCKET: platform.ready.buckets.originals,
    DARKROOM_DERIVATIVES_BUCKET: platform.ready.buckets.derivatives,
    ALIBABA_CLOUD_ACCESS_KEY_ID: platform.ready.oss.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: platform.ready.oss.accessKeySecret,
    OWN_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`
      const asked = globalThis.fetch;
      globalThis.fetch = (url, options) => {
        const cloud = /^https:\\/\\/([a-z]+)\\.oss-cn-hangzhou\\.aliyuncs\\.com\\//;
        if (!cloud.test(url)) throw new Error('asked ' + url);
        return asked(url.replace(cloud, ${JSON.stringify(platform.ready.oss.endpoint)} + '/$1/'), options);
      };`)}`,
  });

  it.each([
    ['its CDN', { DARKROOM_CDN_DOMAIN: 'img.example.com' }, 'https://img.example.com'],
    [
      'a CDN without TLS',
      { DARKROOM_CDN_DOMAIN: 'http://img.example.com' },
      'http://img.example.com',
    ],
    [
      'the bucket without one',
      { DARKROOM_CDN_DOMAIN: '' },
      'https://derivatives.oss-cn-hangzhou.aliyuncs.com',
    ],
    [
      'the bucket with temporary keys',
      { ALIBABA_CLOUD_SECURITY_TOKEN: 'a/b+c=' },
      'https://derivatives.oss-',
    ],
  ])('uploads there, and prints URLs of %s', async (_, given, begin) => {
    const words = [join(folder, 'photo.jpg'), 'init/cloud.jpg'];
    const { code, stdout, stderr } = await run({ ...settings(), ...given }, ...words);
    expect([code, stderr]).toEqual([0, '']);
    expect(urlsIn(stdout).length).toBeGreaterThan(20);
    expect(urlsIn(stdout).filter(url => !url?.startsWith(begin))).toEqual([]);
  });

  it('takes them from a file .env, too, and the environment goes before it', async () => {
    const { OWN_OPTIONS, ...all } = settings();
    const lines = Object.entries({ ...all, DARKROOM_REGION: 'cn-nowhere' });
    const file = join(folder, '.env');
    writeFileSync(file, lines.map(([name, value]) => `${name}=${value}\n`).join(''));
    const words = [join(folder, 'photo.jpg'), 'init/dotenv.jpg'];
    const done = await run({ OWN_OPTIONS, DARKROOM_REGION: 'oss-cn-hangzhou' }, ...words);
    const failed = await run({ OWN_OPTIONS }, ...words);
    rmSync(file);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('cn-nowhere')]);
  });

  it.each([
    [
      'what is missing',
      { ALIBABA_CLOUD_ACCESS_KEY_SECRET: '', DARKROOM_REGION: '' },
      /missing: DARKROOM_REGION, ALIBABA_CLOUD_ACCESS_KEY_SECRET\n$/,
    ],
    [
      'a wrong key',
      { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' },
      /it answered 403 \(SignatureDoesNotMatch\)\n$/,
    ],
    [
      'a bucket that is not there',
      { DARKROOM_ORIGINALS_BUCKET: 'nowhere' },
      /it answered 404 \(NoSuchBucket\)\n$/,
    ],
  ])('says in one sentence, with exit code 1, of %s', async (_, wrong, sentence) => {
    const { code, stdout, stderr } = await run({ ...settings(), ...wrong });
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(sentence)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
