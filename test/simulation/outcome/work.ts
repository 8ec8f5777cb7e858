import type { Comparison } from './comparison.ts';

/** How much was made, and what of it was given up. */

/** Each rendition once for every reason that there was to make it. */
export function checkRenders({ world: { judge, history, faults }, accuse }: Comparison): void {
  const reasons = history.operations.filter(({ act }) => !/copy|auto|tick/.test(act)).length;
  for (const [what, count] of judge.renders) {
    if (count > reasons + faults.hit.length + 1)
      accuse('rendered-too-often', `${what}: ${count} times`);
  }
}

export function checkFailures({ world: { cloud }, accuse }: Comparison): void {
  if (cloud.failures.length === 0) return;
  const why = cloud.failures.map(one => `${one.requestId}: ${one.why}`).join('; ');
  accuse('given-up', `after the replay, with no fault left: ${why}`);
}
