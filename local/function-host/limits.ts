import pidusage from 'pidusage';
import type { ErrorPayload } from './invocation.ts';

const POLL_MS = 100;
const MB = 1024 * 1024;

export type Breach = 'time' | 'memory';

export interface LimitWatch {
  peakMemoryMB(): number;
  stop(): void;
}

export interface Limits {
  memoryMB: number;
  timeoutSeconds: number;
}

/**
 * Watches one process for the length of one request. What is taken and freed between two polls goes unseen, and time
 * in which it stood still is none of its own.
 */
export function watchLimits(
  { pid, isStopped }: { pid: number; isStopped: () => boolean },
  limits: Limits,
  onBreach: (breach: Breach) => void,
): LimitWatch {
  let peak = 0;
  const clock = openStopClock(isStopped);
  const poll = setInterval(async () => {
    if (clock.milliseconds() > limits.timeoutSeconds * 1000) onBreach('time');
    peak = Math.max(peak, await residentMB(pid));
    if (peak > limits.memoryMB) onBreach('memory');
  }, POLL_MS);
  return { peakMemoryMB: () => peak, stop: () => clearInterval(poll) };
}

/** As exact as it is asked often. */
function openStopClock(isStopped: () => boolean): { milliseconds(): number } {
  let last = performance.now();
  let sum = 0;
  return {
    milliseconds() {
      const now = performance.now();
      if (!isStopped()) sum += now - last;
      last = now;
      return sum;
    },
  };
}

/** A process that has just ended has no memory; its end is told elsewhere. */
async function residentMB(pid: number): Promise<number> {
  try {
    return (await pidusage(pid)).memory / MB;
  } catch {
    return 0;
  }
}

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
