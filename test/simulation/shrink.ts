import type { History } from './history.ts';
import { type Ending, simulate } from './simulate.ts';
import type { Plant } from './world.ts';

/** The least of a history that still ends in the same kind of failure: fewer operations, fewer faults, fewer pauses. */
export interface Least {
  ending: Ending;
  history: History;
  faults: string[];
}

export async function shrink(ending: Ending, plant?: Plant): Promise<Least> {
  const { seed, verdict } = ending;
  const attempt = async (history: History, faults: string[]) => {
    const again = await simulate({ seed, history, only: new Set(faults), plant });
    return again.verdict?.kind === verdict?.kind ? again : undefined;
  };
  let least: Least = {
    ending,
    history: ending.history,
    faults: ending.faults.map(({ id }) => id),
  };
  for (let size = Number.POSITIVE_INFINITY; sizeOf(least) < size; ) {
    size = sizeOf(least);
    const { history } = least;
    least = await without(history.operations, least, (operations, { faults }) =>
      attempt({ ...history, operations }, faults),
    ).then(({ kept, ...rest }) => ({ ...rest, history: { ...history, operations: kept } }));
    least = await without(least.faults, least, (faults, now) => attempt(now.history, faults)).then(
      ({ kept, ...rest }) => ({ ...rest, faults: kept }),
    );
  }
  return least;
}

function sizeOf({ history, faults }: Least): number {
  return history.operations.length + faults.length;
}

/** Leaves out halves, then quarters, and at last single ones, as long as the failure stays. */
async function without<T>(
  items: T[],
  least: Least,
  attempt: (items: T[], least: Least) => Promise<Ending | undefined>,
): Promise<Least & { kept: T[] }> {
  let kept = items;
  let { ending } = least;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      const again = await attempt(fewer, least);
      if (again) {
        kept = fewer;
        ending = again;
      } else from += size;
    }
  }
  return { ...least, ending, kept };
}
