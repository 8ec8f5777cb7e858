import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import * as z from 'zod';
import { cdnPurges } from '../../shared/adapters/cdn/purges.ts';
import { type FcConnection, fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { ossBucket } from '../../shared/adapters/oss/bucket.ts';
import type { OssConnection } from '../../shared/adapters/oss/client.ts';
import { ossReader, ossStore } from '../../shared/adapters/oss/store.ts';
import { Failure } from '../../shared/core/failure.ts';
import { cdnDomain } from '../../shared/fc/settings.ts';
import type { Bucket, CdnPurges, InvocationQueue, ObjectStore } from '../../shared/ports.ts';
import { type Cloud, openCloud } from './apis.ts';

/** Where a command works: the buckets that the environment names, or a local platform that is running. */
export interface Connection {
  /** For people: `the local platform in .darkroom`. */
  where: string;
  names: Record<BucketRole, string>;
  /** Of the list that people write, in the config bucket. */
  presetsKey: string;
  originals: ObjectStore;
  derivatives: ObjectStore;
  config: ObjectStore;
  /** Their settings. */
  buckets: Record<BucketRole, Bucket>;
  cloud: Cloud;
  /** Work for a deployed function; throws SETTINGS_INVALID where nothing says whose. */
  tasks(functionName: string): InvocationQueue;
  /** In front of the derivatives; undefined where nobody names one. */
  cdn: { domain: string; purges: CdnPurges } | undefined;
  /** The folder of a local platform's destinations. */
  failures?: string;
  /** Large objects of any bucket, as they come. */
  reader(bucket: string): (key: string) => Promise<Readable>;
}

type BucketRole = 'originals' | 'derivatives' | 'config';

export interface ConnectionOptions {
  data?: string;
}

export function withConnection(command: Command): Command {
  return command.option(
    '--data <dir>',
    'of a running local platform (.darkroom, unless DARKROOM_ORIGINALS_BUCKET and the other settings name a deployment)',
  );
}

export async function connect({ data }: ConnectionOptions): Promise<Connection> {
  const isDeployed = data === undefined && process.env.DARKROOM_ORIGINALS_BUCKET !== undefined;
  return isDeployed ? deployment() : await localPlatform(data ?? '.darkroom');
}

const placeSchema = z.object({
  oss: z.object({ endpoint: z.url(), region: z.string() }),
  buckets: z.object({ originals: z.string(), derivatives: z.string(), config: z.string() }),
  fc: z.object({ endpoint: z.url(), accountId: z.string(), region: z.string() }),
  cdn: z.url(),
  cdnApi: z.url(),
});
const credentialsSchema = z.object({ accessKeyId: z.string(), accessKeySecret: z.string() });

async function localPlatform(dataDir: string): Promise<Connection> {
  const place = await readIn(dataDir, 'platform.json', placeSchema);
  const credentials = await readIn(dataDir, 'credentials.json', credentialsSchema);
  const connection = { ...place.oss, pathStyle: true, credentials };
  return {
    ...openBuckets(place.buckets, connection),
    where: `the local platform in ${dataDir}`,
    presetsKey: 'presets.yaml',
    cloud: openCloud({
      ...place.fc,
      fcEndpoint: place.fc.endpoint,
      cdnEndpoint: place.cdnApi,
      credentials,
    }),
    tasks: name => fcTasks(name, { ...place.fc, internal: false, credentials }),
    cdn: { domain: place.cdn, purges: cdnPurges({ endpoint: place.cdnApi, credentials }) },
    failures: join(dataDir, 'destinations'),
  };
}

async function readIn<S extends z.ZodType>(
  dataDir: string,
  name: string,
  schema: S,
): Promise<z.infer<S>> {
  try {
    return schema.parse(JSON.parse(await readFile(join(dataDir, name), 'utf8')));
  } catch (cause) {
    const message = `expected a local platform in ${dataDir} (--data), there is none: start one with npm start, or set DARKROOM_ORIGINALS_BUCKET and the other settings of a deployment`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}

/** For what reads it by names of its own, as s.yaml does. */
export function environment(): Record<string, string> {
  return { ...process.env } as Record<string, string>;
}

const environmentSchema = z.object({
  DARKROOM_REGION: z.string().min(1),
  DARKROOM_ORIGINALS_BUCKET: z.string().min(1),
  DARKROOM_DERIVATIVES_BUCKET: z.string().min(1),
  DARKROOM_CONFIG_BUCKET: z.string().min(1),
  DARKROOM_OSS_ENDPOINT: z.url().optional(),
  DARKROOM_OSS_PATH_STYLE: z.enum(['true', 'false']).default('false'),
  DARKROOM_PRESETS_KEY: z.string().min(1).default('presets.yaml'),
  DARKROOM_ACCOUNT_ID: z.string().min(1).optional(),
  DARKROOM_FC_ENDPOINT: z.url().optional(),
  DARKROOM_CDN_DOMAIN: cdnDomain,
  DARKROOM_CDN_ENDPOINT: z.url().optional(),
  ALIBABA_CLOUD_ACCESS_KEY_ID: z.string().min(1),
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: z.string().min(1),
  ALIBABA_CLOUD_SECURITY_TOKEN: z.string().optional(),
});

function deployment(): Connection {
  const parsed = environmentSchema.safeParse(process.env);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Failure(
      'SETTINGS_INVALID',
      `expected the settings of a deployment in the environment, missing or wrong: ${names}`,
    );
  }
  const env = parsed.data;
  const region = env.DARKROOM_REGION.replace(/^oss-/, '');
  const names = {
    originals: env.DARKROOM_ORIGINALS_BUCKET,
    derivatives: env.DARKROOM_DERIVATIVES_BUCKET,
    config: env.DARKROOM_CONFIG_BUCKET,
  };
  const credentials = {
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    securityToken: env.ALIBABA_CLOUD_SECURITY_TOKEN,
  };
  const endpoint = env.DARKROOM_FC_ENDPOINT;
  const cdnEndpoint = env.DARKROOM_CDN_ENDPOINT;
  const domain = env.DARKROOM_CDN_DOMAIN;
  const account = { region, accountId: env.DARKROOM_ACCOUNT_ID, endpoint, credentials };
  return {
    ...openBuckets(names, {
      region: `oss-${region}`,
      // From outside Alibaba's network; a function takes the internal one.
      endpoint: env.DARKROOM_OSS_ENDPOINT ?? `https://oss-${region}.aliyuncs.com`,
      pathStyle: env.DARKROOM_OSS_PATH_STYLE === 'true',
      credentials,
    }),
    where: `${names.originals} in ${region}`,
    presetsKey: env.DARKROOM_PRESETS_KEY,
    cloud: openCloud({ ...account, fcEndpoint: endpoint, cdnEndpoint }),
    tasks: name => tasksOf(name, account),
    cdn:
      domain === undefined
        ? undefined
        : { domain, purges: cdnPurges({ endpoint: cdnEndpoint, credentials }) },
  };
}

type Account = Omit<FcConnection, 'accountId' | 'internal'> & { accountId: string | undefined };

function tasksOf(name: string, { accountId, ...account }: Account): InvocationQueue {
  if (accountId === undefined) {
    const message = `expected DARKROOM_ACCOUNT_ID in the environment, the account that has the function ${name}`;
    throw new Failure('SETTINGS_INVALID', message);
  }
  return fcTasks(name, { ...account, accountId, internal: false });
}

function openBuckets(names: Record<BucketRole, string>, connection: OssConnection) {
  return {
    names,
    originals: ossStore(names.originals, connection),
    derivatives: ossStore(names.derivatives, connection),
    config: ossStore(names.config, connection),
    buckets: {
      originals: ossBucket(names.originals, connection),
      derivatives: ossBucket(names.derivatives, connection),
      config: ossBucket(names.config, connection),
    },
    reader: (bucket: string) => ossReader(bucket, connection),
  };
}
