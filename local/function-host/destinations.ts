import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DestinationMessage } from '../../shared/fc/destination.ts';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import { functionArn } from './context.ts';
import type { Condition, InvocationResult } from './invocation.ts';
import type { QueuedEvent } from './queue.ts';
import type { Webhook } from './webhook.ts';
import { writeWhole } from './whole-file.ts';

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
