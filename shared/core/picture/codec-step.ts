import { Failure, type FailureCode } from '../failure.ts';

/** Errors of our own code: a decoder that refuses a picture throws none of these. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** libheif calls it an error of memory where a file says more of itself than it will believe. */
const LIMIT = /security limit/i;

/**
 * Runs a step of the codec and says in our words what went wrong: the one place where what a decoder says of a damaged
 * picture becomes the picture's fault, whatever the words. libvips' own text is not passed on: in a shared process it
 * can speak of another job's file. Running out of memory is nobody's picture's fault, and neither is a bug of ours.
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
    throw new Failure(code, `${expected}, ${reasonIn(text)}`, { cause });
  }
}

function reasonIn(text: string): string {
  if (/premature|truncated|end of|unexpected end/i.test(text)) return 'it ends too soon';
  return /timeout/i.test(text) ? 'it took too long' : 'the codec refused it';
}
