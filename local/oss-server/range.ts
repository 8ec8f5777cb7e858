/** Both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * `undefined` is the whole body. OSS ignores a range that is invalid or partly outside; only `standard`
 * (x-oss-range-behavior, and the CDN) clips it or calls it unsatisfiable. Several ranges are never served.
 */
export function readRange(
  header: string | undefined,
  size: number,
  standard: boolean,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || match[0] === 'bytes=-') return undefined;
  const [, first = '', last = ''] = match;
  const range = first === '' ? lastBytes(Number(last), size) : fromTo(first, last, size);
  if (range.end < range.start) return undefined;
  if (standard) return clip(range, size);
  return range.start >= 0 && range.end < size && range.start < size ? range : undefined;
}

function fromTo(first: string, last: string, size: number): ByteRange {
  const start = Number(first);
  // An open end beyond the body is still a range, only one that nothing satisfies.
  return { start, end: last === '' ? Math.max(start, size - 1) : Number(last) };
}

/** `-0` asks for nothing: it lies just behind the body. */
function lastBytes(count: number, size: number): ByteRange {
  return count === 0 ? { start: size, end: size } : { start: size - count, end: size - 1 };
}

function clip({ start, end }: ByteRange, size: number): ByteRange | 'unsatisfiable' {
  if (start >= size || size === 0) return 'unsatisfiable';
  return { start: Math.max(0, start), end: Math.min(end, size - 1) };
}
