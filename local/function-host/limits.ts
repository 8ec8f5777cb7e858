import pidusage from 'pidusage';

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

/** Watches one process for the length of one request. What is taken and freed between two polls goes unseen. */
export function watchLimits(
  pid: number,
  limits: Limits,
  onBreach: (breach: Breach) => void,
): LimitWatch {
  let peak = 0;
  const deadline = setTimeout(() => onBreach('time'), limits.timeoutSeconds * 1000);
  const poll = setInterval(async () => {
    peak = Math.max(peak, await residentMB(pid));
    if (peak > limits.memoryMB) onBreach('memory');
  }, POLL_MS);
  return {
    peakMemoryMB: () => peak,
    stop() {
      clearTimeout(deadline);
      clearInterval(poll);
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
