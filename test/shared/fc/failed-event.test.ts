import { describe, expect, it } from 'vitest';
import { failedEvent } from '../../../shared/fc/failed-event.ts';

const message = {
  timestamp: 1_764_000_000_000,
  requestContext: {
    requestId: '1-2-3',
    functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/darkroom-backfill',
    condition: 'HandledInvocationError',
    approximateInvokeCount: 4,
  },
  requestPayload: '{"keys":["夏 天.jpg"]}',
  responseContext: { statusCode: 200, functionError: 'HandledInvocationError' },
  responsePayload: '{"errorType":"STORE_DENIED","errorMessage":"OSS refused","stackTrace":[]}',
};
const { requestContext } = message;

describe('a message of the failure destination', () => {
  it.each([
    ['JSON', JSON.stringify(message)],
    ['JSON over many lines', `\n${JSON.stringify(message, null, 2)}\n`],
    [
      'Base64 of JSON, as a queue may hold it',
      Buffer.from(JSON.stringify(message)).toString('base64'),
    ],
  ])('as %s names the function, and has the event as it was', (_, text) => {
    expect(failedEvent(text)).toEqual({
      requestId: '1-2-3',
      functionName: 'darkroom-backfill',
      payload: Buffer.from('{"keys":["夏 天.jpg"]}'),
      at: new Date(1_764_000_000_000),
      condition: 'HandledInvocationError',
      error: 'STORE_DENIED: OSS refused',
    });
  });

  it('names the function whatever version was asked for, and does without an error of its own', () => {
    const old = {
      ...message,
      requestContext: {
        ...requestContext,
        functionArn: `${requestContext.functionArn}/LATEST`,
        condition: 'EventAgeExceeded',
      },
      responsePayload: '',
    };
    expect(failedEvent(JSON.stringify(old))).toMatchObject({
      functionName: 'darkroom-backfill',
      condition: 'EventAgeExceeded',
      error: undefined,
    });
  });

  it.each([
    [
      'of a success',
      {
        ...message,
        requestContext: { ...requestContext, condition: '' },
        responseContext: { statusCode: 200, functionError: '' },
      },
      'one of a success of darkroom-backfill',
    ],
    [
      'of something else',
      { ...message, requestContext: { ...requestContext, functionArn: 'acs:mns:::/queues/a' } },
      'one of acs:mns:::/queues/a',
    ],
    [
      'without its context',
      { ...message, requestContext: undefined },
      /something else \(at requestContext: /,
    ],
    ['that is a list', [message], /something that is neither JSON nor Base64 of it/],
  ])('%s is refused in one sentence', (_, wrong, received) => {
    const text = JSON.stringify(wrong);
    expect(() => failedEvent(text)).toThrow(
      /^expected a message of Function Compute’s failure destination, received /,
    );
    expect(() => failedEvent(text)).toThrow(received);
  });

  it.each(['', 'hello', '{"a":'])('%j is none', text => {
    expect(() => failedEvent(text)).toThrow('neither JSON nor Base64 of it');
  });
});
