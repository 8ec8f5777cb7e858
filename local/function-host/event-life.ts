import type { FunctionDefinition } from '../service-definition.ts';
import type { Deliver } from './destinations.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Execution } from './execution.ts';
import type { Condition, ErrorPayload, Happening, InvocationResult } from './invocation.ts';
import type { Queue, QueuedEvent } from './queue.ts';

export interface EventLifeOptions {
  queue: Queue;
  deliver: Deliver;
  dispatcher: Dispatcher;
  execution: Execution;
  retryBaseMs: number;
  find(functionName: string): FunctionDefinition | undefined;
  tell: (happening: Happening) => void;
}

export interface EventLife {
  /** From the queue to its end: an attempt when it is due, and again, until it succeeded or was given up. */
  follow(event: QueuedEvent): void;
  pending(): number;
  idle(): Promise<void>;
  /** Whatever waits stays on disk. */
  stop(): void;
}

export function openEventLife(options: EventLifeOptions): EventLife {
  const waiting = new Set<NodeJS.Timeout>();
  let pending = 0;
  let stopped = false;
  let watchers: (() => void)[] = [];

  function leave(): void {
    pending -= 1;
    if (pending > 0) return;
    for (const watcher of watchers) watcher();
    watchers = [];
  }

  function submit(event: QueuedEvent): void {
    options.dispatcher.submit({
      functionName: event.function,
      urgent: false,
      start: () => live(event),
      abandon: () => undefined,
    });
  }

  function whenDue(event: QueuedEvent): void {
    const wait = event.dueAt - Date.now();
    if (wait <= 0) return submit(event);
    const timer = setTimeout(() => {
      waiting.delete(timer);
      submit(event);
    }, wait);
    waiting.add(timer);
  }

  async function live(event: QueuedEvent): Promise<void> {
    try {
      const again = await attempt(event, options, () => stopped);
      if (again && !stopped) whenDue(again);
      else leave();
    } catch (thrown) {
      // The disk failed us, not the function: the event stays where it is for the next start.
      const line = `the event could not be worked on and stays queued: ${String(thrown)}`;
      options.tell({ kind: 'log', ...aboutOf(event), stream: 'host', line });
      leave();
    }
  }

  return {
    follow(event) {
      pending += 1;
      whenDue(event);
    },
    pending: () => pending,
    idle: () =>
      pending === 0 ? Promise.resolve() : new Promise(resolve => watchers.push(resolve)),
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
  isStopped: () => boolean,
): Promise<QueuedEvent | undefined> {
  const definition = options.find(event.function);
  if (!definition)
    throw new Error(`expected a function ${event.function} in s.yaml, there is none`);
  const payload = await options.queue.payload(event);
  if (Date.now() - event.queuedAt > definition.maxAsyncEventAgeSeconds * 1000) {
    await conclude({ event, definition, payload, condition: 'EventAgeExceeded' }, options);
    return undefined;
  }
  const result = await options.execution.run(definition, event, payload);
  if (isStopped()) return undefined;
  const { functionError } = result;
  tellResult(event, result, options);
  if (functionError && event.attempt < definition.maxAsyncRetryAttempts) {
    return await postpone(event, options);
  }
  const condition = functionError ? { condition: functionError } : {};
  await conclude({ event, definition, payload, result, ...condition }, options);
  return undefined;
}

async function postpone(event: QueuedEvent, { queue, retryBaseMs, tell }: EventLifeOptions) {
  const inMilliseconds = retryBaseMs * 2 ** event.attempt;
  tell({ kind: 'retrying', ...aboutOf(event), inMilliseconds });
  return await queue.postpone(event, Date.now() + inMilliseconds);
}

/** The destination first: an event is never in neither place. */
async function conclude(
  outcome: Parameters<Deliver>[0],
  { queue, deliver, tell }: EventLifeOptions,
): Promise<void> {
  await deliver(outcome);
  await queue.remove(outcome.event);
  if (outcome.condition) tell(givenUp(outcome.event, outcome.condition, outcome.result));
}

function givenUp(event: QueuedEvent, condition: Condition, result?: InvocationResult): Happening {
  const error = result ? { error: errorIn(result) } : {};
  return { kind: 'given-up', ...aboutOf(event), condition, ...error };
}

function tellResult(event: QueuedEvent, result: InvocationResult, { tell }: EventLifeOptions) {
  const { functionError, milliseconds, peakMemoryMB } = result;
  const about = { ...aboutOf(event), milliseconds, peakMemoryMB };
  if (functionError) tell({ kind: 'failed', ...about, functionError, error: errorIn(result) });
  else tell({ kind: 'succeeded', ...about, result: JSON.parse(result.payload.toString('utf8')) });
}

function errorIn({ payload }: InvocationResult): ErrorPayload {
  return JSON.parse(payload.toString('utf8'));
}

function aboutOf({ function: name, requestId, attempt: number }: QueuedEvent) {
  return { function: name, requestId, attempt: number };
}
