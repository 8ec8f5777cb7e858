import * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import {
  areBucketsApart,
  BUCKETS_ALIKE,
  type Environment,
  regionIn,
  sentenceOf,
  variables,
} from '../../shared/fc/environment.ts';
import type { Place } from './place.ts';

/** The same variables that functions are told; the keys are the operator's own. */
const deploymentSchema = variables
  .pick({
    DARKROOM_REGION: true,
    DARKROOM_ORIGINALS_BUCKET: true,
    DARKROOM_DERIVATIVES_BUCKET: true,
    DARKROOM_CONFIG_BUCKET: true,
    DARKROOM_OSS_ENDPOINT: true,
    DARKROOM_OSS_PATH_STYLE: true,
    DARKROOM_PRESETS_KEY: true,
    DARKROOM_BACKFILL_FUNCTION: true,
    DARKROOM_ACCOUNT_ID: true,
    DARKROOM_FC_ENDPOINT: true,
    DARKROOM_CDN_DOMAIN: true,
    DARKROOM_CDN_ENDPOINT: true,
  })
  .extend({
    DARKROOM_RAM_ENDPOINT: z.url('expected an address such as https://ram.aliyuncs.com').optional(),
    DARKROOM_MNS_ENDPOINT: z.url('expected an address such as http://127.0.0.1:7074').optional(),
    DARKROOM_SLS_ENDPOINT: z
      .url('expected an address such as https://cn-hangzhou.log.aliyuncs.com')
      .optional(),
    ALIBABA_CLOUD_ACCESS_KEY_ID: z.string().min(1),
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: z.string().min(1),
    ALIBABA_CLOUD_SECURITY_TOKEN: z.string().optional(),
  })
  .refine(areBucketsApart, BUCKETS_ALIKE);

/** Throws SETTINGS_INVALID with all that is missing or wrong. */
export function deploymentIn(environment: Environment): Place {
  const parsed = deploymentSchema.safeParse(environment);
  if (!parsed.success) {
    throw new Failure('SETTINGS_INVALID', problemsIn(parsed.error.issues, environment));
  }
  const env = parsed.data;
  const region = regionIn(env);
  const credentials = {
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    securityToken: env.ALIBABA_CLOUD_SECURITY_TOKEN,
  };
  return {
    where: `${env.DARKROOM_ORIGINALS_BUCKET} in ${region}`,
    names: {
      originals: env.DARKROOM_ORIGINALS_BUCKET,
      derivatives: env.DARKROOM_DERIVATIVES_BUCKET,
      config: env.DARKROOM_CONFIG_BUCKET,
    },
    presetsKey: env.DARKROOM_PRESETS_KEY,
    backfillFunction: env.DARKROOM_BACKFILL_FUNCTION,
    oss: {
      region: `oss-${region}`,
      // From outside Alibaba's network; a function takes the internal one.
      endpoint: env.DARKROOM_OSS_ENDPOINT ?? `https://oss-${region}.aliyuncs.com`,
      pathStyle: env.DARKROOM_OSS_PATH_STYLE === 'true',
      credentials,
    },
    account: {
      region,
      accountId: env.DARKROOM_ACCOUNT_ID,
      fcEndpoint: env.DARKROOM_FC_ENDPOINT,
      cdnEndpoint: env.DARKROOM_CDN_ENDPOINT,
      ramEndpoint: env.DARKROOM_RAM_ENDPOINT,
      mnsEndpoint: env.DARKROOM_MNS_ENDPOINT ?? `https://mns-open.${region}.aliyuncs.com`,
      slsEndpoint: env.DARKROOM_SLS_ENDPOINT ?? `https://${region}.log.aliyuncs.com`,
      credentials,
    },
    cdnDomain: env.DARKROOM_CDN_DOMAIN,
  };
}

/** All names in one line; of what is there and wrong, what was expected. */
function problemsIn(issues: z.core.$ZodIssue[], environment: Environment): string {
  const names = new Set(issues.map(({ path }) => path.join('.')));
  const wrong = issues.filter(({ path }) => environment[String(path[0])]);
  return [
    `expected the settings of a deployment in the environment, missing or wrong: ${[...names].join(', ')}`,
    ...wrong.map(issue => sentenceOf(issue, environment)),
  ].join('\n');
}
