import * as z from 'zod';
import { failureOf } from '../../core/failure.ts';
import { taskId } from '../../core/work/batch.ts';
import type { InvocationQueue, ObjectStore } from '../../ports.ts';
import { findRecord, writeRecord } from '../records.ts';

/** An event whose function gave it up, handed to it again. */
export interface Lost {
  requestId: string;
  functionName: string;
  payload: Buffer;
}

interface Replaying {
  queue: InvocationQueue;
  config: ObjectStore;
  now(): Date;
}

const recordSchema = z.strictObject({
  schema: z.literal(1),
  function: z.string(),
  requestId: z.string().describe('of the invocation that failed'),
  taskId: z.string(),
  replayedAt: z.iso.datetime(),
});

const recordKey = (id: string) => `replays/${id}.json`;

/** The same message is the same task, wherever it is read from, and another failure of its replay is another. */
export function replayId({ functionName, requestId }: Lost): string {
  return taskId('replay', `${functionName} ${requestId}`);
}

/** A record that cannot be read says nothing: FC knows the task's id, and the record is written again. */
export async function wasReplayed(lost: Lost, config: ObjectStore): Promise<boolean> {
  const record = await findRecord(config, recordKey(replayId(lost)), recordSchema);
  return record !== undefined && record !== 'unreadable';
}

/**
 * Once: the record in the config bucket says so for good. If the process dies before it is written, FC refuses the
 * task's id; a function that keeps no tasks has no ids, and is then woken twice, which settles.
 */
export async function replay(
  lost: Lost,
  { queue, config, now }: Replaying,
): Promise<'replayed' | 'before'> {
  if (await wasReplayed(lost, config)) return 'before';
  const { functionName, requestId, payload } = lost;
  const id = replayId(lost);
  const answer = await submitOrInvoke(id, payload, queue);
  const replayedAt = now().toISOString();
  await writeRecord(config, recordKey(id), {
    schema: 1,
    function: functionName,
    requestId,
    taskId: id,
    replayedAt,
  } satisfies z.infer<typeof recordSchema>);
  return answer === 'accepted' ? 'replayed' : 'before';
}

async function submitOrInvoke(id: string, payload: Buffer, queue: InvocationQueue) {
  try {
    return await queue.submit(id, payload);
  } catch (thrown) {
    const { code, facts } = failureOf(thrown);
    if (code !== 'QUEUE_DENIED' || facts.apiCode !== 'InvalidArgument') throw thrown;
    await queue.invoke(payload);
    return 'accepted';
  }
}
