function msOf(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function million(): number {
  let sum = 0;
  for (let n = 0; n < 1_000_000; n++) sum = (sum + n) | 0;
  return sum;
}

/** Milliseconds of work, over those that a million additions take beside it where these take more than one: machines are shared and slow. */
export function unhurriedMs(work: () => unknown): number {
  const [before, ms, after] = [msOf(million), msOf(work), msOf(million)];
  return ms / Math.max(1, (before + after) / 2);
}
