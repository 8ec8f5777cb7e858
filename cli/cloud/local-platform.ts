import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isAlive } from '../../local/alive.ts';
import { Failure } from '../../shared/core/failure.ts';
import { variables } from '../../shared/fc/environment.ts';
import type { Place } from './place.ts';

const platformSchema = z.object({
  pid: z.int().positive().refine(isAlive, 'expected a process that runs').optional(),
  oss: z.object({ endpoint: z.url(), region: z.string() }),
  buckets: z.object({ originals: z.string(), derivatives: z.string(), config: z.string() }),
  fc: z.object({ endpoint: z.url(), accountId: z.string(), region: z.string() }),
  cdn: z.url(),
  cdnApi: z.url(),
});
const credentialsSchema = z.object({ accessKeyId: z.string(), accessKeySecret: z.string() });

/** Of what has the same name in every local platform. */
const standard = variables
  .pick({ DARKROOM_PRESETS_KEY: true, DARKROOM_BACKFILL_FUNCTION: true })
  .parse({});

/** One that is running, as its folder tells. Throws SETTINGS_INVALID where there is none. */
export async function localPlatformIn(dataDir: string): Promise<Place> {
  const platform = await readIn(dataDir, 'platform.json', platformSchema);
  const credentials = await readIn(dataDir, 'credentials.json', credentialsSchema);
  return placeOf(dataDir, platform, credentials);
}

type Told = Omit<z.infer<typeof platformSchema>, 'pid'>;

/** For whoever started it, and may have been given other credentials than the folder has. */
export function placeOf(
  dataDir: string,
  platform: Told,
  credentials: z.infer<typeof credentialsSchema>,
): Place {
  const { region, accountId, endpoint: fcEndpoint } = platform.fc;
  return {
    where: `the local platform in ${dataDir}`,
    names: platform.buckets,
    presetsKey: standard.DARKROOM_PRESETS_KEY,
    backfillFunction: standard.DARKROOM_BACKFILL_FUNCTION,
    oss: { ...platform.oss, pathStyle: true, credentials },
    account: {
      region,
      accountId,
      fcEndpoint,
      cdnEndpoint: platform.cdnApi,
      ramEndpoint: undefined,
      mnsEndpoint: undefined,
      slsEndpoint: undefined,
      credentials,
    },
    cdnDomain: platform.cdn,
    destinations: join(dataDir, 'destinations'),
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
