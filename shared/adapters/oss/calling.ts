import pRetry from 'p-retry';
import pTimeout from 'p-timeout';
import { Failure } from '../../core/failure.ts';
import { failureFrom } from './failures.ts';

/** ali-oss retries connection errors only: neither 5xx, nor throttling, nor timeouts. */
export const RETRIES = {
  retries: 4,
  minTimeout: 100,
  maxTimeout: 2000,
  factor: 3,
  randomize: true,
};
const ATTEMPT_MS = 30_000;
/** For all attempts of one call, and the pauses between them. */
const CALL_MS = 60_000;
/** So much before their time timers may end. */
const EARLY_MS = 20;

export interface Attempt {
  /** In milliseconds; for ali-oss, so that the socket ends with it. */
  timeout: number;
  /** When it is over, for what ali-oss has handed on. */
  signal: AbortSignal;
}

/**
 * Tries again what may pass, until there is no time left. Throws STORE_UNAVAILABLE, STORE_DENIED, ORIGINAL_ARCHIVED
 * or UNEXPECTED.
 */
export async function calling<T>(
  what: string,
  run: (attempt: Attempt) => Promise<T>,
  giveUpAt?: Date,
): Promise<T> {
  const now = Date.now();
  const until = Math.min(now + CALL_MS, giveUpAt?.getTime() ?? Number.POSITIVE_INFINITY);
  let last: Failure | undefined;
  const attempt = async () => {
    const left = until - Date.now();
    if (left <= 0) throw last ?? tooLate(what);
    try {
      return await within(Math.min(ATTEMPT_MS, left), run);
    } catch (cause) {
      const failure = failureFrom(what, cause);
      // What was cut short at the end tells less than the answers before it.
      const isCutShort = failure.kind === 'transient' && Date.now() > until - EARLY_MS;
      last = (isCutShort ? last : undefined) ?? failure;
      throw last;
    }
  };
  return await pRetry(attempt, {
    ...RETRIES,
    maxRetryTime: Math.max(0, until - now),
    shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
  });
}

function tooLate(what: string): Failure {
  return new Failure('STORE_UNAVAILABLE', `${what}: no time was left to ask OSS`);
}

async function within<T>(timeout: number, run: (attempt: Attempt) => Promise<T>): Promise<T> {
  const over = new AbortController();
  try {
    const attempt = { timeout, signal: over.signal };
    return await pTimeout(run(attempt), { milliseconds: timeout });
  } finally {
    over.abort();
  }
}
