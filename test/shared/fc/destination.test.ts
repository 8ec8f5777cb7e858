import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nothingSpent } from '../../../shared/core/set/report.ts';
import { bytesOf } from '../../../shared/core/telling/fit-message.ts';
import {
  answerTo,
  destinationMessage,
  MESSAGE_BYTES,
  readyJsonSchema,
} from '../../../shared/fc/destination.ts';

/** As FC would send it, by the names of its page. */
function messageOf(requestPayload: string, responsePayload: string) {
  return {
    timestamp: 1_764_000_000_000,
    requestContext: {
      requestId: '00000000-0000-4000-8000-000000000000',
      functionArn:
        'acs:fc:cn-hangzhou:1234567890123456:functions/darkroom-on-object-changed/LATEST',
      condition: '',
      approximateInvokeCount: 1,
    },
    requestPayload,
    responseContext: { statusCode: 200, functionError: '' },
    responsePayload,
  };
}

const report = (key: string) => ({
  key,
  state: 'failed' as const,
  outcome: 'failed' as const,
  reason: 'ORIGINAL_UNDECODABLE: "no picture"',
  rendered: [],
  kept: 0,
  removed: 0,
  failed: [],
  spent: nothingSpent(),
});

describe('the message of a destination', () => {
  it.each([1, 20, 200])('is at most 64 KB in Base64, for an event of %d long keys', count => {
    const keys = Array.from({ length: count }, (_, i) => `${i} "${'海'.repeat(30)}".jpg`);
    const event = Buffer.from(JSON.stringify({ events: keys }));
    const answer = answerTo(event, { reports: keys.map(report), ignored: [] });
    const message = messageOf(event.toString(), JSON.stringify(answer));
    expect(bytesOf(message)).toBeLessThanOrEqual(MESSAGE_BYTES);
    expect(bytesOf(message) * (4 / 3)).toBeLessThanOrEqual(64 * 1024);
    expect(answer.reports.length).toBeGreaterThan(0);
  });

  it('is read whether FC hands its payloads on as text or as JSON', () => {
    const text = messageOf('{"a":1}', '"b"');
    const json = { ...text, requestPayload: { a: 1 }, responsePayload: 'b' };
    expect(destinationMessage.parse(text).requestPayload).toBe('{"a":1}');
    expect(destinationMessage.parse(json).requestPayload).toBe('{"a":1}');
  });
});

it('ready.schema.json is the schema of the message', () => {
  const file = JSON.parse(readFileSync('ready.schema.json', 'utf8'));
  expect(readyJsonSchema()).toEqual(file);
});
