import * as z from 'zod';
import { MAX_ORPHAN_SHARE } from '../core/work/sweep.ts';

/** What the environment may say to functions and to the command line: for each variable one check, with one sentence. */

const bucket = z
  .string({ error: 'expected the name of a bucket' })
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');

/** A domain, as the address that URLs begin with; undefined where there is none. */
const cdnDomain = z
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

export const variables = z.object({
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
  DARKROOM_MODERATION_ENDPOINT: z
    .union(
      [z.literal(''), z.url()],
      'expected an address such as https://green-cip.cn-shanghai.aliyuncs.com',
    )
    .optional(),
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
});

/** A derivative written where originals are watched would wake us again, and be paid for, for ever. */
export function areBucketsApart(env: Buckets): boolean {
  return env.DARKROOM_ORIGINALS_BUCKET !== env.DARKROOM_DERIVATIVES_BUCKET;
}

export const BUCKETS_ALIKE = {
  path: ['DARKROOM_DERIVATIVES_BUCKET'],
  message:
    'expected another bucket than DARKROOM_ORIGINALS_BUCKET: each derivative would fire the trigger again',
};

type Buckets = Pick<
  z.infer<typeof variables>,
  'DARKROOM_ORIGINALS_BUCKET' | 'DARKROOM_DERIVATIVES_BUCKET'
>;

export type Environment = Record<string, string | undefined>;

/** `DARKROOM_REGION: expected a region such as cn-hangzhou, received nothing`. */
export function sentenceOf({ path, message }: z.core.$ZodIssue, environment: Environment): string {
  const value = environment[String(path[0])];
  const received = value === undefined ? 'nothing' : JSON.stringify(value);
  return `${path.join('.')}: ${message}, received ${received}`;
}

/** `cn-hangzhou`, also of `oss-cn-hangzhou`. */
export function regionIn({ DARKROOM_REGION }: { DARKROOM_REGION: string }): string {
  return DARKROOM_REGION.replace(/^oss-/, '');
}
