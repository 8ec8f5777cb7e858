import { functionArn } from '../function-host/invocation.ts';
import type {
  FunctionDefinition,
  ServiceDefinition,
  TriggerDefinition,
} from '../service-definition.ts';
import type { Answer } from './answer.ts';

/** What the API tells of a function besides its work: as s.yaml has it, in the form of the wire. */

interface Asked {
  service: ServiceDefinition;
  definition: FunctionDefinition;
}

/** https://api.alibabacloud.com/document/FC/2023-03-30/ListFunctions, in pages as FC has them. */
export function listFunctions(
  { functions }: Pick<ServiceDefinition, 'functions'>,
  asked: URLSearchParams,
): Answer {
  const limit = Number(asked.get('limit'));
  const after = asked.get('nextToken') ?? '';
  const names = functions.map(({ name }) => name).filter(name => name >= after);
  const found = names.filter(name => name.startsWith(asked.get('prefix') ?? '')).sort();
  const page = found.slice(0, limit).map(functionName => ({ functionName }));
  const nextToken = found[limit];
  return { status: 200, body: { functions: page, ...(nextToken ? { nextToken } : {}) } };
}

/** https://api.alibabacloud.com/document/FC/2023-03-30/ListTriggers: the configuration travels as text. */
export function listTriggers({ service, definition: { triggers } }: Asked): Answer {
  const described = triggers.map(trigger => ({
    triggerName: trigger.name,
    triggerType: trigger.type,
    sourceArn: triggerSource(service, trigger),
    triggerConfig: JSON.stringify(triggerConfig(trigger)),
    qualifier: 'LATEST',
  }));
  return { status: 200, body: { triggers: described } };
}

export function triggerSource(
  { region, accountId }: Pick<ServiceDefinition, 'region' | 'accountId'>,
  trigger: TriggerDefinition,
): string {
  return trigger.type === 'oss' ? `acs:oss:${region}:${accountId}:${trigger.bucket}` : '';
}

export function triggerConfig(trigger: TriggerDefinition): Record<string, unknown> {
  if (trigger.type === 'oss') {
    const { events, prefix, suffix } = trigger;
    return { events, filter: { key: { prefix, suffix } } };
  }
  if (trigger.type !== 'timer') return trigger.config;
  const { cron: cronExpression, enabled: enable, payload } = trigger;
  return { cronExpression, enable, payload };
}

/** https://api.alibabacloud.com/document/FC/2023-03-30/ListAsyncInvokeConfigs */
export function listAsyncInvokeConfigs({ service, definition }: Asked): Answer {
  const { maxAsyncRetryAttempts, maxAsyncEventAgeSeconds, asyncTask } = definition;
  const config = {
    functionArn: functionArn(service, definition),
    maxAsyncRetryAttempts,
    maxAsyncEventAgeInSeconds: maxAsyncEventAgeSeconds,
    asyncTask,
  };
  return { status: 200, body: { configs: definition.hasAsyncInvokeConfig ? [config] : [] } };
}

/** https://api.alibabacloud.com/document/FC/2023-03-30/ListProvisionConfigs. No instance is held here; the rule is told. */
export function listProvisionConfigs({ service, definition }: Asked): Answer {
  const { provisionConfig } = definition;
  const told = provisionConfig && {
    functionArn: functionArn(service, definition),
    ...provisionConfig,
    target: provisionConfig.defaultTarget,
    current: 0,
  };
  return { status: 200, body: { provisionConfigs: told ? [told] : [] } };
}
