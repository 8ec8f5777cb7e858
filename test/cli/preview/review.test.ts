import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OssServer, startOssServer } from '../../../local/oss-server/server.ts';
import { ossStore } from '../../../shared/adapters/oss/store.ts';
import { presetsOrThrow } from '../../../shared/adapters/yaml/preset-file.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { savedPlanSchema } from '../../../shared/core/work/saved-plan.ts';
import { newFolder } from '../../support/folders.ts';
import { credentials } from '../../support/local-oss.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { SMALL } from '../../support/preset-lists.ts';

const root = resolve(import.meta.dirname, '../../..');
const EDITED = SMALL.replace(
  'cover, formats: { jpeg: {} }',
  'cover, formats: { jpeg: { quality: 30 } }',
);
const region = 'oss-cn-hangzhou';
/** Those of docs/preview.md. */
const RIGHTS = ['oss:ListObjects originals', `oss:GetObject config/${IN_FORCE_KEY}`];
const reviewer = {
  accessKeyId: 'REVIEWER',
  accessKeySecret: 'no-word-that-may-be-seen',
  may: (action: string, resource: string) =>
    RIGHTS.includes(`${action} ${resource.split(':').at(-1)}`),
};

describe('ops/review-presets.sh', () => {
  let folder: string;
  let oss: OssServer;
  const at = (name: string) => join(folder, name);
  const inReview = () => readFileSync(at('out/review.md'), 'utf8');

  const review = (environment: Record<string, string> = {}) =>
    new Promise<{ code: number | null; output: string }>((done, failed) => {
      const words = ['old.yaml', 'new.yaml', 'in', 'out'].map(at);
      const env = { ...process.env, ...environment };
      const child = spawn(join(root, 'ops/review-presets.sh'), words, { cwd: root, env });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', data => {
          output += data;
        });
      }
      child.once('error', failed);
      child.once('close', code => done({ code, output }));
    });

  const deployment = (config: string) => ({
    DARKROOM_REGION: 'cn-hangzhou',
    DARKROOM_ORIGINALS_BUCKET: 'originals',
    DARKROOM_DERIVATIVES_BUCKET: 'derivatives',
    DARKROOM_CONFIG_BUCKET: config,
    DARKROOM_OSS_ENDPOINT: oss.endpoint,
    DARKROOM_OSS_PATH_STYLE: 'true',
    ALIBABA_CLOUD_ACCESS_KEY_ID: reviewer.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: reviewer.accessKeySecret,
  });

  beforeAll(async () => {
    const buckets = ['originals', 'derivatives', 'config', 'other'];
    const keys = [credentials, reviewer];
    oss = await startOssServer({
      dataDir: newFolder(),
      port: 0,
      region,
      credentials: keys,
      buckets,
    });
    const connection = { region, endpoint: oss.endpoint, pathStyle: true, credentials };
    const { list, fingerprint } = presetsOrThrow(SMALL, 'in force');
    const promotedAt = '2026-11-23T10:00:00.000Z';
    const record = { schema: 1, fingerprint, etag: 'E', promotedAt, list };
    const options = { contentType: 'application/json', cacheControl: 'no-store' };
    const config = ossStore('config', connection);
    await config.put(IN_FORCE_KEY, Buffer.from(JSON.stringify(record)), options);
    const photo = readFileSync(starfishPhoto);
    await ossStore('originals', connection).put('users/1/a.jpg', photo, options);
  });
  afterAll(() => oss.close());

  beforeEach(async () => {
    folder = newFolder();
    mkdirSync(at('in'));
    await sharp(starfishPhoto).resize(120).jpeg().toFile(at('in/a.jpg'));
    writeFileSync(at('old.yaml'), SMALL);
    writeFileSync(at('new.yaml'), EDITED);
  });

  it('leaves what to post and what to attach', async () => {
    const { code, output } = await review();
    expect(code).toBe(0);
    expect(output).toBe(inReview());
    expect(inReview().match(/^### .*$/gm)).toEqual([
      ...['### Check', '### Difference', '### Contact sheet', '### Plan'],
    ]);
    expect(inReview()).toContain('Not made: no settings of a deployment are here.');
    expect(inReview()).toContain('    1 file changed');
    expect(readFileSync(at('out/sheet.html'), 'utf8')).toContain('<h3><bdi>a.jpg</bdi></h3>');
  });

  it('ends with 1 for a list that is not in order, and says where', async () => {
    writeFileSync(at('new.yaml'), SMALL.replace('version: 1', 'version: 2'));
    expect((await review()).code).toBe(1);
    expect(inReview()).toMatch(/^ {4}.*new\.yaml:2:10 version: expected 1/m);
    expect(existsSync(at('out/sheet.html'))).toBe(false);
  });

  it('plans with two rights to read, and repeats no secret', async () => {
    const { code, output } = await review(deployment('config'));
    expect(code).toBe(0);
    const plan = savedPlanSchema.parse(JSON.parse(readFileSync(at('out/plan.json'), 'utf8')));
    expect(plan).toMatchObject({ originals: 1, files: 1, sample: null });
    expect(inReview()).not.toContain('Not made');
    expect(output + inReview()).not.toContain(reviewer.accessKeySecret);
  });

  it('says what keeps it from planning, without a secret, and shows the sheet all the same', async () => {
    const { code, output } = await review(deployment('other'));
    expect(code).toBe(1);
    expect(inReview()).toMatch(/### Plan\n\n {4}darkroom: .*other/);
    expect(existsSync(at('out/sheet.html'))).toBe(true);
    expect(output + inReview()).not.toContain(reviewer.accessKeySecret);
  });
});
