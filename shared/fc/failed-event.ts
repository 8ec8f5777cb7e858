import { Failure } from '../core/failure.ts';
import { destinationMessage } from './destination.ts';

/** An event that was given up, as the failure destination tells of it. */
export interface FailedEvent {
  requestId: string;
  functionName: string;
  /** As it was: what the function is to be given again. */
  payload: Buffer;
  at: Date;
  /** `HandledInvocationError`, `EventAgeExceeded` and the like. */
  condition: string;
  /** What the function said, where it could. */
  error: string | undefined;
}

/** `acs:fc:{region}:{account}:functions/{name}`, with `/{qualifier}` where it has one. */
const FUNCTION_ARN = /^acs:fc:[^:]*:[^:]*:functions\/([A-Za-z_][\w-]{0,63})(\/.+)?$/;

/**
 * Reads one message, as JSON or, as a queue of SMQ may hold it, as Base64 of that. Throws EVENT_UNREADABLE for what is no
 * message of a failure.
 */
export function failedEvent(text: string): FailedEvent {
  const parsed = destinationMessage.safeParse(jsonIn(text.trim()));
  if (!parsed.success) {
    const { path = [], message = '' } = parsed.error.issues[0] ?? {};
    throw unreadable(`something else (at ${path.join('.') || 'the top'}: ${message})`);
  }
  const { timestamp, requestContext, requestPayload, responseContext, responsePayload } =
    parsed.data;
  const { requestId, functionArn, condition } = requestContext;
  const [, functionName] = FUNCTION_ARN.exec(functionArn) ?? [];
  if (!functionName) throw unreadable(`one of ${functionArn}`);
  if (!condition && !responseContext.functionError) {
    throw unreadable(`one of a success of ${functionName}`);
  }
  return {
    requestId,
    functionName,
    payload: Buffer.from(requestPayload),
    at: new Date(timestamp),
    condition: condition || responseContext.functionError,
    error: errorIn(responsePayload),
  };
}

function unreadable(received: string): Failure {
  const expected = 'expected a message of Function Compute’s failure destination';
  return new Failure('EVENT_UNREADABLE', `${expected}, received ${received}`);
}

function jsonIn(text: string): unknown {
  const json = text.startsWith('{') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    return JSON.parse(json);
  } catch {
    throw unreadable('something that is neither JSON nor Base64 of it');
  }
}

/** FC's error payload; what is not one says nothing. */
function errorIn(responsePayload: string): string | undefined {
  try {
    const { errorType, errorMessage } = JSON.parse(responsePayload);
    return typeof errorType === 'string' ? `${errorType}: ${errorMessage}` : undefined;
  } catch {
    return undefined;
  }
}
