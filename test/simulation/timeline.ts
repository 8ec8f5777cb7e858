import { setImmediate } from 'node:timers';

/** What happens when: nothing in a history happens but by an entry of it, one at a time, in virtual time. */
export interface Timeline {
  /** Milliseconds since 1970, virtual. */
  now: number;
  at(due: number, happen: () => void): Entry;
  /** Until nothing is left to happen; everything that code makes of one entry is done before the next. */
  drain(): Promise<void>;
  steps: number;
}

export interface Entry {
  due: number;
  order: number;
  /** Undefined once it is called off. */
  happen: (() => void) | undefined;
}

/** More than any history that comes to rest has. */
const MOST_STEPS = 10_000;

export function timeline(start: number, isOver: () => boolean, tooLong: () => void): Timeline {
  const heap = entryHeap();
  let order = 0;
  const step = () => {
    let entry = heap.pop();
    while (entry && !entry.happen) entry = heap.pop();
    if (!entry?.happen) return false;
    line.now = Math.max(line.now, entry.due);
    line.steps += 1;
    if (line.steps > MOST_STEPS) tooLong();
    entry.happen();
    return true;
  };
  const line: Timeline = {
    now: start,
    steps: 0,
    at: (due, happen) => {
      order += 1;
      const entry = { due, order, happen };
      heap.push(entry);
      return entry;
    },
    drain: () =>
      new Promise((resolve, reject) => {
        const turn = () => {
          try {
            if (isOver() || !step()) resolve();
            else afterAllPromises(line.steps, turn);
          } catch (thrown) {
            reject(thrown);
          }
        };
        turn();
      }),
  };
  return line;
}

/** A turn of the event loop costs more than most entries; without one Node.js reports no rejection that nobody heard. */
const TURN_EACH = 32;

/** By then all promises are settled that could be: what a microtask puts there comes once no microtask is left. */
function afterAllPromises(steps: number, next: () => void): void {
  if (steps % TURN_EACH === 0) setImmediate(next);
  // Half the cost of queueMicrotask, which makes a resource for async hooks each time.
  else void SETTLED.then(() => process.nextTick(next));
}

const SETTLED = Promise.resolve();

function entryHeap() {
  const heap: Entry[] = [];
  const isBefore = (a: Entry, b: Entry) => a.due < b.due || (a.due === b.due && a.order < b.order);
  const swap = (a: number, b: number) => {
    const held = heap[a] as Entry;
    heap[a] = heap[b] as Entry;
    heap[b] = held;
  };
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!isBefore(heap[at] as Entry, heap[above] as Entry)) return;
      swap(at, above);
      at = above;
    }
  };
  const sink = () => {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        const one = heap[child];
        if (one && isBefore(one, heap[least] as Entry)) least = child;
      }
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  return {
    push: (entry: Entry) => {
      heap.push(entry);
      rise(heap.length - 1);
    },
    pop: (): Entry | undefined => {
      const [first] = heap;
      const last = heap.pop();
      if (first && last && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
}
