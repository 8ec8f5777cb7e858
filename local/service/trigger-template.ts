import * as z from 'zod';
import { strict } from './strict.ts';

/** The triggers of component fc3, as its deploy takes them; what it never checks is checked here. */

/** FC's own list; a misspelt event would just never fire. */
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

/** `@every 4m`, in minutes only, or six fields from seconds to weekdays: https://www.alibabacloud.com/help/en/functioncompute/fc/time-triggers */
const cronExpression = z
  .string()
  .regex(
    /^(@every [1-9]\d{0,4}m|(CRON_TZ=\S+ )?\S+( \S+){5})$/,
    'expected @every 4m, or six fields such as 0 0 18 * * *',
  );

const common = {
  triggerName: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,127}$/, 'expected 1 to 128 of A-Z a-z 0-9 _ -, no digit first'),
  description: z.string().max(256).optional(),
  qualifier: z.literal('LATEST').optional(),
};

const ossTrigger = strict({
  ...common,
  triggerType: z.literal('oss'),
  sourceArn: z
    .string()
    .regex(/^acs:oss:[^:]+:\d+:[^:/]+$/, 'expected acs:oss:region:account:bucket'),
  /** Left out, fc3 makes and takes the console's default role. */
  invocationRole: z
    .string()
    .regex(/^acs:ram::\d+:role\/[\w.-]+$/, 'expected acs:ram::account:role/name')
    .optional(),
  triggerConfig: strict({
    events: z.array(ossEventNames).min(1),
    filter: strict({ key: strict({ prefix: z.string(), suffix: z.string() }) }),
  }),
});

const timerTrigger = strict({
  ...common,
  triggerType: z.literal('timer'),
  triggerConfig: strict({
    cronExpression,
    // Without a default, since FC documents none.
    enable: z.boolean({ error: 'expected enable: true or false' }),
    payload: z.string().default(''),
  }),
});

const httpTrigger = strict({
  ...common,
  triggerType: z.literal('http'),
  triggerConfig: strict({
    authType: z.enum(['anonymous', 'function', 'jwt']),
    methods: z.array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])).min(1),
    disableURLInternet: z.boolean(),
  }),
});

/** FC has more types; nothing of ours knows their events. */
export const trigger = z.discriminatedUnion(
  'triggerType',
  [ossTrigger, timerTrigger, httpTrigger],
  {
    error: ({ code }) =>
      code === 'invalid_union'
        ? 'expected a triggerType that Darkroom reads: oss, timer, http'
        : undefined,
  },
);
