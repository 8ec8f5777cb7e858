import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';

export type FunctionError = 'HandledInvocationError' | 'UnhandledInvocationError';

export interface ErrorPayload {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

/** FC answers 200 even when the function failed; `functionError` tells, and the payload is an ErrorPayload. */
export interface InvocationResult {
  requestId: string;
  statusCode: 200;
  functionError?: FunctionError;
  payload: Buffer;
  milliseconds: number;
  peakMemoryMB: number;
}

interface About {
  /** The functionName. */
  function: string;
  requestId: string;
  /** 0 for the first; what the function sees as `context.retryCount`, unless that is left out. */
  attempt: number;
}

interface Measured extends About {
  milliseconds: number;
  peakMemoryMB: number;
}

export type Happening =
  | (About & { kind: 'queued' })
  | (About & { kind: 'started' })
  | (Measured & { kind: 'succeeded'; result: unknown })
  | (Measured & { kind: 'failed'; functionError: FunctionError; error: ErrorPayload })
  | (About & { kind: 'retrying'; inMilliseconds: number })
  | (About & { kind: 'given-up'; condition: Condition; error?: ErrorPayload })
  | (About & { kind: 'log'; stream: 'stdout' | 'stderr' | 'host'; line: string });

/** Why an event was given up. */
export type Condition = FunctionError | 'EventAgeExceeded';

export interface Credentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
}

/** The context as it travels to the instance; the logger is added there. */
export interface WireContext {
  requestId: string;
  credentials: Credentials;
  function: { name: string; handler: string; memory: number; timeout: number };
  service: {
    name: string;
    logProject: string;
    logStore: string;
    qualifier: string;
    versionId: string;
  };
  region: string;
  accountId: string;
  retryCount?: number;
}

export interface Invocation {
  requestId: string;
  attempt: number;
  /** FC's documents of the Node.js context do not promise it. */
  isRetryCountTold: boolean;
}

export function contextFor(
  service: ServiceDefinition,
  definition: FunctionDefinition,
  credentials: Credentials,
  { requestId, attempt, isRetryCountTold }: Invocation,
): WireContext {
  return {
    requestId,
    credentials,
    function: {
      name: definition.name,
      handler: definition.handler,
      memory: definition.memoryMB,
      timeout: definition.timeoutSeconds,
    },
    // FC 3 has no services any more; the name stays empty there too.
    service: { name: '', logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    region: service.region,
    accountId: service.accountId,
    ...(isRetryCountTold && { retryCount: attempt }),
  };
}

export function functionArn(service: ServiceDefinition, definition: FunctionDefinition): string {
  return `acs:fc:${service.region}:${service.accountId}:functions/${definition.name}`;
}

/** All that an instance sees: nothing of the host's own environment, lest a function work here only. */
export function environmentFor(
  service: ServiceDefinition,
  definition: FunctionDefinition,
  overrides: Record<string, string>,
): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: tmpdir(),
    TZ: 'UTC',
    FC_ACCOUNT_ID: service.accountId,
    FC_REGION: service.region,
    FC_FUNCTION_NAME: definition.name,
    FC_FUNCTION_HANDLER: definition.handler,
    FC_FUNCTION_MEMORY_SIZE: String(definition.memoryMB),
    FC_FUNC_CODE_PATH: definition.code,
    FC_QUALIFIER: 'LATEST',
    ...definition.environment,
    ...overrides,
  };
}
