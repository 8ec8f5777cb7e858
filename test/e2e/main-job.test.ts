import { createHmac } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logLineSchema } from '../../shared/core/telling/log-events.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { answerSchema } from '../../shared/core/set/report.ts';
import { destinationMessage, MESSAGE_BYTES } from '../../shared/fc/destination.ts';
import { apng } from '../support/apng.ts';
import { newFolder } from '../support/folders.ts';
import { parisPhoto, phonePhoto, quarters, starfishPhoto } from '../support/originals.ts';
import { type RunningPlatform, startedPlatform, urlOf } from '../support/platform.ts';
import { isThorough, numbered } from '../support/thorough.ts';

/** No npm package ships one, and sharp cannot write it: only where the workplace has it. */
const photos = process.env.DARKROOM_PHOTOS;
const iphonePhoto = photos ? join(photos, 'photo/IMG_2927.HEIC') : undefined;

const UPLOADS = numbered(40, 200);
/** Of its own: what a run leaves behind it is looked at as a whole. */
let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startedPlatform(newFolder());
});
afterAll(() => platform?.stop());

/** Bytes after the end of a JPEG are no part of the picture, but of the upload. */
const bulky = (file: Buffer) => Buffer.concat([file, Buffer.alloc(700_000 - file.length)]);

async function derivativeKeys(prefix: string): Promise<string[]> {
  const { objects } = await platform
    .bucket('derivatives')
    .listV2({ prefix, 'max-keys': '1000' }, {});
  return (objects ?? []).map(({ name }) => name);
}

