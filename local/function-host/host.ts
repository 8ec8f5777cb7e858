import { mkdir, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import { openCores } from './cores.ts';
import { openDestinations, openWebhook } from './destinations.ts';
import { type Outstanding, outstandingWork } from './dispatcher.ts';
import { type EventLife, openEventLife } from './event-life.ts';
import { openShares, type Shares } from './execution.ts';
import type { Credentials, Happening, InvocationResult } from './invocation.ts';
import { hostClosed } from './pool.ts';
import { type NewEvent, openQueue, type Queue, type QueuedEvent } from './queue.ts';
import { openTasks, type Tasks, type TaskState } from './tasks.ts';

export interface FunctionHostOptions {
  service: ServiceDefinition;
  dataDir: string;
  /** Of a function's role; asked for each invocation, since those of a role change. */
  credentials: (functionName: string) => Credentials;
  /** For every function, over what s.yaml says. */
  environment?: Record<string, string>;
  /** Of all functions without reservedConcurrency together; as many as there are cores when not said. */
  maxInstances?: number;
  /** Of each function with a share of its own, however many s.yaml says; as many as that when not said. */
  mostReserved?: number;
  retryBaseMs?: number;
  idleMs?: number;
  /** False leaves `retryCount` out of the context, which FC's documents do not promise. */
  isRetryCountTold?: boolean;
  /** Is sent each destination's messages too, beside the files. */
  webhook?: URL | undefined;
  onHappening?: (happening: Happening) => void;
}

export interface FunctionHost {
  /** By functionName or by the key in s.yaml. */
  invoke(functionName: string, payload: Buffer): Promise<InvocationResult>;
  /** Resolves when the event is on disk. `timer` is the name of the one that fired it. */
  invokeAsync(
    functionName: string,
    payload: Buffer,
    timer?: string,
  ): Promise<{ requestId: string }>;
  /** The same once for each id, for ever; for functions with asyncTask. */
  submitTask(
    functionName: string,
    taskId: string,
    payload: Buffer,
  ): Promise<{ requestId: string } | 'duplicate'>;
  taskState(functionName: string, taskId: string): TaskState | undefined;
  /** The function's events that have not come to their end; with a timer, those that it fired. */
  queued(functionName: string, timer?: string): number;
  /** Nothing is queued, waits for another attempt, or runs. */
  idle(): Promise<void>;
  pending(): number;
  /** At once: what runs is killed, and its event stays queued on disk. */
  close(): Promise<void>;
}

/** FC's limits on a request's body. */
export const SYNC_BYTES = 32 * 1024 * 1024;
export const ASYNC_BYTES = 128 * 1024;
const RETRY_BASE_MS = 1000;
const IDLE_MS = 60_000;

/** Runs the functions of s.yaml from their built bundles, each instance a process of its own, as FC does. */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const { service, dataDir, retryBaseMs = RETRY_BASE_MS, onHappening: tell = () => {} } = options;
  const queue = await openQueue(join(dataDir, 'queue'));
  const tasks = await openTasks(join(dataDir, 'queue'));
  const cores = openCores();
  const execution = {
    cores,
    ...options,
    environment: { ...options.environment, TMPDIR: await emptyFolder(join(dataDir, 'temp')) },
    maxInstances: options.maxInstances ?? availableParallelism(),
    idleMs: options.idleMs ?? IDLE_MS,
    isRetryCountTold: options.isRetryCountTold ?? true,
    tell,
  };
  const shares = openShares(execution, options.mostReserved);
  const webhook = options.webhook && openWebhook(options.webhook, tell);
  const deliver = await openDestinations(join(dataDir, 'destinations'), service, webhook);
  const find = (name: string) => findIn(service, name);
  const work = outstandingWork();
  const life = openEventLife({ queue, deliver, shares, tasks, work, retryBaseMs, find, tell });
  const parts = { service, queue, tasks, shares, life, work, tell };
  await carryOn(parts);
  return {
    invoke: (name, payload) => invoke(parts, name, payload),
    invokeAsync: (name, payload, timer) => invokeAsync(parts, name, { payload, timer }),
    submitTask: (name, taskId, payload) => submitTask(parts, name, { payload, taskId }),
    taskState: tasks.state,
    queued: queue.count,
    idle: work.idle,
    pending: work.pending,
    async close() {
      life.stop();
      await shares.close();
      cores.close();
      webhook?.close();
    },
  };
}

/** An instance that is killed cleans up nothing, and no machine's own folder is to fill with what it left. */
async function emptyFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** With what an earlier host left. */
async function carryOn({ queue, tasks, life, tell }: Parts): Promise<void> {
  const { events, unreadable } = await queue.restore();
  for (const file of unreadable) tell({ kind: 'log', ...NOBODY, line: `not an event: ${file}` });
  for (const event of events) {
    if (tasks.hasEnded(event)) {
      await queue.remove(event);
      continue;
    }
    tasks.mark(event, event.attempt === 0 ? 'Enqueued' : 'Retrying');
    life.follow(event);
  }
}

interface Parts {
  service: ServiceDefinition;
  queue: Queue;
  tasks: Tasks;
  shares: Shares;
  life: EventLife;
  work: Outstanding;
  tell: (happening: Happening) => void;
}

async function invoke(parts: Parts, functionName: string, payload: Buffer) {
  const { service, shares, work } = parts;
  const definition = definitionOf(service, functionName);
  refuseAbove(SYNC_BYTES, payload);
  const about = { requestId: randomUUID(), attempt: 0 };
  const { dispatcher, execution } = shares.of(definition.name);
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

type Asked = Pick<NewEvent, 'payload' | 'taskId' | 'timer'>;

/** FC takes the request id where nobody chose one: https://help.aliyun.com/zh/functioncompute/fc-2-0/user-guide/task-deduplication */
async function invokeAsync(parts: Parts, functionName: string, asked: Asked) {
  const { name, asyncTask } = definitionOf(parts.service, functionName);
  const requestId = randomUUID();
  const event = { ...asked, function: name, requestId, taskId: asyncTask ? requestId : undefined };
  return follow(parts, await enqueue(parts, event));
}

async function submitTask(parts: Parts, functionName: string, asked: Asked & { taskId: string }) {
  const { name, asyncTask } = definitionOf(parts.service, functionName);
  if (!asyncTask) throw new Error(`expected a function with asyncTask: true, ${name} has it not`);
  const event = { ...asked, function: name, requestId: randomUUID() };
  const queued = await parts.tasks.admit(event, () => enqueue(parts, event));
  return queued === 'duplicate' ? queued : follow(parts, queued);
}

async function enqueue({ queue }: Parts, event: NewEvent): Promise<QueuedEvent> {
  refuseAbove(ASYNC_BYTES, event.payload);
  return await queue.add(event);
}

function follow({ tasks, life, tell }: Parts, event: QueuedEvent) {
  const { function: name, requestId, attempt } = event;
  tasks.mark(event, 'Enqueued');
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
