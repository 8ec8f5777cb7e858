export type FunctionError = 'HandledInvocationError' | 'UnhandledInvocationError';

export interface ErrorPayload {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

/** FC answers 200 even when the function failed; `functionError` tells, and the payload is an ErrorPayload. */
export interface InvocationResult {
  requestId: string;
  statusCode: 200;
  functionError?: FunctionError;
  payload: Buffer;
  milliseconds: number;
  peakMemoryMB: number;
}

interface About {
  /** The functionName. */
  function: string;
  requestId: string;
  /** 0 for the first; what the function sees as `context.retryCount`. */
  attempt: number;
}

interface Measured extends About {
  milliseconds: number;
  peakMemoryMB: number;
}

export type Happening =
  | (About & { kind: 'queued' })
  | (About & { kind: 'started' })
  | (Measured & { kind: 'succeeded'; result: unknown })
  | (Measured & { kind: 'failed'; functionError: FunctionError; error: ErrorPayload })
  | (About & { kind: 'retrying'; inMilliseconds: number })
  | (About & { kind: 'given-up'; condition: Condition; error?: ErrorPayload })
  | (About & { kind: 'log'; stream: 'stdout' | 'stderr' | 'host'; line: string });

/** Why an event was given up. */
export type Condition = FunctionError | 'EventAgeExceeded';
