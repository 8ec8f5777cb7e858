import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import type { DestinationMessage } from '../../shared/fc/destination.ts';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import {
  type Condition,
  functionArn,
  type Happening,
  type InvocationResult,
} from './invocation.ts';
import { type QueuedEvent, writeWhole } from './queue.ts';

interface Outcome {
  event: QueuedEvent;
  definition: FunctionDefinition;
  payload: Buffer;
  /** Nothing when the event grew too old before its first attempt. */
  result?: InvocationResult;
  condition?: Condition;
}

export type Deliver = (outcome: Outcome) => Promise<void>;

/**
 * A failure is kept even if s.yaml names no destination: on FC the event would be gone, on a desk one
 * wants to see it. A success is kept only where s.yaml asks for it. A webhook hears of both, from the file.
 */
export async function openDestinations(
  folder: string,
  service: ServiceDefinition,
  webhook?: Webhook,
): Promise<Deliver> {
  await mkdir(folder, { recursive: true });
  return async outcome => {
    const { event, definition, condition } = outcome;
    if (condition === undefined && definition.destinations.onSuccess === undefined) return;
    const to = join(folder, definition.name, condition === undefined ? 'success' : 'failure');
    await mkdir(to, { recursive: true });
    const message = messageFor(service, outcome);
    const file = join(to, `${event.requestId}.json`);
    await writeWhole(file, `${JSON.stringify(message, null, 2)}\n`);
    webhook?.send(file, event);
  };
}

function messageFor(service: ServiceDefinition, outcome: Outcome): DestinationMessage {
  const { event, definition, payload, result, condition } = outcome;
  return {
    timestamp: Date.now(),
    requestContext: {
      requestId: event.requestId,
      functionArn: functionArn(service, definition),
      condition: condition ?? '',
      approximateInvokeCount: result ? event.attempt + 1 : event.attempt,
    },
    requestPayload: payload.toString('utf8'),
    responseContext: { statusCode: 200, functionError: result?.functionError ?? '' },
    responsePayload: result?.payload.toString('utf8') ?? '',
  };
}

export interface Webhook {
  /** Soon, and whatever becomes of it: the queue goes on, and the file stays. */
  send(file: string, event: QueuedEvent): void;
  /** What was not sent by now is told, and stays in its file. */
  close(): void;
}

const SIDE_BY_SIDE = 4;
const PATIENCE_MS = 10_000;
/** Some 7 s of waiting in all: enough for a receiver that restarts. */
const RETRIES = { retries: 3, minTimeout: 1000, factor: 2 };

/** Posts each message of a destination as JSON. A queue of the cloud would keep it until it is taken; this tries four times. */
export function openWebhook(
  url: URL,
  tell: (happening: Happening) => void,
  retries: Partial<typeof RETRIES> = {},
): Webhook {
  const limit = pLimit(SIDE_BY_SIDE);
  const closing = new AbortController();
  // A URL may hold a secret behind its question mark.
  const where = `${url.origin}${url.pathname}`;
  return {
    send(file, { function: name, requestId, attempt }) {
      const about = { function: name, requestId, attempt, stream: 'host' } as const;
      const sending = limit(() =>
        pRetry(() => post(url, file, closing.signal), {
          ...RETRIES,
          ...retries,
          signal: closing.signal,
        }),
      );
      sending.catch((thrown: Error) => {
        const line = `expected ${where} to take the message, ${thrown.message}; it is in ${file}`;
        tell({ kind: 'log', ...about, line });
      });
    },
    close: () => closing.abort(new Error('the platform was stopped')),
  };
}

async function post(url: URL, file: string, closing: AbortSignal): Promise<void> {
  const body = await readFile(file);
  const signal = AbortSignal.any([closing, AbortSignal.timeout(PATIENCE_MS)]);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(explain);
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
}

/** `fetch failed` hides why, and p-retry takes a TypeError for a mistake of ours. */
function explain(thrown: Error & { cause?: { code?: string } }): never {
  throw new Error(thrown.cause?.code ?? thrown.message, { cause: thrown });
}
