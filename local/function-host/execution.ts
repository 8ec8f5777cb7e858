import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import type { Cores } from './cores.ts';
import { type Dispatcher, openDispatcher } from './dispatcher.ts';
import { type Reply, startInstance } from './instance.ts';
import {
  contextFor,
  type Credentials,
  environmentFor,
  type Happening,
  type Invocation,
  type InvocationResult,
} from './invocation.ts';
import { hostClosed, openPool } from './pool.ts';

interface ExecutionOptions {
  service: ServiceDefinition;
  credentials: (functionName: string) => Credentials;
  environment: Record<string, string>;
  maxInstances: number;
  idleMs: number;
  /** What `context.retryCount` says of attempts; without it the context has no such field. */
  isRetryCountTold: boolean;
  cores: Cores;
  tell: (happening: Happening) => void;
}

type Attempt = Pick<Invocation, 'requestId' | 'attempt'>;

interface Execution {
  /** One request on one instance. Whatever the function does, this resolves; it rejects when the host closes. */
  run(definition: FunctionDefinition, about: Attempt, event: Buffer): Promise<InvocationResult>;
  close(): Promise<void>;
}

function openExecution(options: ExecutionOptions): Execution {
  const { service, credentials, environment, isRetryCountTold, cores, tell } = options;
  let closed = false;
  const pool = openPool({
    ...options,
    start: definition =>
      startInstance(definition, environmentFor(service, definition, environment), cores),
  });
  return {
    async run(definition, { requestId, attempt }, event) {
      const about = { function: definition.name, requestId, attempt };
      const instance = await pool.take(definition);
      const release = hasItsOwnShare(definition) ? undefined : cores.claim();
      tell({ kind: 'started', ...about });
      try {
        const context = contextFor(service, definition, credentials(definition.name), {
          ...about,
          isRetryCountTold,
        });
        const reply = await instance.run({ event, context }, (stream, line) =>
          tell({ kind: 'log', ...about, stream, line }),
        );
        // It was killed by the close, which says nothing of the function.
        if (closed) throw hostClosed();
        tell({ ...about, ...ending(reply) });
        return { requestId, statusCode: 200, ...reply };
      } finally {
        release?.();
        pool.give(instance);
      }
    },
    async close() {
      closed = true;
      await pool.close();
    },
  };
}

/** What runs at the others' cost, and so after them. */
function hasItsOwnShare({ reservedConcurrency }: FunctionDefinition): boolean {
  return reservedConcurrency !== undefined;
}

type WithoutAbout<H> = Omit<H, 'function' | 'requestId' | 'attempt'>;

function ending(
  reply: Reply,
): WithoutAbout<Happening & { kind: 'succeeded' }> | WithoutAbout<Happening & { kind: 'failed' }> {
  const { functionError, payload, milliseconds, peakMemoryMB } = reply;
  const said = JSON.parse(payload.toString('utf8'));
  const measured = { milliseconds, peakMemoryMB };
  if (functionError === undefined) return { kind: 'succeeded', ...measured, result: said };
  return { kind: 'failed', ...measured, functionError, error: said };
}

interface Share {
  dispatcher: Dispatcher;
  execution: Execution;
}

/** As in FC: a function's reservedConcurrency is its own, of most and of least; the others share the rest. */
export interface Shares {
  of(functionName: string): Share;
  close(): Promise<void>;
}

export function openShares(
  options: ExecutionOptions,
  mostReserved = Number.POSITIVE_INFINITY,
): Shares {
  const common = openShare(options);
  const own = new Map<string, Share>();
  for (const { name, reservedConcurrency } of options.service.functions) {
    if (reservedConcurrency === undefined) continue;
    const maxInstances = Math.min(reservedConcurrency, mostReserved);
    own.set(name, openShare({ ...options, maxInstances }));
  }
  return {
    of: functionName => own.get(functionName) ?? common,
    async close() {
      const all = [common, ...own.values()];
      await Promise.all(all.flatMap(one => [one.execution.close(), one.dispatcher.close()]));
    },
  };
}

function openShare(options: ExecutionOptions): Share {
  return { dispatcher: openDispatcher(options.maxInstances), execution: openExecution(options) };
}
