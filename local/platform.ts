import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { OssRecord } from '../events/oss-event.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../shared/core/failure.ts';
import { readSettings } from '../shared/fc/settings.ts';
import { bundlesIn, ownBundles } from './bundles.ts';
import {
  explainPort,
  startCdnApiBeside,
  startCdnBeside,
  startFcBeside,
  startModerationBeside,
} from './beside.ts';
import type { Cdn } from './cdn.ts';
import type { CdnApi } from './cdn-api.ts';
import { holdFolder, PLACE } from './data-folder.ts';
import type { FcApi } from './fc-api/server.ts';
import { type FunctionHost, startFunctionHost } from './function-host/host.ts';
import type { Happening } from './function-host/invocation.ts';
import { type Identity, identityIn } from './identity.ts';
import { startLifecycle } from './lifecycle.ts';
import { missOrigin, withoutBody } from './miss-origin.ts';
import { picturesIn, putPresets } from './config-bucket.ts';
import type { ModerationApi } from './moderation-api.ts';
import { adminTokenIn } from './oss-server/admin/token.ts';
import { type OssServer, type OssServerOptions, startOssServer } from './oss-server/server.ts';
import { type Role, readRoles } from './roles.ts';
import { readServiceDefinition, type ServiceDefinition } from './service-definition.ts';
import { startTimers } from './timers.ts';
import { functionsFor } from './triggers.ts';

/** The whole of Darkroom on one machine: OSS, Function Compute with the built bundles and its API, a CDN and its API. */

export const buckets = {
  originals: 'originals',
  derivatives: 'derivatives',
  config: 'config',
} as const;

const root = resolve(import.meta.dirname, '..');
const REGION = 'cn-hangzhou';
const OSS_REGION = `oss-${REGION}`;
/** Twenty processes on a few cores help nobody, and slow down uploads. */
const MOST_RESERVED = Math.max(1, availableParallelism() - 1);

export interface PlatformOptions {
  /** OSS takes this port, the CDN, the APIs of FC, of the CDN and of moderation the ones after; 0 takes any that are free. */
  port: number;
  dataDir: string;
  fresh: boolean;
  identity: Identity | undefined;
  /** The preset list to put in force, as text, with the files that it draws with; undefined keeps the one in force, if there is one. */
  presets: { text: string; file: string; replace: boolean; marks?: ReadonlyMap<string, Buffer> };
  /** Is sent what destinations are sent. */
  webhook?: URL | undefined;
  /** Each rule that says nothing of moderation has its pictures judged. */
  moderate?: boolean | undefined;
  /** Takes the functions' spans. */
  otlp?: URL | undefined;
  /** Whoever can read the data folder may inject faults into OSS. */
  faults?: boolean | undefined;
  /** False leaves `retryCount` out of the functions' context. */
  retryCount?: boolean | undefined;
  /** Where the functions lie built, as in `dist/`; when not said, they are built now. */
  bundles?: string | undefined;
  onHappening(happening: Happening): void;
}

