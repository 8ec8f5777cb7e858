import type { IncomingMessage } from 'node:http';
import { readSigned } from '../acs3.ts';
import { ASYNC_BYTES, type FunctionHost, SYNC_BYTES } from '../function-host/host.ts';
import type { FunctionDefinition } from '../service-definition.ts';
import { type Answer, refusal } from './answer.ts';
import { type Asked, readAsked } from './asked.ts';

export interface Invoked {
  definition: FunctionDefinition;
  host: FunctionHost;
  maxQueued: number;
}

export async function invokeFunction(request: IncomingMessage, invoked: Invoked): Promise<Answer> {
  const asked = readAsked(request.headers, invoked.definition);
  if ('status' in asked) return asked;
  const most = asked.kind === 'sync' ? SYNC_BYTES : ASYNC_BYTES;
  const body = await readSigned(request, most);
  if (body === 'too-large') {
    return refusal('EntityTooLarge', `payload size exceeds maximum allowed size (${most} bytes)`);
  }
  if (body === 'another') {
    return refusal('SignatureNotMatch', 'expected a body whose SHA-256 is x-acs-content-sha256');
  }
  return asked.kind === 'sync' ? await answerOf(invoked, body) : await queue(invoked, asked, body);
}

/** 200 even where the function failed; then the header tells, and the body is the error. */
async function answerOf({ definition, host }: Invoked, body: Buffer): Promise<Answer> {
  if (definition.reservedConcurrency === 0) {
    return refusal('ResourceExhausted', `${definition.name} may have no instance`);
  }
  const { requestId, functionError, payload } = await host.invoke(definition.name, body);
  const headers = {
    'content-type': 'application/json',
    ...(functionError && { 'x-fc-error-type': functionError }),
  };
  return { status: 200, requestId, headers, body: payload };
}

async function queue(
  { definition, host, maxQueued }: Invoked,
  { taskId }: Asked & { kind: 'async' },
  body: Buffer,
): Promise<Answer> {
  const { name } = definition;
  const isFull = host.queued(name) >= maxQueued;
  if (isFull && (taskId === undefined || host.taskState(name, taskId) === undefined)) {
    return refusal('ResourceExhausted', `${name} has ${maxQueued} events in its queue already`);
  }
  if (taskId === undefined) {
    const { requestId } = await host.invokeAsync(name, body);
    return accepted(requestId, definition.asyncTask ? requestId : undefined);
  }
  const queued = await host.submitTask(name, taskId, body);
  if (queued !== 'duplicate') return accepted(queued.requestId, taskId);
  return refusal('AsyncTaskAlreadyExists', `a task ${taskId} was submitted before`);
}

function accepted(requestId: string, taskId: string | undefined): Answer {
  const headers = taskId === undefined ? {} : { 'x-fc-async-task-id': taskId };
  return { status: 202, requestId, headers, body: Buffer.alloc(0) };
}
