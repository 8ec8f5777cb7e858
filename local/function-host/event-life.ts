import type { FunctionDefinition } from '../service-definition.ts';
import type { Deliver } from './destinations.ts';
import type { Outstanding } from './dispatcher.ts';
import type { Shares } from './execution.ts';
import type { Condition, ErrorPayload, Happening, InvocationResult } from './invocation.ts';
import type { Queue, QueuedEvent } from './queue.ts';
import type { TaskEnd, Tasks } from './tasks.ts';

export interface EventLifeOptions {
  queue: Queue;
  deliver: Deliver;
  shares: Shares;
  tasks: Tasks;
  work: Outstanding;
  retryBaseMs: number;
  find(functionName: string): FunctionDefinition | undefined;
  tell: (happening: Happening) => void;
}

export interface EventLife {
  /** From the queue to its end: an attempt when it is due, and again, until it succeeded or was given up. */
  follow(event: QueuedEvent): void;
  /** Whatever waits stays on disk. */
  stop(): void;
}

export function openEventLife(options: EventLifeOptions): EventLife {
  const waiting = new Set<NodeJS.Timeout>();
  let stopped = false;

  function submit(event: QueuedEvent): void {
    options.shares.of(event.function).dispatcher.submit({
      functionName: event.function,
      urgent: false,
      start: () => live(event),
      abandon: () => undefined,
    });
  }

  function whenDue(event: QueuedEvent): void {
    const wait = event.dueAt - Date.now();
    if (wait <= 0) {
      submit(event);
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(timer);
      submit(event);
    }, wait);
    waiting.add(timer);
  }

  async function live(event: QueuedEvent): Promise<void> {
    try {
      const again = await attempt(event, options);
      if (again && !stopped) whenDue(again);
      else options.work.end();
    } catch (thrown) {
      if (stopped) return;
      // The disk failed us, not the function: the event stays where it is for the next start.
      const line = `the event could not be worked on and stays queued: ${String(thrown)}`;
      options.tell({ kind: 'log', ...aboutOf(event), stream: 'host', line });
      options.work.end();
    }
  }

  return {
    follow(event) {
      options.work.begin();
      whenDue(event);
    },
    stop() {
      stopped = true;
      for (const timer of waiting) clearTimeout(timer);
    },
  };
}

/** Answers the event as it waits for its next attempt, or nothing when it has come to its end. */
async function attempt(
  event: QueuedEvent,
  options: EventLifeOptions,
): Promise<QueuedEvent | undefined> {
  const definition = options.find(event.function);
  if (!definition) throw new Error(`expected a function ${event.function} in s.yaml, found none`);
  const payload = await options.queue.payload(event);
  const outcome = { event, definition, payload };
  if (Date.now() > expiry(event, definition)) {
    return await conclude({ ...outcome, condition: 'EventAgeExceeded' }, options);
  }
  options.tasks.mark(event, 'Running');
  const result = await options.shares.of(event.function).execution.run(definition, event, payload);
  if (!result.functionError) return await conclude({ ...outcome, result }, options);
  if (event.attempt >= definition.maxAsyncRetryAttempts) {
    return await conclude({ ...outcome, result, condition: result.functionError }, options);
  }
  const wait = options.retryBaseMs * 2 ** event.attempt;
  if (Date.now() + wait > expiry(event, definition)) {
    return await conclude({ ...outcome, result, condition: 'EventAgeExceeded' }, options);
  }
  return await postpone(event, wait, options);
}

function expiry({ queuedAt }: QueuedEvent, { maxAsyncEventAgeSeconds }: FunctionDefinition) {
  return queuedAt + maxAsyncEventAgeSeconds * 1000;
}

async function postpone(
  event: QueuedEvent,
  inMilliseconds: number,
  { queue, tasks, tell }: EventLifeOptions,
): Promise<QueuedEvent> {
  tell({ kind: 'retrying', ...aboutOf(event), inMilliseconds });
  tasks.mark(event, 'Retrying');
  return await queue.postpone(event, Date.now() + inMilliseconds);
}

/**
 * The destination first: an event is never in neither place. The task's end before the event goes: its id is
 * never in neither place either, and an event that is left although its task ended is not run again.
 */
async function conclude(
  outcome: Parameters<Deliver>[0],
  { queue, deliver, tasks, tell }: EventLifeOptions,
): Promise<undefined> {
  await deliver(outcome);
  await tasks.end(outcome.event, endOf(outcome));
  await queue.remove(outcome.event);
  if (outcome.condition) tell(givenUp(outcome.event, outcome.condition, outcome.result));
}

function endOf({ event, condition, result }: Parameters<Deliver>[0]): TaskEnd {
  if (condition === undefined) return 'Succeeded';
  return result === undefined && event.attempt === 0 ? 'Expired' : 'Failed';
}

function givenUp(event: QueuedEvent, condition: Condition, result?: InvocationResult): Happening {
  const error = result ? { error: errorIn(result) } : {};
  return { kind: 'given-up', ...aboutOf(event), condition, ...error };
}

function errorIn({ payload }: InvocationResult): ErrorPayload {
  return JSON.parse(payload.toString('utf8'));
}

function aboutOf({ function: name, requestId, attempt: number }: QueuedEvent) {
  return { function: name, requestId, attempt: number };
}
