import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import type { Credentials } from './context.ts';
import { openDestinations } from './destinations.ts';
import { type Dispatcher, openDispatcher } from './dispatcher.ts';
import { type EventLife, openEventLife } from './event-life.ts';
import { type Execution, openExecution } from './execution.ts';
import type { Happening, InvocationResult } from './invocation.ts';
import { type Outstanding, outstandingWork } from './outstanding.ts';
import { hostClosed } from './pool.ts';
import { openQueue, type Queue } from './queue.ts';

export interface FunctionHostOptions {
  service: ServiceDefinition;
  dataDir: string;
  /** Asked for each invocation: those of a role change. */
  credentials: () => Credentials;
  /** For every function, over what s.yaml says. */
  environment?: Record<string, string>;
  /** Of all functions together; as many as there are cores when not said. */
  maxInstances?: number;
  retryBaseMs?: number;
  idleMs?: number;
  onHappening?: (happening: Happening) => void;
}

export interface FunctionHost {
  /** By functionName or by the key in s.yaml. */
  invoke(functionName: string, payload: Buffer): Promise<InvocationResult>;
  /** Resolves when the event is on disk. */
  invokeAsync(functionName: string, payload: Buffer): Promise<{ requestId: string }>;
  /** Nothing is queued, waits for another attempt, or runs. */
  idle(): Promise<void>;
  pending(): number;
  /** At once: what runs is killed, and its event stays queued on disk. */
  close(): Promise<void>;
}

/** FC's limits on a request's body. */
const SYNC_BYTES = 32 * 1024 * 1024;
const ASYNC_BYTES = 128 * 1024;
const RETRY_BASE_MS = 1000;
const IDLE_MS = 60_000;

/** Runs the functions of s.yaml from their built bundles, each instance a process of its own, as FC does. */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const { service, dataDir, retryBaseMs = RETRY_BASE_MS, onHappening: tell = () => {} } = options;
  const maxInstances = options.maxInstances ?? availableParallelism();
  const queue = await openQueue(join(dataDir, 'queue'));
  const dispatcher = openDispatcher(maxInstances);
  const execution = openExecution({
    ...options,
    environment: options.environment ?? {},
    maxInstances,
    idleMs: options.idleMs ?? IDLE_MS,
    tell,
  });
  const deliver = openDestinations(join(dataDir, 'destinations'), service);
  const find = (name: string) => findIn(service, name);
  const work = outstandingWork();
  const life = openEventLife({
    queue,
    deliver,
    dispatcher,
    execution,
    work,
    retryBaseMs,
    find,
    tell,
  });
  const { events, unreadable } = await queue.restore();
  for (const file of unreadable) tell({ kind: 'log', ...NOBODY, line: `not an event: ${file}` });
  for (const event of events) life.follow(event);
  const parts = { service, queue, dispatcher, execution, life, work, tell };
  return {
    invoke: (name, payload) => invoke(parts, name, payload),
    invokeAsync: (name, payload) => invokeAsync(parts, name, payload),
    idle: work.idle,
    pending: work.pending,
    async close() {
      life.stop();
      await Promise.all([execution.close(), dispatcher.close()]);
    },
  };
}

interface Parts {
  service: ServiceDefinition;
  queue: Queue;
  dispatcher: Dispatcher;
  execution: Execution;
  life: EventLife;
  work: Outstanding;
  tell: (happening: Happening) => void;
}

async function invoke(parts: Parts, functionName: string, payload: Buffer) {
  const { service, dispatcher, execution, work } = parts;
  const definition = definitionOf(service, functionName);
  refuseAbove(SYNC_BYTES, payload);
  const about = { requestId: randomUUID(), attempt: 0 };
  work.begin();
  return await new Promise<InvocationResult>((resolve, reject) => {
    dispatcher.submit({
      functionName: definition.name,
      urgent: true,
      start: () => execution.run(definition, about, payload).then(resolve, reject),
      abandon: () => reject(hostClosed()),
    });
  }).finally(work.end);
}

async function invokeAsync(parts: Parts, functionName: string, payload: Buffer) {
  const { service, queue, life, tell } = parts;
  const { name } = definitionOf(service, functionName);
  refuseAbove(ASYNC_BYTES, payload);
  const event = await queue.add(name, randomUUID(), payload);
  const { requestId, attempt } = event;
  tell({ kind: 'queued', function: name, requestId, attempt });
  life.follow(event);
  return { requestId };
}

const NOBODY = { function: '', requestId: '', attempt: 0, stream: 'host' } as const;

function findIn({ functions }: ServiceDefinition, name: string): FunctionDefinition | undefined {
  return functions.find(one => one.name === name || one.resource === name);
}

function definitionOf(service: ServiceDefinition, name: string): FunctionDefinition {
  const definition = findIn(service, name);
  if (definition) return definition;
  const known = service.functions.map(one => one.name).join(', ');
  throw new Error(`expected one of the functions ${known}, received ${name}`);
}

function refuseAbove(most: number, payload: Buffer): void {
  if (payload.length <= most) return;
  throw new Error(`expected a payload of at most ${most} bytes, received ${payload.length}`);
}
