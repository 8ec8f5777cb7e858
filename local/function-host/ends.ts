import type { ErrorPayload } from './invocation.ts';
import type { Breach, Limits } from './limits.ts';

interface End {
  breach?: Breach;
  milliseconds: number;
  peakMemoryMB: number;
}

/** What FC answers for a function that could not answer for itself. */
export function explainEnd(end: End, limits: Limits): ErrorPayload {
  const memory = `maxMemoryUsage: ${end.peakMemoryMB.toFixed(2)}MB`;
  if (end.breach === 'time') {
    const sentence = `Function timed out after ${limits.timeoutSeconds} seconds (${memory})`;
    return { errorType: 'FunctionTimedOut', errorMessage: sentence, stackTrace: [] };
  }
  if (end.breach === 'memory') {
    const sentence = `Function instance is out of memory, its limit is ${limits.memoryMB} MB (${memory})`;
    return { errorType: 'OutOfMemory', errorMessage: sentence, stackTrace: [] };
  }
  const sentence = `Process exited unexpectedly before completing request (duration: ${end.milliseconds}ms, ${memory})`;
  return { errorType: 'ProcessExited', errorMessage: sentence, stackTrace: [] };
}
