import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { type OssConnection, ossStore } from '../shared/adapters/oss-store.ts';
import { Failure } from '../shared/core/failure.ts';
import type { ObjectStore } from '../shared/ports.ts';

/** Where a command works: the buckets that the environment names, or a local platform that is running. */
export interface Connection {
  /** For people: `the local platform in .darkroom`. */
  where: string;
  names: Record<BucketRole, string>;
  originals: ObjectStore;
  derivatives: ObjectStore;
  config: ObjectStore;
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
});
const credentialsSchema = z.object({ accessKeyId: z.string(), accessKeySecret: z.string() });

async function localPlatform(dataDir: string): Promise<Connection> {
  const place = await readIn(dataDir, 'platform.json', placeSchema);
  const credentials = await readIn(dataDir, 'credentials.json', credentialsSchema);
  const connection = { ...place.oss, pathStyle: true, credentials };
  return openBuckets(`the local platform in ${dataDir}`, place.buckets, connection);
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

const environmentSchema = z.object({
  DARKROOM_REGION: z.string().min(1),
  DARKROOM_ORIGINALS_BUCKET: z.string().min(1),
  DARKROOM_DERIVATIVES_BUCKET: z.string().min(1),
  DARKROOM_CONFIG_BUCKET: z.string().min(1),
  DARKROOM_OSS_ENDPOINT: z.url().optional(),
  DARKROOM_OSS_PATH_STYLE: z.enum(['true', 'false']).default('false'),
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
  return openBuckets(`${names.originals} in ${region}`, names, {
    region: `oss-${region}`,
    // From outside Alibaba's network; a function takes the internal one.
    endpoint: env.DARKROOM_OSS_ENDPOINT ?? `https://oss-${region}.aliyuncs.com`,
    pathStyle: env.DARKROOM_OSS_PATH_STYLE === 'true',
    credentials: {
      accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
      accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
      securityToken: env.ALIBABA_CLOUD_SECURITY_TOKEN,
    },
  });
}

function openBuckets(
  where: string,
  names: Record<BucketRole, string>,
  connection: OssConnection,
): Connection {
  return {
    where,
    names,
    originals: ossStore(names.originals, connection),
    derivatives: ossStore(names.derivatives, connection),
    config: ossStore(names.config, connection),
  };
}
