import type { Spent } from '../../core/set/report.ts';

/** Adds what an action took, in milliseconds, to its stage. */
export async function timed<T>(
  spent: Spent,
  stage: keyof Spent['milliseconds'],
  action: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  try {
    return await action();
  } finally {
    spent.milliseconds[stage] += performance.now() - started;
  }
}
