import type { IncomingHttpHeaders } from 'node:http';
import type { FunctionDefinition } from '../service-definition.ts';
import { type Answer, refusal } from './answer.ts';

/** https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/asynchronous-task */
const TASK_ID = /^[A-Za-z_][\w-]{0,127}$/;
const KNOWN = ['x-fc-invocation-type', 'x-fc-async-task-id', 'x-fc-log-type'];

export type Asked = { kind: 'sync' } | { kind: 'async'; taskId: string | undefined };

/** What the x-fc-… headers of an invocation ask for. */
export function readAsked(
  headers: IncomingHttpHeaders,
  definition: FunctionDefinition,
): Asked | Answer {
  const foreign = Object.keys(headers).find(
    name => name.startsWith('x-fc-') && !KNOWN.includes(name),
  );
  if (foreign) return refusal('NotImplemented', `the header ${foreign} is not implemented`);
  const logType = headers['x-fc-log-type'] ?? 'None';
  if (logType !== 'None') {
    return refusal('NotImplemented', `expected x-fc-log-type None, received ${logType}`);
  }
  const type = headers['x-fc-invocation-type'] ?? 'Sync';
  const taskId = headers['x-fc-async-task-id'];
  if (type === 'Async') return readTask(taskId, definition);
  if (type !== 'Sync') {
    return refusal('InvalidArgument', `expected Sync or Async, received ${type}`);
  }
  if (taskId === undefined) return { kind: 'sync' };
  return refusal('InvalidArgument', 'expected a task id with an asynchronous invocation only');
}

function readTask(
  taskId: string | string[] | undefined,
  { name, asyncTask }: FunctionDefinition,
): Asked | Answer {
  if (taskId === undefined) return { kind: 'async', taskId };
  if (!asyncTask) {
    return refusal('InvalidArgument', `expected no task id, since ${name} has no asyncTask: true`);
  }
  if (typeof taskId === 'string' && TASK_ID.test(taskId)) return { kind: 'async', taskId };
  return refusal('InvalidArgument', `expected a task id of ${TASK_ID.source}, received ${taskId}`);
}
