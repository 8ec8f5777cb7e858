import { Failure, type FailureCode } from '../failure.ts';
import { DECODE_SECONDS } from './limits.ts';

/** Errors of our own code: a decoder that refuses a picture throws none of these. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** libheif calls it an error of memory where a file says more of itself than it will believe. */
const LIMIT = /security limit/i;

/**
 * Runs a step of the codec and says in our words what went wrong: the one place where what a decoder says of a damaged
 * picture becomes the picture's fault, whatever the words. libvips' own text is not passed on: in a shared process it
 * can speak of another job's file. Running out of memory is nobody's picture's fault, neither is a bug of ours, and time
 * runs out on a busy machine, too.
 */
export async function attempt<T>(
  code: FailureCode,
  expected: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (BUGS.some(bug => cause instanceof bug)) throw cause;
    const text = cause instanceof Error ? cause.message : '';
    if (/memory|allocate/i.test(text) && !LIMIT.test(text)) {
      throw new Failure('UNEXPECTED', 'expected enough memory to render', { cause });
    }
    if (/^timeout/i.test(text)) throw late(expected, cause);
    throw new Failure(code, `${expected}, ${reasonIn(text)}`, { cause });
  }
}

function reasonIn(text: string): string {
  const isShort = /premature|truncated|end of|unexpected end/i.test(text);
  return isShort ? 'it ends too soon' : 'the codec refused it';
}

export function late(expected: string, cause?: unknown): Failure {
  return new Failure('DECODER_LATE', `${expected} within ${DECODE_SECONDS} s`, { cause });
}
