import type { Readable } from 'node:stream';
import pTimeout from 'p-timeout';
import { Failure } from '../../core/failure.ts';

export interface Expected {
  /** Of what, for people. */
  what: string;
  /** Undefined where OSS did not say. */
  bytes: number | undefined;
  /** After so long without a byte it is given up. */
  silenceMs: number;
}

/** A body as it comes: raw, counted, never more than was said. Throws STORE_UNAVAILABLE for one that is cut, too long or silent. */
export async function* bodyOf(stream: Readable, expected: Expected): AsyncGenerator<Buffer> {
  const { what, bytes, silenceMs } = expected;
  const silent = `${what}: OSS fell silent for ${silenceMs / 1000} s`;
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let received = 0;
  try {
    for (;;) {
      const next = await pTimeout(chunks.next(), { milliseconds: silenceMs, message: silent });
      if (next.done) break;
      received += next.value.length;
      if (bytes !== undefined && received > bytes) throw unlike(what, 'bytes', bytes, received);
      yield next.value;
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const message = `${what}: expected a whole body, it broke off after ${received} bytes`;
    throw new Failure('STORE_UNAVAILABLE', message, { cause });
  } finally {
    stream.destroy();
  }
  if (bytes !== undefined && received !== bytes) throw unlike(what, 'bytes', bytes, received);
}

/** What came is not what OSS said, or has: a moment's fault, like the network's. */
export function unlike(what: string, of: string, expected: unknown, received: unknown): Failure {
  const message = `${what}: expected ${of} ${String(expected)}, received ${String(received)}`;
  return new Failure('STORE_UNAVAILABLE', message);
}