export interface Platform {
  oss: { endpoint: string; region: string } & Identity;
  cdn: string;
  fc: { endpoint: string; accountId: string; region: string };
  cdnApi: string;
  moderation: string;
  data: string;
  store: OssServer['store'];
  host: FunctionHost;
  /** By the name of the function. */
  roles: Map<string, Role>;
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const dataDir = resolve(options.dataDir);
  presetsOrThrow(options.presets.text, options.presets.file);
  const release = await holdFolder(dataDir, options.fresh);
  try {
    const platform = await openPlatform(options, dataDir);
    const forget = await tellWhere(platform);
    return {
      ...platform,
      close: async () => {
        await forget();
        await platform.close().finally(release);
      },
    };
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** For commands of other processes on this machine: cli/cloud/local-platform.ts reads it, with credentials.json beside it. */
async function tellWhere({ oss, fc, data, ...urls }: Platform): Promise<() => Promise<void>> {
  const { endpoint, region } = oss;
  const { cdn, cdnApi, moderation } = urls;
  const file = join(data, PLACE);
  const where = { pid: process.pid, oss: { endpoint, region }, buckets };
  const apis = { fc, cdn, cdnApi, moderation };
  await writeFile(file, `${JSON.stringify({ ...where, ...apis }, null, 2)}\n`);
  return () => rm(file, { force: true });
}

async function openPlatform(options: PlatformOptions, dataDir: string): Promise<Platform> {
  const { onHappening: tell } = options;
  const identity = options.identity ?? (await identityIn(dataDir));
  const { service, bundles } = await builtService(options.bundles);
  const roles = await readRoles(service);
  const wiring: Wiring = { missSecret: randomUUID() };
  const parts = openParts();
  const { keep, close } = parts;
  keep(bundles);
  try {
    const about = { ...options, dataDir, identity, service, roles };
    const servers = await openServers(about, wiring, parts);
    const { oss, fc, cdn, cdnApi, moderation } = servers;
    wiring.host = await startFunctionHost({
      service,
      dataDir,
      credentials: name => credentialsOf(name, roles),
      environment: environmentOf(servers, service, { ...wiring, ...options }),
      mostReserved: MOST_RESERVED,
      webhook: options.webhook,
      isRetryCountTold: options.retryCount ?? true,
      onHappening: happening => tell(withoutBody(happening)),
    }).then(keep);
    // After the host is up: a function may listen to the bucket of the list.
    const place = { oss, identity, region: OSS_REGION, bucket: buckets.config };
    await putPresets(place, options.presets, options.moderate);
    keep(startTimers({ service, host: wiring.host, tell }));
    keep(startLifecycle({ expire: oss.expire, tell }));
    return {
      oss: { endpoint: oss.endpoint, region: OSS_REGION, ...identity },
      ...{ cdn: cdn.endpoint, cdnApi: cdnApi.endpoint, moderation: moderation.endpoint },
      fc: { endpoint: fc.endpoint, accountId: service.accountId, region: REGION },
      data: dataDir,
      store: oss.store,
      host: wiring.host,
      roles,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The servers come up before the host of the functions that they call. */
interface Wiring {
  missSecret: string;
  host?: FunctionHost;
}

interface Opening extends Pick<PlatformOptions, 'port' | 'faults'> {
  dataDir: string;
  identity: Identity;
  service: ServiceDefinition;
  roles: Map<string, Role>;
}

async function openServers(
  { port, faults, dataDir, identity, service, roles }: Opening,
  wiring: Wiring,
  { keep }: ReturnType<typeof openParts>,
): Promise<Endpoints> {
  const credentials = [identity, ...[...roles.values()].map(({ credential }) => credential)];
  const onEvent = (record: OssRecord) => dispatch(record, service, wiring.host);
  const adminToken = faults ? await adminTokenIn(dataDir) : undefined;
  const oss = keep(await startOss({ port, dataDir, credentials, onEvent, adminToken }));
  const host = () => wiring.host;
  const fc = keep(await startFcBeside({ port, service, credentials, host }));
  const onMiss = missOrigin(host, wiring.missSecret);
  const { store } = oss;
  const cdn = keep(await startCdnBeside({ port, store, bucket: buckets.derivatives, onMiss }));
  const cdnApi = keep(await startCdnApiBeside({ ...service, port, cdn, credentials }));
  const read = picturesIn({ oss, identity, region: OSS_REGION, bucket: buckets.config });
  const shown = { port, region: REGION, credentials, read };
  const moderation = keep(await startModerationBeside(shown));
  return { oss, fc, cdn, cdnApi, moderation };
}

/** What was opened is closed, whether all of it came up or not. */
function openParts() {
  const parts: { close(): void | Promise<void> }[] = [];
  return {
    keep<P extends (typeof parts)[number]>(part: P): P {
      parts.push(part);
      return part;
    },
    close: async () => {
      await Promise.all(parts.map(part => part.close()));
    },
  };
}

function credentialsOf(functionName: string, roles: Map<string, Role>) {
  const role = roles.get(functionName);
  if (!role) throw new Failure('UNEXPECTED', `expected a role of ${functionName}`);
  const { accessKeyId, accessKeySecret } = role.credential;
  return { accessKeyId, accessKeySecret, securityToken: 'local' };
}

type OssParts = Omit<OssServerOptions, 'region' | 'buckets'>;

async function startOss({ dataDir, ...parts }: OssParts): Promise<OssServer> {
  return await startOssServer({
    ...parts,
    dataDir: join(dataDir, 'oss'),
    region: OSS_REGION,
    buckets: Object.values(buckets),
  }).catch(explainPort(parts.port));
}

interface Endpoints {
  oss: OssServer;
  fc: FcApi;
  cdn: Cdn;
  cdnApi: CdnApi;
  moderation: ModerationApi;
}

function environmentOf(
  { oss, fc, cdn, cdnApi, moderation }: Endpoints,
  service: ServiceDefinition,
  { missSecret, otlp }: { missSecret: string; otlp?: URL | undefined },
) {
  return {
    DARKROOM_OSS_ENDPOINT: oss.endpoint,
    DARKROOM_OSS_PATH_STYLE: 'true',
    DARKROOM_FC_ENDPOINT: fc.endpoint,
    DARKROOM_ACCOUNT_ID: service.accountId,
    DARKROOM_CDN_DOMAIN: cdn.endpoint,
    DARKROOM_CDN_ENDPOINT: cdnApi.endpoint,
    DARKROOM_MODERATION_ENDPOINT: moderation.endpoint,
    DARKROOM_LOG_LEVEL: 'debug',
    DARKROOM_MISS_SECRET: missSecret,
    ...(otlp && { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.href }),
  };
}

/** What a start that fails leaves of its bundles, the next one clears away. */
async function builtService(folder: string | undefined) {
  const [service, bundles] = await Promise.all([
    readService(),
    folder === undefined ? ownBundles() : bundlesIn(folder),
  ]);
  return { service: { ...service, functions: service.functions.map(bundles.placed) }, bundles };
}

/** As deployed, but for the names of the buckets; settings that would loop are refused at once. */
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