/** Every URL of a manifest answers with what the manifest says. */
async function expectServed(manifest: Manifest): Promise<void> {
  for (const variant of manifest.variants) {
    if (variant.state !== 'rendered') continue;
    const answer = await fetch(urlOf(platform.ready.cdn, variant.key));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(`image/${variant.format}`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBe(variant.bytes);
    const { width, height, format, exif } = await sharp(bytes).metadata();
    expect([width, height, exif]).toEqual([variant.width, variant.height, undefined]);
    expect(format === 'heif' ? 'avif' : format).toBe(variant.format);
  }
}

describe('an upload ends in a complete set, served', () => {
  it('by ali-oss, from a stream', async () => {
    const key = 'users/1/巴黎 50%+1.jpg';
    await platform.bucket('originals').putStream(key, createReadStream(phonePhoto));
    const manifest = await platform.manifest(key);
    expect(manifest.original).toMatchObject({ key, width: 4208, height: 3120, format: 'jpeg' });
    expect(manifest.variants.length).toBe(28);
    await expectServed(manifest);
  });

  it('by a presigned PUT', async () => {
    const key = 'users/1/presigned.jpg';
    const url = platform.bucket('originals').signatureUrl(key, { method: 'PUT', expires: 60 });
    const { status } = await fetch(url, { method: 'PUT', body: readFileSync(starfishPhoto) });
    expect(status).toBe(200);
    await expectServed(await platform.manifest(key));
  });

  it('by a browser’s form', async () => {
    const { endpoint, accessKeyId, accessKeySecret } = platform.ready.oss;
    const conditions = [['starts-with', '$key', 'users/']];
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    const form = new FormData();
    const signature = createHmac('sha1', accessKeySecret).update(policy).digest('base64');
    for (const [name, value] of Object.entries({
      key: 'users/1/form.jpg',
      OSSAccessKeyId: accessKeyId,
      policy,
      Signature: signature,
    })) {
      form.append(name, value);
    }
    form.append('file', new Blob([readFileSync(starfishPhoto)]), 'form.jpg');
    const { status } = await fetch(`${endpoint}/originals`, { method: 'POST', body: form });
    expect(status).toBe(204);
    await expectServed(await platform.manifest('users/1/form.jpg'));
  });

  it('by multipart upload, woken once', async () => {
    const key = 'users/1/multipart.jpg';
    // With DARKROOM_TEST_THOROUGH 24 megapixels of a real camera.
    const [file, partSize] = isThorough
      ? ([parisPhoto, 1024 * 1024] as const)
      : ([bulky(readFileSync(starfishPhoto)), 100 * 1024] as const);
    await platform.bucket('originals').multipartUpload(key, file, { partSize });
    const manifest = await platform.manifest(key);
    expect(manifest.original.etag).toMatch(/-7$/);
    await expectServed(manifest);
    const ours = platform.happenings.filter(
      ({ line }) => line?.includes('"reconciled"') && line.includes(key),
    );
    expect(ours).toHaveLength(1);
  });
});

describe('the bundle as it is deployed', () => {
  it('animates a PNG, with the decoder that it carries', async () => {
    const key = 'users/6/animated.png';
    const file = apng({ width: 240, height: 160, loop: 0, delays: [100, 200, 300] });
    await platform.bucket('originals').put(key, file);
    const { variants } = await platform.manifest(key);
    const found = variants.find(({ preset, format }) => preset === 'anim' && format === 'webp');
    const answer = await fetch(urlOf(platform.ready.cdn, found?.key ?? ''));
    const { pages, delay } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    expect([pages, delay]).toEqual([3, [100, 200, 300]]);
  });

  it.runIf(iphonePhoto)('decodes HEIC in a thread of its own', async () => {
    const key = 'users/6/iphone.heic';
    await platform.bucket('originals').put(key, readFileSync(iphonePhoto ?? ''));
    const manifest = await platform.manifest(key);
    expect(manifest.original).toMatchObject({ format: 'heic', profile: 'p3' });
    await expectServed(manifest);
  });
});

describe('what happens to an original happens to its set', () => {
  it('overwritten: a new version’s set, and what the old one’s URLs name is there for a while', async () => {
    const key = 'users/2/a.jpg';
    const originals = platform.bucket('originals');
    await originals.put(key, await quarters(800, 600).jpeg().toBuffer());
    const first = await platform.manifest(key);
    await originals.put(key, await quarters(600, 800).jpeg().toBuffer());
    const second = await platform.manifest(
      key,
      ({ version, complete }) => complete && version !== first.version,
    );
    expect(second.original).toMatchObject({ width: 600, height: 800 });
    const keys = await derivativeKeys(`${key}/`);
    const old = keys.filter(one => one.includes(first.version)).sort();
    expect(old).not.toEqual([]);
    expect(second.retired.map(one => one.key).sort()).toEqual(old);
    await expectServed(first);
    await expectServed(second);
  });

  it('deleted: nothing is left of it, and all of an original below its key', async () => {
    const originals = platform.bucket('originals');
    const picture = await quarters(400, 300).png().toBuffer();
    await originals.put('users/3/a.jpg', picture);
    await originals.put('users/3/a.jpg/b.png', picture);
    const kept = await platform.manifest('users/3/a.jpg/b.png');
    await platform.manifest('users/3/a.jpg');
    await originals.delete('users/3/a.jpg');
    await platform.gone('users/3/a.jpg');
    expect(
      (await derivativeKeys('users/3/')).every(key => key.startsWith('users/3/a.jpg/b.png/')),
    ).toBe(true);
    await expectServed(kept);
    await originals.deleteMulti(['users/3/a.jpg/b.png']);
    await platform.gone('users/3/a.jpg/b.png');
    expect(await derivativeKeys('users/3/')).toEqual([]);
  });

  it.each([
    ['text', Buffer.from('hello'), 'ORIGINAL_UNSUPPORTED'],
    ['nothing', Buffer.alloc(0), 'ORIGINAL_EMPTY'],
    ['half a JPEG', readFileSync(starfishPhoto).subarray(0, 20_000), 'ORIGINAL_UNDECODABLE'],
  ])('%s named .jpg: a manifest that says why, and no retry', async (name, bytes, code) => {
    const key = `users/4/${name}.jpg`;
    await platform.bucket('originals').put(key, bytes);
    const manifest = await platform.manifest(key, ({ failure }) => failure !== undefined);
    expect(manifest).toMatchObject({ complete: false, failure: { code }, variants: [] });
    const kinds = platform.happenings.filter(
      ({ kind }) => kind === 'failed' || kind === 'retrying',
    );
    expect(kinds).toEqual([]);
  });
});

describe('many at once', () => {
  it(`${UPLOADS} uploads all end complete, nothing lost, and the host stays small`, async () => {
    const originals = platform.bucket('originals');
    const keys = Array.from({ length: UPLOADS }, (_, index) => `burst/${index}.jpg`);
    const pictures = await Promise.all(
      [240, 320, 400, 480].map(width => quarters(width, width).jpeg().toBuffer()),
    );
    await Promise.all(
      keys.map((key, index) => originals.put(key, pictures[index % 4] ?? Buffer.alloc(0))),
    );
    // One after the other: to ask for all of them ten times a second is a load of its own.
    const manifests: Manifest[] = [];
    for (const key of keys) manifests.push(await platform.manifest(key));
    expect(manifests.every(({ complete }) => complete)).toBe(true);
    const status = readFileSync(`/proc/${platform.pid}/status`, 'utf8');
    const peakMB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    expect(peakMB).toBeLessThan(600);
  });
});

describe('what a run leaves behind it', () => {
  it('is a ready message for each event, which fits the queue', async () => {
    const folder = join(platform.ready.data, 'destinations/darkroom-on-object-changed/success');
    const isOurs = (kind: string) => (one: { kind: string; function: string }) =>
      one.kind === kind && one.function === 'darkroom-on-object-changed';
    const queued = platform.happenings.filter(isOurs('queued')).length;
    const names = () => readdirSync(folder).filter(name => name.endsWith('.json'));
    while (names().length < queued) await new Promise(resolve => setTimeout(resolve, 100));
    const reports = names().flatMap(name => {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(Buffer.byteLength(text)).toBeLessThan(MESSAGE_BYTES);
      const { responsePayload } = destinationMessage.parse(JSON.parse(text));
      return answerSchema.parse(JSON.parse(responsePayload)).reports;
    });
    expect(names()).toHaveLength(queued);
    const states = reports.map(({ key, state }) => `${key} ${state}`);
    expect(states).toEqual(
      expect.arrayContaining([
        'users/1/presigned.jpg ready',
        'users/3/a.jpg absent',
        'users/4/text.jpg failed',
      ]),
    );
  });

  it('is a log of known events, without a secret or a signature', () => {
    const lines = platform.happenings.flatMap(({ kind, stream, line }) =>
      kind === 'log' && stream === 'stdout' ? [line ?? ''] : [],
    );
    const events = lines.map(line => logLineSchema.parse(JSON.parse(line)).event);
    expect([...new Set(events)].sort()).toEqual([
      'presets-promoted',
      'reconciled',
      'rendered',
      'woken',
    ]);
    const said = lines.join();
    expect(said).not.toContain(platform.ready.oss.accessKeySecret);
    expect(said).not.toMatch(/Signature|OSSAccessKeyId|security-?token/i);
  });
});
