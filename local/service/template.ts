import * as z from 'zod';
import { strict } from './strict.ts';
import { trigger } from './trigger-template.ts';

/**
 * What s.yaml may say of a function, for component fc3. It is narrower than fc3's own schema, which takes any
 * unknown key and any event: what is not said here is either not needed or would be a mistake with this runtime.
 */

const destination = strict({
  destination: z
    .string()
    .regex(
      /^acs:(mns:[^:]+:\d+:\/(queues|topics)\/[\w-]+\/messages|fc:[^:]+:\d+:functions\/[\w-]+|eventbridge:[^:]+:\d+:eventbus\/[\w-]+)$/,
      'expected acs:mns:region:account:/queues/name/messages, …:/topics/name/messages, acs:fc:region:account:functions/name or acs:eventbridge:region:account:eventbus/name',
    ),
});

/** Said in full: the component's own default for the age differs from FC's, and both may change. */
const asyncInvokeConfig = strict({
  maxAsyncRetryAttempts: z.int().min(0).max(8),
  maxAsyncEventAgeInSeconds: z.int().min(1).max(604_800),
  asyncTask: z.boolean().default(false),
  destinationConfig: strict({ onSuccess: destination.optional(), onFailure: destination }),
});

const logConfig = strict({
  project: z.string().min(1),
  logstore: z.string().min(1),
  enableRequestMetrics: z.literal(true),
  enableInstanceMetrics: z.boolean().optional(),
  logBeginRule: z.enum(['DefaultRegex', 'None']).optional(),
});

const memorySize = z
  .int()
  .min(128)
  .max(32_768)
  .refine(size => size % 64 === 0, 'expected a multiple of 64 MB');

const cpu = z
  .number()
  .min(0.05)
  .max(16)
  .refine(
    vCpus => Number.isInteger(Math.round(vCpus * 1e6) / 5e4),
    'expected a multiple of 0.05 vCPU',
  );

const instances = z.int().min(0);
/** A pattern, since fc3's ajv knows no format. */
const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a moment such as 2026-12-31T12:00:00Z');
const spell = { name: z.string().min(1), startTime: moment, endTime: moment };

/** Instances that are there before anybody asks. fc3's schema wants all five fields. */
const provisionConfig = strict({
  defaultTarget: instances,
  alwaysAllocateCPU: z.boolean(),
  alwaysAllocateGPU: z.boolean(),
  scheduledActions: z.array(
    strict({
      ...spell,
      target: instances,
      scheduleExpression: z
        .string()
        .regex(
          /^(cron\(\S+( \S+){5}\)|at\(\S+\))$/,
          'expected cron(…) of six fields, such as cron(0 0 12 31 12 *), or at(…)',
        ),
      timeZone: z.string().min(1).optional(),
    }),
  ),
  targetTrackingPolicies: z.array(
    strict({
      ...spell,
      metricType: z.string().min(1),
      metricTarget: z.number().gt(0).max(1),
      minCapacity: instances,
      maxCapacity: instances,
      timeZone: z.string().min(1).optional(),
    }),
  ),
});

export const functionProps = strict({
  region: z
    .string()
    .regex(/^(?!oss-)[a-z]+-[a-z]+(-[a-z0-9]+)*$/, 'expected a region such as cn-hangzhou'),
  functionName: z.string().regex(/^[A-Za-z_][\w-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ -'),
  description: z.string().max(256).optional(),
  runtime: z.literal('nodejs20'),
  handler: z.string().regex(/^[^.]+\.[^.]+$/, 'expected file.export, e.g. index.handler'),
  code: z.string().min(1),
  cpu,
  memorySize,
  diskSize: z.union([z.literal(512), z.literal(10_240)], { error: 'expected 512 or 10240 MB' }),
  timeout: z.int().min(1).max(86_400),
  /** fc3 makes it lower-case. Without a role FC hands out no credentials. */
  role: z
    .string({ error: 'expected acs:ram::account:role/name in lower case' })
    .regex(/^acs:ram::\d+:role\/[a-z0-9.-]+$/, 'expected acs:ram::account:role/name in lower case'),
  internetAccess: z.boolean().optional(),
  vpcConfig: strict({
    vpcId: z.string().min(1),
    vSwitchIds: z.array(z.string().min(1)).min(1),
    securityGroupId: z.string().min(1),
  }).optional(),
  environmentVariables: z.record(z.string().regex(/^[A-Za-z]\w*$/), z.string()),
  logConfig,
  asyncInvokeConfig: asyncInvokeConfig.optional(),
  concurrencyConfig: strict({ reservedConcurrency: z.int().min(0) }).optional(),
  provisionConfig: provisionConfig.optional(),
  triggers: z.array(trigger).default([]),
});

const resource = z.object({ component: z.string().min(1), props: z.unknown() });
export const template = z.object({
  vars: z
    .object({ accountId: z.coerce.string().regex(/^\d+$/, 'expected the number of an account') })
    .catchall(z.coerce.string()),
  resources: z.record(z.string(), resource),
});

export type FunctionProps = z.infer<typeof functionProps>;

/** A function as s.yaml has it, and its key under `resources`. */
export interface Resource {
  key: string;
  props: FunctionProps;
}
