/** Objects by key, in the order of their UTF-8 bytes: JavaScript's own order differs above U+FFFF. */
export interface KeyIndex<T> {
  readonly size: number;
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** The position of the first key that is not before `key`. */
  seek(key: string): number;
  at(position: number): string | undefined;
}

export function createKeyIndex<T>(entries: Iterable<readonly [string, T]> = []): KeyIndex<T> {
  const values = new Map<string, T>(entries);
  const keys = sortByBytes([...values.keys()]);
  const seek = (key: string) => {
    const bytes = Buffer.from(key);
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(Buffer.from(keys[middle] ?? ''), bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get size() {
      return keys.length;
    },
    get: key => values.get(key),
    set(key, value) {
      if (!values.has(key)) keys.splice(seek(key), 0, key);
      values.set(key, value);
    },
    delete(key) {
      if (values.delete(key)) keys.splice(seek(key), 1);
    },
    seek,
    at: position => keys[position],
  };
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Each key is encoded once, not once per comparison. */
function sortByBytes(keys: string[]): string[] {
  return keys
    .map(key => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
}
