import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { OssRecord } from '../events/oss-event.ts';
import { buildFunctions } from '../scripts/build.ts';
import { ossStore } from '../shared/adapters/oss-store.ts';
import { presetsOrThrow } from '../shared/adapters/yaml-presets.ts';
import { Failure } from '../shared/core/failure.ts';
import { readSettings } from '../shared/fc/settings.ts';
import { type Cdn, startCdn } from './cdn.ts';
import { type FunctionHost, startFunctionHost } from './function-host/host.ts';
import type { Happening } from './function-host/invocation.ts';
import { holdFolder } from './data-folder.ts';
import { type Identity, identityIn, newIdentity } from './identity.ts';
import { type OssServer, startOssServer } from './oss-server/server.ts';
import { readServiceDefinition, type ServiceDefinition } from './service-definition.ts';
import { functionsFor } from './triggers.ts';

/** The whole of Darkroom on one machine: OSS, Function Compute with the built bundles, and a CDN. */

export const buckets = {
  originals: 'originals',
  derivatives: 'derivatives',
  config: 'config',
} as const;

const root = resolve(import.meta.dirname, '..');
const REGION = 'cn-hangzhou';
const OSS_REGION = `oss-${REGION}`;
const PRESETS_KEY = 'presets.yaml';

export interface PlatformOptions {
  /** OSS takes this port and the CDN the next; 0 takes any that are free. */
  port: number;
  dataDir: string;
  fresh: boolean;
  identity: Identity | undefined;
  /** The preset list to put in force, as text; undefined keeps the one in force, if there is one. */
  presets: { text: string; file: string; replace: boolean };
  onHappening(happening: Happening): void;
}

export interface Platform {
  oss: { endpoint: string; region: string } & Identity;
  cdn: string;
  data: string;
  store: OssServer['store'];
  host: FunctionHost;
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const dataDir = resolve(options.dataDir);
  presetsOrThrow(options.presets.text, options.presets.file);
  const release = await holdFolder(dataDir, options.fresh);
  try {
    const platform = await openPlatform(options, dataDir);
    await tellWhere(platform);
    return { ...platform, close: () => platform.close().finally(release) };
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** For commands of other processes on this machine: cli/connection.ts reads it, with credentials.json beside it. */
async function tellWhere({ oss, data }: Platform): Promise<void> {
  const { endpoint, region } = oss;
  const where = { oss: { endpoint, region }, buckets };
  await writeFile(join(data, 'platform.json'), `${JSON.stringify(where, null, 2)}\n`);
}

async function openPlatform(options: PlatformOptions, dataDir: string): Promise<Platform> {
  const identity = options.identity ?? (await identityIn(dataDir));
  const [service] = await Promise.all([readService(), buildFunctions()]);
  const functionIdentity = newIdentity('STS.LOCAL');
  const wiring: { host?: FunctionHost } = {};
  const oss = await startOssServer({
    dataDir: join(dataDir, 'oss'),
    port: options.port,
    region: OSS_REGION,
    credentials: [identity, functionIdentity],
    buckets: Object.values(buckets),
    onEvent: record => dispatch(record, service, wiring.host),
  }).catch(explainPort(options.port));
  try {
    const endpoint = { DARKROOM_OSS_ENDPOINT: oss.endpoint, DARKROOM_OSS_PATH_STYLE: 'true' };
    await putPresets(oss, identity, options.presets);
    wiring.host = await startFunctionHost({
      service,
      dataDir,
      credentials: () => ({ ...functionIdentity, securityToken: 'local' }),
      environment: { ...endpoint, DARKROOM_LOG_LEVEL: 'debug' },
      onHappening: options.onHappening,
    });
    const cdn = await startCdnBeside(oss, options.port);
    return platformOf({ oss, cdn, host: wiring.host, identity, dataDir });
  } catch (thrown) {
    await Promise.all([wiring.host?.close(), oss.close()]);
    throw thrown;
  }
}

interface Parts {
  oss: OssServer;
  cdn: Cdn;
  host: FunctionHost;
  identity: Identity;
  dataDir: string;
}

function platformOf({ oss, cdn, host, identity, dataDir }: Parts): Platform {
  return {
    oss: { endpoint: oss.endpoint, region: OSS_REGION, ...identity },
    cdn: cdn.endpoint,
    data: dataDir,
    store: oss.store,
    host,
    close: async () => {
      await Promise.all([cdn.close(), oss.close(), host.close()]);
    },
  };
}

/** As deployed, but for the names of the buckets; settings that would loop are refused before anything starts. */
async function readService(): Promise<ServiceDefinition> {
  const service = await readServiceDefinition(join(root, 's.yaml'), {
    DARKROOM_REGION: REGION,
    DARKROOM_ORIGINALS_BUCKET: buckets.originals,
    DARKROOM_DERIVATIVES_BUCKET: buckets.derivatives,
    DARKROOM_CONFIG_BUCKET: buckets.config,
  });
  for (const { environment } of service.functions) readSettings(environment);
  return service;
}

/** The request that caused it is answered when every function's queue has the event on disk. */
async function dispatch(record: OssRecord, service: ServiceDefinition, host?: FunctionHost) {
  const payload = Buffer.from(JSON.stringify({ events: [record] }));
  for (const { name } of functionsFor(record, service.functions)) {
    if (!host) throw new Failure('UNEXPECTED', 'expected the function host to be up before events');
    await host.invokeAsync(name, payload);
  }
}

async function putPresets(oss: OssServer, identity: Identity, presets: PlatformOptions['presets']) {
  if (!presets.replace && oss.store.find(buckets.config)?.objects.get(PRESETS_KEY)) return;
  const config = ossStore(buckets.config, {
    region: OSS_REGION,
    endpoint: oss.endpoint,
    pathStyle: true,
    credentials: identity,
  });
  const attributes = { contentType: 'application/yaml', cacheControl: 'no-cache' };
  await config.put(PRESETS_KEY, Buffer.from(presets.text), attributes);
}

async function startCdnBeside(oss: OssServer, port: number): Promise<Cdn> {
  const cdnPort = port === 0 ? 0 : port + 1;
  const options = { port: cdnPort, store: oss.store, bucket: buckets.derivatives };
  return await startCdn(options).catch(explainPort(cdnPort));
}

function explainPort(port: number) {
  return (cause: NodeJS.ErrnoException): never => {
    if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') throw cause;
    const why = cause.code === 'EACCES' ? 'needs rights that you lack' : 'is in use';
    throw new Failure(
      'SETTINGS_INVALID',
      `expected port ${port} to be free, it ${why}: choose another base with --port`,
      { cause },
    );
  };
}
