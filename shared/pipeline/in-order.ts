/** Small requests side by side: a latency of 20 ms then costs little more than 1 ms an object. */
const AHEAD = 16;

/** The results of the work, in the order of the items; a bounded number is under way, and none is kept. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  for await (const item of items) {
    const running = work(item);
    // It is thrown when its turn comes, if one before it was not thrown already.
    running.catch(() => undefined);
    ahead.push(running);
    if (ahead.length >= AHEAD) yield* ahead.splice(0, 1);
  }
  yield* ahead;
}
