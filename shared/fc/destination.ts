import * as z from 'zod';
import { type Answer, answerSchema } from '../core/set/report.ts';
import { bytesOf, fittedAnswer } from '../core/telling/fit-message.ts';

/**
 * What FC hands a destination once an asynchronous invocation is over. The names are those of the page below, which
 * shows no example: a deployment has yet to prove them, so both payloads may be text or the JSON itself.
 * https://www.alibabacloud.com/help/en/fc/user-guide/result-callback
 */
const payload = z.unknown().transform(textOf);

export const destinationMessage = z.object({
  timestamp: z.number().describe('milliseconds since 1970'),
  requestContext: z.object({
    requestId: z.string().min(1),
    functionArn: z.string().min(1),
    condition: z.string().describe('why it was given up; empty after a success'),
    approximateInvokeCount: z.number(),
  }),
  requestPayload: payload,
  responseContext: z.object({ statusCode: z.number(), functionError: z.string() }),
  responsePayload: payload,
});

export type DestinationMessage = z.infer<typeof destinationMessage>;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** The ready signal, as consumers check it: the message with our answer in it. */
export function readyJsonSchema(): Record<string, unknown> {
  const { $schema, ...answer } = z.toJSONSchema(answerSchema, { io: 'input' });
  const text = z.string().describe('JSON text');
  const envelope = destinationMessage.extend({ requestPayload: text, responsePayload: text });
  const { $schema: _, ...message } = z.toJSONSchema(envelope, { io: 'input' });
  return {
    $schema,
    title: 'Darkroom ready message',
    ...message,
    properties: {
      ...message.properties,
      responsePayload: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: answer,
      },
    },
  };
}

/**
 * SMQ (MNS) and EventBridge take 64 KB, and SMQ counts Base64, which adds a third; a function takes 128 KB.
 * https://www.alibabacloud.com/help/en/fc/user-guide/result-callback
 */
export const MESSAGE_BYTES = 48 * 1024;

/** Of all that is neither payload. */
const ENVELOPE_BYTES = 1024;

/** The answer in a message beside its event, which the message carries too. */
export function answerTo(event: Buffer, { reports, ignored }: Omit<Answer, 'schema'>): Answer {
  const room = MESSAGE_BYTES - ENVELOPE_BYTES - bytesOf(event.toString('utf8'));
  return fittedAnswer({ schema: 1, reports, ignored }, room);
}
