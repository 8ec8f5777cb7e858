import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FcApi, startFcApi } from '../../local/fc-api/server.ts';
import { type FunctionHost, startFunctionHost } from '../../local/function-host/host.ts';
import { readServiceDefinition } from '../../local/service-definition.ts';
import {
  type Contents,
  functionContents,
  type Package,
  packFunctions,
} from '../../scripts/package.ts';
import { zipOf } from '../../scripts/packaging/zip.ts';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import { IN_FORCE_KEY } from '../../shared/core/work/in-force.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { credentials, localOss } from '../support/local-oss.ts';
import { starfishPhoto } from '../support/originals.ts';
import { newFolder } from '../support/folders.ts';
import { isThorough } from '../support/thorough.ts';
import { componentsIn, legalIn, nodeOfFc, textIn, unzipInto } from '../support/zips.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = newFolder();
const SECRET = 'a secret of sixteen or more';
/** No npm package ships a HEIC: only where the workplace has one. */
const photos = process.env.DARKROOM_PHOTOS;
const nodeHere = process.execPath;
let packages: Package[];
let oss: Awaited<ReturnType<typeof localOss>>;
let fc: FcApi;
let host: FunctionHost | undefined;
const queued: string[] = [];

/** The functions of s.yaml, each from its unzipped package: nothing resolves from our node_modules. */
async function serviceOf() {
  const service = await readServiceDefinition(join(root, 's.yaml'), {
    DARKROOM_ORIGINALS_BUCKET: 'originals',
    DARKROOM_DERIVATIVES_BUCKET: 'derivatives',
    DARKROOM_CONFIG_BUCKET: 'config',
    DARKROOM_MISS_SECRET: SECRET,
  });
  const functions = service.functions.map(one => ({ ...one, code: join(folder, one.resource) }));
  return { ...service, functions };
}

beforeAll(async () => {
  packages = await packFunctions(join(folder, 'dist'));
  for (const { name, zip } of packages) unzipInto(join(folder, name), zip);
  oss = await localOss(['originals', 'derivatives', 'config']);
  const service = await serviceOf();
  fc = await startFcApi({ port: 0, service, credentials: [credentials], host: () => host });
  process.execPath = nodeOfFc();
  host = await startFunctionHost({
    service,
    dataDir: folder,
    credentials: () => ({ ...credentials, securityToken: 'local' }),
    environment: {
      DARKROOM_OSS_ENDPOINT: oss.endpoint,
      DARKROOM_OSS_PATH_STYLE: 'true',
      DARKROOM_FC_ENDPOINT: fc.endpoint,
    },
    onHappening: ({ kind, function: name }) => {
      if (kind === 'queued') queued.push(name);
    },
  });
});
afterAll(async () => {
  process.execPath = nodeHere;
  await host?.close();
  await fc?.close();
  await oss?.close();
});

const typed = (contentType: string) => ({ contentType, cacheControl: 'no-cache' });
const bucket = (name: string) => ossStore(name, oss.connection);

async function run(resource: string, event: unknown) {
  const { functionError, payload } = await host!.invoke(
    resource,
    Buffer.from(JSON.stringify(event)),
  );
  expect(functionError, payload.toString('utf8')).toBeUndefined();
  return JSON.parse(payload.toString('utf8'));
}

async function manifestOf(key: string): Promise<Manifest> {
  const stored = await bucket('derivatives').get(`${key}/manifest.json`);
  return JSON.parse(stored!.bytes.toString('utf8'));
}

