import { Failure } from '../core/failure.ts';
import {
  areBucketsApart,
  BUCKETS_ALIKE,
  type Environment,
  regionIn,
  sentenceOf,
  variables,
} from './environment.ts';

/** The environment of a function, read here and nowhere else. */

const settingsSchema = variables.refine(areBucketsApart, BUCKETS_ALIKE);

/** All that a function may be told by its environment. */
export const settingNames = Object.keys(variables.shape);

export interface Settings {
  /** `cn-hangzhou`. */
  region: string;
  /** `oss-cn-hangzhou`. */
  ossRegion: string;
  originals: string;
  derivatives: string;
  config: string;
  presetsKey: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  endpoint: string | undefined;
  pathStyle: boolean;
  /** Undefined for Alibaba's own. */
  fcEndpoint: string | undefined;
  /** Undefined where no function hands work to another. */
  accountId: string | undefined;
  /** What the CDN proves itself with to on-cdn-miss. */
  missSecret: string | undefined;
  /** Undefined where no traces are wanted. */
  otlpEndpoint: string | undefined;
  /** Name of the function that is handed batches. */
  backfillFunction: string;
  /** `https://img.example.com`; undefined where no CDN is to forget anything. */
  cdnDomain: string | undefined;
  /** Of the CDN's API; undefined for Alibaba's own. */
  cdnEndpoint: string | undefined;
  /** Of the moderation service; undefined for that inside Alibaba's network, in the region. */
  moderationEndpoint: string | undefined;
  /** More orphans than this share of a bucket's objects are not the sweep's to remove. */
  sweepMaxShare: number;
}

/** Throws SETTINGS_INVALID where anybody could have files rendered. */
export function missSecretOf({ missSecret }: Settings): string {
  if (missSecret && missSecret.length >= 16) return missSecret;
  throw new Failure(
    'SETTINGS_INVALID',
    'DARKROOM_MISS_SECRET: expected at least 16 characters that the CDN sends as x-darkroom-secret',
  );
}

/** Where functions are called. Throws SETTINGS_INVALID where nothing says whose they are. */
export function accountOf({ region, accountId, fcEndpoint }: Settings) {
  if (accountId) return { region, accountId, endpoint: fcEndpoint };
  throw new Failure('SETTINGS_INVALID', 'DARKROOM_ACCOUNT_ID: expected the number of the account');
}

/** Throws SETTINGS_INVALID with every problem, one a line. */
export function readSettings(environment: Environment = process.env): Settings {
  const parsed = settingsSchema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => sentenceOf(issue, environment));
    throw new Failure('SETTINGS_INVALID', problems.join('\n'));
  }
  const env = parsed.data;
  const region = regionIn(env);
  return {
    region,
    ossRegion: `oss-${region}`,
    originals: env.DARKROOM_ORIGINALS_BUCKET,
    derivatives: env.DARKROOM_DERIVATIVES_BUCKET,
    config: env.DARKROOM_CONFIG_BUCKET,
    presetsKey: env.DARKROOM_PRESETS_KEY,
    logLevel: env.DARKROOM_LOG_LEVEL,
    endpoint: env.DARKROOM_OSS_ENDPOINT,
    pathStyle: env.DARKROOM_OSS_PATH_STYLE === 'true',
    fcEndpoint: env.DARKROOM_FC_ENDPOINT,
    accountId: env.DARKROOM_ACCOUNT_ID,
    missSecret: env.DARKROOM_MISS_SECRET,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined,
    backfillFunction: env.DARKROOM_BACKFILL_FUNCTION,
    cdnDomain: env.DARKROOM_CDN_DOMAIN,
    cdnEndpoint: env.DARKROOM_CDN_ENDPOINT,
    moderationEndpoint: env.DARKROOM_MODERATION_ENDPOINT || undefined,
    sweepMaxShare: env.DARKROOM_SWEEP_MAX_SHARE,
  };
}
