import { dirname, resolve } from 'node:path';
import { Failure } from '../shared/core/failure.ts';
import { previewTemplate } from './service/preview.ts';
import { readService } from './service/read.ts';
import type { FunctionProps } from './service/template.ts';

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

interface HttpTriggerDefinition {
  name: string;
  type: 'http';
  /** As in s.yaml. */
  config: Record<string, unknown>;
}

export type TriggerDefinition =
  | OssTriggerDefinition
  | TimerTriggerDefinition
  | HttpTriggerDefinition;

export interface FunctionDefinition {
  /** The key under `resources` in s.yaml. */
  resource: string;
  name: string;
  handler: string;
  /** An absolute folder. */
  code: string;
  vCpus: number;
  memoryMB: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  maxAsyncRetryAttempts: number;
  maxAsyncEventAgeSeconds: number;
  /** FC keeps a record of each asynchronous invocation, by an id that it takes once only. */
  asyncTask: boolean;
  /** Whether s.yaml has one; FC keeps one that it has no more. */
  hasAsyncInvokeConfig: boolean;
  /** Instances that are there before anybody asks. */
  provisionConfig: FunctionProps['provisionConfig'];
  /** Where its lines of log go, in SLS. */
  logs: { project: string; store: string };
  /** A share of instances of its own; undefined for a part in everybody's. */
  reservedConcurrency: number | undefined;
  destinations: { onFailure?: string; onSuccess?: string };
  triggers: TriggerDefinition[];
}

export interface ServiceDefinition {
  region: string;
  accountId: string;
  /** Of the file, resolved. */
  vars: Record<string, string>;
  functions: FunctionDefinition[];
}

/**
 * Resolves the file as `s deploy` would, so that local wiring is the deployed wiring.
 * Of the environment, only `env` is seen by the file's `${env('…')}`. Throws with every problem, one a line.
 */
export async function readServiceDefinition(
  file: string,
  env: Record<string, string>,
): Promise<ServiceDefinition> {
  const service = readService(await previewTemplate(file, env));
  if ('problems' in service) {
    const lines = service.problems.map(problem => `${file}: ${problem}`);
    throw new Failure('SETTINGS_INVALID', lines.join('\n'));
  }
  const { vars, functions } = service;
  return {
    // Checked to be the same for all.
    region: functions[0]?.props.region ?? '',
    accountId: vars.accountId,
    vars,
    functions: functions.map(({ key, props }) => define(key, props, dirname(resolve(file)))),
  };
}

function define(key: string, props: FunctionProps, folder: string): FunctionDefinition {
  const { asyncInvokeConfig } = props;
  const { onFailure, onSuccess } = asyncInvokeConfig?.destinationConfig ?? {};
  return {
    resource: key,
    name: props.functionName,
    handler: props.handler,
    // The zip is packed from the folder of its name, which `npm run build` makes: scripts/package.ts.
    code: resolve(folder, props.code.replace(/\.zip$/, '')),
    vCpus: props.cpu,
    memoryMB: props.memorySize,
    timeoutSeconds: props.timeout,
    environment: props.environmentVariables,
    // FC's defaults: three retries, a day.
    maxAsyncRetryAttempts: asyncInvokeConfig?.maxAsyncRetryAttempts ?? 3,
    maxAsyncEventAgeSeconds: asyncInvokeConfig?.maxAsyncEventAgeInSeconds ?? 86_400,
    asyncTask: asyncInvokeConfig?.asyncTask ?? false,
    hasAsyncInvokeConfig: asyncInvokeConfig !== undefined,
    provisionConfig: props.provisionConfig,
    logs: { project: props.logConfig.project, store: props.logConfig.logstore },
    reservedConcurrency: props.concurrencyConfig?.reservedConcurrency,
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
    const { triggerName: name, triggerType: type, triggerConfig: config } = trigger;
    return { name, type, config };
  }
  const { events, filter } = trigger.triggerConfig;
  const bucket = trigger.sourceArn.slice(trigger.sourceArn.lastIndexOf(':') + 1);
  return { name: trigger.triggerName, type: 'oss', bucket, events, ...filter.key };
}