describe('the zips, unzipped where nothing else is, on the Node.js of FC', () => {
  it('are one for each function of s.yaml, and its code', async () => {
    const { functions } = await readServiceDefinition(join(root, 's.yaml'), {});
    expect(packages.map(({ name }) => name)).toEqual(functions.map(one => one.resource).sort());
    for (const { resource, code } of functions) expect(code).toBe(join(root, 'dist', resource));
  });

  /** It decodes what a list draws with, and no original. */
  const decodesHeic = (name: string, renders: boolean) => renders && name !== 'on-presets-edited';

  it('carry sharp where they render or look at what a list draws with, and nothing elsewhere', () => {
    const carrying = packages.filter(({ entries }) =>
      entries.some(({ path }) => path.startsWith('node_modules/')),
    );
    const names = carrying.map(({ name }) => name);
    expect(names).toEqual(['backfill', 'on-cdn-miss', 'on-object-changed', 'on-presets-edited']);
  });

  it('carry the licences of what is in them: of the natives, of what is bundled, and ours', () => {
    for (const { name, renders, zip, problems } of packages) {
      const files = legalIn(zip);
      const texts = Object.keys(files).filter(path => path.startsWith('LICENSES/'));
      const shipped = new Set(componentsIn(zip).map(id => `LICENSES/${id}.txt`));
      expect([name, problems, new Set(texts)]).toEqual([
        name,
        [],
        shipped.add('LICENSES/darkroom.txt'),
      ]);
      expect(textIn(files, /ali-oss@/)).toContain('Permission is hereby granted, free of charge');
      if (!renders) continue;
      const ofGnu = ['GNU LESSER GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE'];
      for (const words of [...ofGnu, '| libvips       | LGPLv3']) {
        expect(textIn(files, /@img\/sharp-libvips-linux-x64@/)).toContain(words);
      }
      if (!decodesHeic(name, renders)) continue;
      for (const words of ofGnu) expect(textIn(files, /libheif-js@/)).toContain(words);
    }
  });

  it('name what is in them as CycloneDX: each package with its hash, and the libraries in libvips', () => {
    for (const { name, renders, zip } of packages) {
      const bom = JSON.parse(textIn(legalIn(zip), /^sbom\.cdx\.json$/));
      expect(bom).toMatchObject({ bomFormat: 'CycloneDX', version: 1 });
      expect(bom.metadata.component.name).toBe(`darkroom-${name}`);
      expect([bom.serialNumber, bom.metadata.timestamp, bom.metadata.tools]).toEqual(
        Array(3).fill(undefined),
      );
      expect(bom.components.every((one: { hashes?: object[] }) => one.hashes?.length)).toBe(true);
      const ids = componentsIn(zip).join(' ');
      for (const rendering of [/(^| )sharp@/, /@img\/sharp-linux-x64@/]) {
        expect([name, rendering.test(ids)]).toEqual([name, renders]);
      }
      expect([name, /libheif-js@/.test(ids)]).toEqual([name, decodesHeic(name, renders)]);
      expect(ids).not.toMatch(/vitest@|sharp-darwin|commander@/);
      const inside = bom.components.flatMap((one: { components?: { name: string }[] }) =>
        (one.components ?? []).map(library => library.name),
      );
      expect(inside.includes('vips') && inside.includes('heif')).toBe(renders);
    }
  });

  it('put a list in force', async () => {
    const list = readFileSync(join(root, 'presets.yaml'));
    await bucket('config').put('presets.yaml', list, typed('application/yaml'));
    await run('on-presets-edited', { triggerName: 'tend', payload: '' });
    expect(await bucket('config').head(IN_FORCE_KEY)).toBeDefined();
  });

  const pictures = [['JPEG', 'users/1/海星.jpg', starfishPhoto]];
  if (photos) pictures.push(['HEIC', 'users/1/苹果.heic', join(photos, 'photo/IMG_2927.HEIC')]);
  it.each(pictures as [string, string, string][])(
    'develop a photo in %s',
    async (_, key, photo) => {
      await bucket('originals').put(key, readFileSync(photo), typed('application/octet-stream'));
      const record = JSON.parse(
        readFileSync(join(root, 'events/samples/oss-put-object.json'), 'utf8'),
      );
      record.events[0].oss.object.key = key;
      // An event that waited is developed in part first: docs/preset-list.md#pressure.
      record.events[0].eventTime = new Date().toISOString();
      await run('on-object-changed', record);
      const { complete, variants } = await manifestOf(key);
      const rendered = variants.filter(({ state }) => state === 'rendered');
      expect([complete, rendered.length > 10]).toEqual([true, true]);
    },
  );

  it('develop a batch', async () => {
    await bucket('originals').put('b.jpg', readFileSync(starfishPhoto), typed('image/jpeg'));
    const batch = { kind: 'darkroom.backfill', bucket: 'originals', keys: ['b.jpg'] };
    expect(await run('backfill', batch)).toMatchObject({ tally: { originals: 1 } });
    expect((await manifestOf('b.jpg')).complete).toBe(true);
  });

  it('answer for the CDN, and hand on what is left', async () => {
    const { variants } = await manifestOf('b.jpg');
    const [first] = variants.flatMap(one => (one.state === 'rendered' ? [one] : []));
    const { key, bytes } = first!;
    await bucket('derivatives').remove([key]);
    const { statusCode, body, isBase64Encoded } = await run('on-cdn-miss', {
      version: 'v1',
      rawPath: `/${key}`,
      headers: { 'X-Darkroom-Secret': SECRET },
      requestContext: { http: { method: 'GET' } },
    });
    expect([statusCode, isBase64Encoded]).toEqual([200, true]);
    expect(Buffer.from(body, 'base64').length).toBe(bytes);
    await host!.idle();
    expect(queued).toEqual(['darkroom-backfill']);
  });
});

describe('every function', () => {
  it('of s.yaml loads and answers', async () => {
    const { functions } = await serviceOf();
    expect(functions.length).toBe(packages.length);
    for (const { resource } of functions) {
      const { kind, node } = await run(resource, { kind: 'darkroom.checkup' });
      expect(kind).toBe('darkroom.checkup');
      expect(node).toBe(process.execPath === nodeHere ? process.version : 'v20.10.0');
    }
  });
});

describe('a second build', () => {
  it('makes the same zips: elsewhere, later, in another time zone, under another umask', async () => {
    const before = { umask: process.umask(0o077), zone: process.env.TZ };
    process.env.TZ = 'Asia/Shanghai';
    try {
      const again = await functionContents(join(folder, 'elsewhere', 'dist'));
      expect(again.map(contentsHash)).toEqual(packages.map(contentsHash));
      // Of sharp, which is in three of them, a zip takes seconds.
      const zipped = again.filter(({ renders }) => isThorough || !renders);
      const zips = zipped.map(({ name, entries }) => [name, hash(zipOf(entries))]);
      const first = packages.filter(({ renders }) => isThorough || !renders);
      expect(zips).toEqual(first.map(({ name, zip }) => [name, hash(zip)]));
    } finally {
      process.umask(before.umask);
      if (before.zone === undefined) delete process.env.TZ;
      else process.env.TZ = before.zone;
    }
  });
});

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function contentsHash({ name, entries }: Contents) {
  return [name, entries.map(({ path, bytes }) => `${path} ${hash(bytes)}`).sort()];
}
