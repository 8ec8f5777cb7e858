import * as z from 'zod';

/** FC's own list; its deploy does not check it, so a misspelt event would just never fire. */
const ossEventNames = z.enum([
  'oss:ObjectCreated:*',
  'oss:ObjectCreated:PutObject',
  'oss:ObjectCreated:PostObject',
  'oss:ObjectCreated:CompleteMultipartUpload',
  'oss:ObjectCreated:PutSymlink',
  'oss:ObjectCreated:CopyObject',
  'oss:ObjectCreated:InitiateMultipartUpload',
  'oss:ObjectCreated:UploadPart',
  'oss:ObjectCreated:UploadPartCopy',
  'oss:ObjectCreated:AppendObject',
  'oss:ObjectRemoved:DeleteObject',
  'oss:ObjectRemoved:DeleteObjects',
  'oss:ObjectRemoved:AbortMultipartUpload',
  'oss:ObjectModified:UpdateObjectMeta',
]);

const ossTrigger = z.object({
  triggerName: z.string().min(1),
  triggerType: z.literal('oss'),
  sourceArn: z
    .string()
    .regex(/^acs:oss:[^:]+:[^:]*:[^:]+$/, 'expected acs:oss:region:account:bucket'),
  triggerConfig: z.object({
    events: z.array(ossEventNames).min(1),
    filter: z.object({ key: z.object({ prefix: z.string(), suffix: z.string() }) }),
  }),
});

/** `@every 4m`, in minutes only, or six fields from seconds to weekdays: https://www.alibabacloud.com/help/en/functioncompute/fc/time-triggers */
const cronExpression = z
  .string()
  .regex(
    /^(@every [1-9]\d{0,4}m|(CRON_TZ=\S+ )?\S+( \S+){5})$/,
    'expected @every 4m, or six fields such as 0 0 18 * * *',
  );

const timerTrigger = z.object({
  triggerName: z.string().min(1),
  triggerType: z.literal('timer'),
  triggerConfig: z.object({
    cronExpression,
    // Without a default, since FC documents none.
    enable: z.boolean({ error: 'expected enable: true or false' }),
    payload: z.string().default(''),
  }),
});

const otherTrigger = z.object({
  triggerName: z.string().min(1),
  triggerType: z.enum(['http', 'eventbridge', 'mns_topic', 'log', 'cdn_events', 'tablestore']),
  triggerConfig: z.record(z.string(), z.unknown()),
});

const destination = z.object({ destination: z.string().min(1) }).optional();

/** The platform's defaults: 3 s and 512 MB, 3 retries, a day. */
export const functionProps = z.object({
  region: z.string().min(1),
  functionName: z.string().regex(/^[A-Za-z_][\w-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ -'),
  handler: z.string().regex(/^[^.]+\.[^.]+$/, 'expected file.export, e.g. index.handler'),
  code: z.string().min(1),
  memorySize: z.int().min(128).max(32768).default(512),
  timeout: z.int().min(1).max(86_400).default(3),
  environmentVariables: z.record(z.string(), z.string()).default({}),
  asyncInvokeConfig: z
    .object({
      maxAsyncRetryAttempts: z.int().min(0).max(8).optional(),
      maxAsyncEventAgeInSeconds: z.int().min(1).max(604_800).optional(),
      asyncTask: z.boolean().default(false),
      destinationConfig: z.object({ onSuccess: destination, onFailure: destination }).optional(),
    })
    .prefault({}),
  concurrencyConfig: z.object({ reservedConcurrency: z.int().min(0).optional() }).default({}),
  triggers: z
    .array(z.discriminatedUnion('triggerType', [ossTrigger, timerTrigger, otherTrigger]))
    .default([]),
});

const resource = z.object({ component: z.string().min(1), props: z.unknown() });
export const template = z.object({
  vars: z.object({ accountId: z.coerce.string().min(1) }).catchall(z.coerce.string()),
  resources: z.record(z.string(), resource),
});

export type FunctionProps = z.infer<typeof functionProps>;
