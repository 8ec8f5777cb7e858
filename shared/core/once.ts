/** Whoever asks while the first is on its way waits for that one; what failed is made again for the next. */
export async function once<K, T>(
  known: Map<K, Promise<T>>,
  name: K,
  make: () => Promise<T>,
): Promise<T> {
  const found = known.get(name) ?? make();
  // As the youngest: the oldest goes first.
  known.delete(name);
  known.set(name, found);
  try {
    return await found;
  } catch (thrown) {
    known.delete(name);
    throw thrown;
  }
}
