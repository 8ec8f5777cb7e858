/** Starts an action as soon as there is a lane and memory for it; in the order in which they were asked for. */
export type Lanes = <T>(megabytes: number, action: () => Promise<T>) => Promise<T>;

/** So many side by side, and no more than there is memory for: what takes all of that runs alone. */
export function lanesOf(count: number, megabytes: number): Lanes {
  const waiting: { megabytes: number; start: () => void }[] = [];
  let running = 0;
  let taken = 0;
  const startNext = () => {
    for (let [next] = waiting; next && running < count; [next] = waiting) {
      if (running > 0 && taken + next.megabytes > megabytes) return;
      waiting.shift();
      running += 1;
      taken += next.megabytes;
      next.start();
    }
  };
  return async (needed, action) => {
    await new Promise<void>(start => {
      waiting.push({ megabytes: needed, start });
      startNext();
    });
    try {
      return await action();
    } finally {
      running -= 1;
      taken -= needed;
      startNext();
    }
  };
}
