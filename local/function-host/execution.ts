import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import { type Credentials, contextFor, environmentFor, type Invocation } from './context.ts';
import type { Cores } from './cores.ts';
import { type Reply, startInstance } from './instance.ts';
import type { Happening, InvocationResult } from './invocation.ts';
import { hostClosed, openPool } from './pool.ts';

export interface ExecutionOptions {
  service: ServiceDefinition;
  credentials: (functionName: string) => Credentials;
  environment: Record<string, string>;
  maxInstances: number;
  idleMs: number;
  cores: Cores;
  tell: (happening: Happening) => void;
}

export interface Execution {
  /** One request on one instance. Whatever the function does, this resolves; it rejects when the host closes. */
  run(definition: FunctionDefinition, about: Invocation, event: Buffer): Promise<InvocationResult>;
  close(): Promise<void>;
}

export function openExecution(options: ExecutionOptions): Execution {
  const { service, credentials, environment, cores, tell } = options;
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
        const context = contextFor(service, definition, credentials(definition.name), about);
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
