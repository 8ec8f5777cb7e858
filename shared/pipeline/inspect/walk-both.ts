import { type Pair, type Place, stepOn } from '../../core/set/side-by-side.ts';
import type { ObjectStore } from '../../ports.ts';
import { objectsIn } from '../stored-set.ts';

interface Buckets {
  originals: Pick<ObjectStore, 'list'>;
  derivatives: Pick<ObjectStore, 'list'>;
}

/** Without a pair where nothing but foreign objects came by for a while. */
export interface Walked {
  pair?: Pair;
  /** From which a walk goes on with all that comes after. */
  place: Place;
}

/** Steps without a pair between two words of where the walk is. */
const QUIET_STEPS = 1000;

/** Both buckets side by side, two LISTs for 1,000 of each and nothing else. */
export async function* walkBoth(buckets: Buckets, from: Place): AsyncGenerator<Walked> {
  const originals = peeking(objectsIn(buckets.originals.list('', after(from.originals))));
  const objects = peeking(objectsIn(buckets.derivatives.list('', after(from.objects))));
  let place = from;
  try {
    for (let quiet = 1; ; quiet += 1) {
      const step = stepOn(place, await originals.peek(), await objects.peek());
      if (!step) return;
      place = step.place;
      if (step.took === 'original') originals.take();
      if (step.took === 'object') objects.take();
      if (step.closed) yield { pair: step.closed, place };
      else if (quiet % QUIET_STEPS === 0) yield { place };
    }
  } finally {
    await originals.end();
    await objects.end();
  }
}

function after(key: string | undefined): { after?: string } {
  return key === undefined ? {} : { after: key };
}

/** What comes next, seen before it is taken. */
function peeking<T>(items: AsyncGenerator<T>) {
  let next: IteratorResult<T, unknown> | undefined;
  return {
    peek: async (): Promise<T | undefined> => {
      next ??= await items.next();
      return next.done ? undefined : next.value;
    },
    take: () => {
      next = undefined;
    },
    end: () => items.return(undefined),
  };
}
