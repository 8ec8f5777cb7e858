import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OssRecord } from '../../events/oss-event.ts';
import { type Bundles, ownBundles } from '../../local/bundles.ts';
import { type FcApi, startFcApi } from '../../local/fc-api/server.ts';
import { type FunctionHost, startFunctionHost } from '../../local/function-host/host.ts';
import type { Happening } from '../../local/function-host/invocation.ts';
import { type OssServer, startOssServer } from '../../local/oss-server/server.ts';
import {
  type FunctionDefinition,
  readServiceDefinition,
  type ServiceDefinition,
} from '../../local/service-definition.ts';
import { functionsFor } from '../../local/triggers.ts';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { manifestSchema } from '../../shared/core/set/manifest.ts';
import { IN_FORCE_KEY } from '../../shared/core/work/in-force.ts';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { credentials } from '../support/local-oss.ts';
import { starfishPhoto } from '../support/originals.ts';

const root = resolve(import.meta.dirname, '../..');
const dataDir = newFolder();
const region = 'oss-cn-hangzhou';
const happenings: Happening[] = [];
let bundles: Bundles;
let oss: OssServer;
let fc: FcApi;
let host: FunctionHost | undefined;
/** Whether a role has been given its policy yet. */
let mayWork = true;

/** As fc3 leaves a function in the seconds between its triggers and all that comes after them. */
function justTriggered(definition: FunctionDefinition): FunctionDefinition {
  return {
    ...definition,
    maxAsyncRetryAttempts: 3,
    maxAsyncEventAgeSeconds: 86_400,
    hasAsyncInvokeConfig: false,
    reservedConcurrency: undefined,
    destinations: {},
  };
}

async function serviceOf(): Promise<ServiceDefinition> {
  const service = await readServiceDefinition(join(root, 's.yaml'), {
    DARKROOM_ORIGINALS_BUCKET: 'originals',
    DARKROOM_DERIVATIVES_BUCKET: 'derivatives',
    DARKROOM_CONFIG_BUCKET: 'config',
  });
  const functions = service.functions
    .map(bundles.placed)
    .map(one => (one.resource === 'on-object-changed' ? justTriggered(one) : one));
  return { ...service, functions };
}

async function wake(record: OssRecord, { functions }: ServiceDefinition): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ events: [record] }));
  for (const { name } of functionsFor(record, functions)) await host?.invokeAsync(name, payload);
}

beforeAll(async () => {
  bundles = await ownBundles();
  const service = await serviceOf();
  oss = await startOssServer({
    port: 0,
    dataDir: join(dataDir, 'oss'),
    region,
    credentials: [credentials],
    buckets: ['originals', 'derivatives', 'config'],
    onEvent: record => wake(record, service),
  });
  fc = await startFcApi({ port: 0, service, credentials: [credentials], host: () => host });
  host = await startFunctionHost({
    service,
    dataDir,
    credentials: () => ({
      ...credentials,
      ...(mayWork ? {} : { accessKeyId: 'STS.NO-POLICY' }),
      securityToken: 'local',
    }),
    environment: {
      DARKROOM_OSS_ENDPOINT: oss.endpoint,
      DARKROOM_OSS_PATH_STYLE: 'true',
      DARKROOM_FC_ENDPOINT: fc.endpoint,
    },
    retryBaseMs: 10,
    onHappening: happening => void happenings.push(happening),
  });
  const list = { contentType: 'application/yaml', cacheControl: 'no-cache' };
  await bucket('config').put('presets.yaml', Buffer.from(TINY), list);
  await host.idle();
  expect(await bucket('config').head(IN_FORCE_KEY)).toBeDefined();
});
afterAll(async () => {
  await host?.close();
  await fc?.close();
  await oss?.close();
  await bundles?.close();
});

const bucket = (name: string) =>
  ossStore(name, { region, endpoint: oss.endpoint, pathStyle: true, credentials });

async function upload(key: string): Promise<void> {
  const attributes = { contentType: 'image/jpeg', cacheControl: 'no-cache' };
  await bucket('originals').put(key, readFileSync(starfishPhoto), attributes);
  await host?.idle();
}

async function isComplete(key: string): Promise<boolean> {
  const stored = await bucket('derivatives').get(manifestKey(key));
  return stored !== undefined && manifestSchema.parse(JSON.parse(String(stored.bytes))).complete;
}

const destinations = join(dataDir, 'destinations', 'darkroom-on-object-changed');

describe('an upload between a trigger and the configuration that comes after it', () => {
  it('is developed, and nobody is told that it is ready', async () => {
    await upload('early.jpg');
    expect(await isComplete('early.jpg')).toBe(true);
    expect(existsSync(join(destinations, 'success'))).toBe(false);
  });

  it('that fails each time is tried four times, ends in no queue, and is yet developed by the next sweep', async () => {
    mayWork = false;
    happenings.length = 0;
    await upload('failing.jpg');
    expect(happenings.filter(({ kind }) => kind === 'failed')).toHaveLength(4);
    expect(happenings.filter(({ kind }) => kind === 'given-up')).toHaveLength(1);
    // For whoever sits there the local platform keeps what FC would have dropped.
    rmSync(join(destinations, 'failure'), { recursive: true });
    expect(await isComplete('failing.jpg')).toBe(false);
    mayWork = true;
    // As it will be by night: the sweep leaves to the events what is younger than an hour.
    const uploaded = oss.store.find('originals')?.objects.get('failing.jpg');
    Object.assign(uploaded ?? {}, { lastModified: Date.now() - 2 * 3600_000 });
    await host?.invokeAsync('sweep', Buffer.from('{"kind":"darkroom.sweep"}'));
    await host?.idle();
    expect(await isComplete('failing.jpg')).toBe(true);
  });
});
