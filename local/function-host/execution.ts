import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import { type Credentials, contextFor, environmentFor, type Invocation } from './context.ts';
import { startInstance } from './instance.ts';
import type { Happening, InvocationResult } from './invocation.ts';
import { openPool } from './pool.ts';

export interface ExecutionOptions {
  service: ServiceDefinition;
  credentials: () => Credentials;
  environment: Record<string, string>;
  maxInstances: number;
  idleMs: number;
  tell: (happening: Happening) => void;
}

export interface Execution {
  /** One request on one instance; whatever the function does, this resolves. */
  run(definition: FunctionDefinition, about: Invocation, event: Buffer): Promise<InvocationResult>;
  close(): Promise<void>;
}

export function openExecution(options: ExecutionOptions): Execution {
  const { service, credentials, environment, tell } = options;
  const pool = openPool({
    ...options,
    start: definition =>
      startInstance(definition, environmentFor(service, definition, environment)),
  });
  return {
    async run(definition, { requestId, attempt }, event) {
      const about = { function: definition.name, requestId, attempt };
      const instance = await pool.take(definition);
      tell({ kind: 'started', ...about });
      try {
        const context = contextFor(service, definition, credentials(), about);
        const reply = await instance.run({ event, context }, (stream, line) =>
          tell({ kind: 'log', ...about, stream, line }),
        );
        return { requestId, statusCode: 200, ...reply };
      } finally {
        pool.give(instance);
      }
    },
    close: pool.close,
  };
}
