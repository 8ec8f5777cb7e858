import * as z from 'zod';
import { Failure } from '../core/failure.ts';
import { MAX_ORPHAN_SHARE } from '../core/work/sweep.ts';

/** The environment of a function, read here and nowhere else. */

const bucket = z
  .string({ error: 'expected the name of a bucket' })
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');

/** A domain, as the address that URLs begin with; undefined where there is none. */
export const cdnDomain = z
  .string()
  .regex(
    /^((https?:\/\/)?[a-z0-9.-]+(:\d+)?)?$/,
    'expected a domain such as img.example.com, with or without https://',
  )
  .default('')
  .transform(domain => {
    if (domain === '') return undefined;
    return domain.includes('://') ? domain : `https://${domain}`;
  });

const settingsSchema = z
  .object({
    DARKROOM_REGION: z.string({ error: 'expected a region such as cn-hangzhou' }).min(1),
    DARKROOM_ORIGINALS_BUCKET: bucket,
    DARKROOM_DERIVATIVES_BUCKET: bucket,
    DARKROOM_CONFIG_BUCKET: bucket,
    DARKROOM_PRESETS_KEY: z.string().min(1).default('presets.yaml'),
    DARKROOM_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    DARKROOM_OSS_ENDPOINT: z.url().optional(),
    DARKROOM_OSS_PATH_STYLE: z.enum(['true', 'false']).default('false'),
    DARKROOM_FC_ENDPOINT: z.url('expected an address such as http://127.0.0.1:7072').optional(),
    DARKROOM_MISS_SECRET: z.string().optional(),
    DARKROOM_CDN_DOMAIN: cdnDomain,
    DARKROOM_CDN_ENDPOINT: z.url('expected an address such as http://127.0.0.1:7073').optional(),
    DARKROOM_SWEEP_MAX_SHARE: z.coerce
      .number('expected a share from 0 to 1')
      .min(0, 'expected a share from 0 to 1')
      .max(1, 'expected a share from 0 to 1')
      .default(MAX_ORPHAN_SHARE),
    DARKROOM_BACKFILL_FUNCTION: z.string().min(1).default('darkroom-backfill'),
    // By its standard name, which every collector's page shows. Empty is off, as s.yaml has it.
    OTEL_EXPORTER_OTLP_ENDPOINT: z
      .string()
      .refine(
        text => text === '' || URL.canParse(text),
        'expected an address such as http://127.0.0.1:4318',
      )
      .optional(),
    DARKROOM_ACCOUNT_ID: z.string().regex(/^\d+$/, 'expected the number of an account').optional(),
  })
  // A derivative written where originals are watched would wake us again, and be paid for, for ever.
  .refine(env => env.DARKROOM_ORIGINALS_BUCKET !== env.DARKROOM_DERIVATIVES_BUCKET, {
    path: ['DARKROOM_DERIVATIVES_BUCKET'],
    message:
      'expected another bucket than DARKROOM_ORIGINALS_BUCKET: each derivative would fire the trigger again',
  });

/** All that a function may be told by its environment. */
export const settingNames = Object.keys(settingsSchema.shape);

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
export function readSettings(
  environment: Record<string, string | undefined> = process.env,
): Settings {
  const parsed = settingsSchema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) =>
        `${path.join('.')}: ${message}${received(environment[String(path[0])])}`,
    );
    throw new Failure('SETTINGS_INVALID', problems.join('\n'));
  }
  const env = parsed.data;
  const region = env.DARKROOM_REGION.replace(/^oss-/, '');
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
    sweepMaxShare: env.DARKROOM_SWEEP_MAX_SHARE,
  };
}

function received(value: string | undefined): string {
  return `, received ${value === undefined ? 'nothing' : JSON.stringify(value)}`;
}
