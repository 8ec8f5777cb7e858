import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { previewTemplate } from './function-host/preview.ts';
import { type FunctionProps, functionProps, template } from './function-host/template.ts';

interface OssTriggerDefinition {
  name: string;
  type: 'oss';
  bucket: string;
  /** As in s.yaml, with the `oss:` prefix. */
  events: string[];
  prefix: string;
  suffix: string;
}

export interface TimerTriggerDefinition {
  name: string;
  type: 'timer';
  /** `@every 4m`, or six fields, with or without `CRON_TZ=`. */
  cron: string;
  enabled: boolean;
  payload: string;
}

interface OtherTriggerDefinition {
  name: string;
  type: 'http' | 'eventbridge' | 'mns_topic' | 'log' | 'cdn_events' | 'tablestore';
  config: Record<string, unknown>;
}

export type TriggerDefinition =
  | OssTriggerDefinition
  | TimerTriggerDefinition
  | OtherTriggerDefinition;

export interface FunctionDefinition {
  /** The key under `resources` in s.yaml. */
  resource: string;
  name: string;
  handler: string;
  /** An absolute folder. */
  code: string;
  memoryMB: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  maxAsyncRetryAttempts: number;
  maxAsyncEventAgeSeconds: number;
  /** FC keeps a record of each asynchronous invocation, by an id that it takes once only. */
  asyncTask: boolean;
  /** A share of instances of its own; undefined for a part in everybody's. */
  reservedConcurrency: number | undefined;
  destinations: { onFailure?: string; onSuccess?: string };
  triggers: TriggerDefinition[];
}

export interface ServiceDefinition {
  region: string;
  accountId: string;
  functions: FunctionDefinition[];
}

/**
 * Resolves the file as `s deploy` would, so that local wiring is the deployed wiring.
 * Of the environment, only `env` is seen by the file's `${env('…')}`.
 */
export async function readServiceDefinition(
  file: string,
  env: Record<string, string>,
): Promise<ServiceDefinition> {
  const parsed = check(file, template, await previewTemplate(file, env), []);
  const functions = Object.entries(parsed.resources)
    .filter(([, { component }]) => isFunctionComponent(component))
    .map(([key, { props }]) => ({
      key,
      props: check(file, functionProps, props, ['resources', key, 'props']),
    }));
  return {
    region: onlyRegion(
      file,
      functions.map(({ props }) => props),
    ),
    accountId: parsed.vars.accountId,
    functions: functions.map(({ key, props }) => define(key, props, dirname(resolve(file)))),
  };
}

/** A path is a stand-in for fc3, as `FC_COMPONENT` puts it there for `s verify` without a network. */
function isFunctionComponent(component: string): boolean {
  return /^(devsapp\/)?fc3(@.+)?$/.test(component) || /^[./]/.test(component);
}

function onlyRegion(file: string, props: FunctionProps[]): string {
  const regions = [...new Set(props.map(({ region }) => region))];
  const [region] = regions;
  if (region === undefined || regions.length > 1) {
    throw new Error(
      `${file}: expected functions of one region under resources but received ${regions.length === 0 ? 'none' : regions.join(' and ')}.`,
    );
  }
  return region;
}

function define(key: string, props: FunctionProps, folder: string): FunctionDefinition {
  const { asyncInvokeConfig } = props;
  const { onFailure, onSuccess } = asyncInvokeConfig.destinationConfig ?? {};
  return {
    resource: key,
    name: props.functionName,
    handler: props.handler,
    // The zip is packed from the folder of its name, which `npm run build` makes: scripts/package.ts.
    code: resolve(folder, props.code.replace(/\.zip$/, '')),
    memoryMB: props.memorySize,
    timeoutSeconds: props.timeout,
    environment: props.environmentVariables,
    maxAsyncRetryAttempts: asyncInvokeConfig.maxAsyncRetryAttempts ?? 3,
    maxAsyncEventAgeSeconds: asyncInvokeConfig.maxAsyncEventAgeInSeconds ?? 86_400,
    asyncTask: asyncInvokeConfig.asyncTask,
    reservedConcurrency: props.concurrencyConfig.reservedConcurrency,
    destinations: {
      ...(onFailure && { onFailure: onFailure.destination }),
      ...(onSuccess && { onSuccess: onSuccess.destination }),
    },
    triggers: props.triggers.map(defineTrigger),
  };
}

function defineTrigger(trigger: FunctionProps['triggers'][number]): TriggerDefinition {
  if (trigger.triggerType === 'timer') {
    const { cronExpression, enable, payload } = trigger.triggerConfig;
    return {
      name: trigger.triggerName,
      type: 'timer',
      cron: cronExpression,
      enabled: enable,
      payload,
    };
  }
  if (trigger.triggerType !== 'oss') {
    return { name: trigger.triggerName, type: trigger.triggerType, config: trigger.triggerConfig };
  }
  const { events, filter } = trigger.triggerConfig;
  const bucket = trigger.sourceArn.slice(trigger.sourceArn.lastIndexOf(':') + 1);
  return { name: trigger.triggerName, type: 'oss', bucket, events, ...filter.key };
}

function check<S extends z.ZodType>(
  file: string,
  schema: S,
  value: unknown,
  path: string[],
): z.infer<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = [...path, ...(issue?.path ?? [])].map(String).join('.') || 'the top level';
  const received = issue?.input === undefined ? 'nothing' : JSON.stringify(issue.input);
  throw new Error(`${file}: ${issue?.message} at ${where}, received ${received.slice(0, 200)}.`);
}
