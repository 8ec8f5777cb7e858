import { Failure } from '../../core/failure.ts';

/** What ali-oss throws, as Failures. Nobody else reads its errors. */

/** Of a 404 that says nothing more: of whatever is between us and OSS, of a wrong host, or of OSS to a HEAD. */
export const NO_CODE = 'NoCode';
/** Of an answer that is no XML document where one is due, or not all of it. */
export const UNREADABLE = 'UnreadableAnswer';

/** OSS says of this very bucket that it has no such thing. A symlink that leads nowhere is as good as none: nothing can be read. */
const GONE = new Set([
  'NoSuchKey',
  'SymlinkTargetNotExist',
  'InvalidTargetType',
  'NoSuchCORSConfiguration',
  'NoSuchLifecycle',
  'NoSuchWebsiteConfiguration',
]);

const MISSING = Symbol('missing');

/** What is missing is no failure. */
export async function orUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.facts.missing === MISSING) return undefined;
    throw thrown;
  }
}

export function missing(what: string, facts: Record<string, unknown>): Failure {
  return new Failure('UNEXPECTED', `${what}: there is no such object`, {
    ...facts,
    missing: MISSING,
  });
}

/** A 404 that is no word of OSS about this key. */
export function isUnclear(failure: Failure): boolean {
  return failure.facts.unclear === true;
}

/** `status` is -1 or -2 for connection errors, undefined for a timeout. */
export function failureFrom(what: string, cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const { status, code, name, requestId } = cause as Record<string, unknown>;
  const facts = { cause, status, ossCode: code, ossRequestId: requestId };
  const said = `${String(code ?? name)}${status ? `, status ${String(status)}` : ''}`;
  if (isPassing(cause as Record<string, unknown>)) {
    return new Failure('STORE_UNAVAILABLE', `${what}: OSS did not answer (${said})`, facts);
  }
  // Whoever may upload may make a symlink lead to a symlink: its status is no 404.
  if (GONE.has(String(code))) return missing(what, facts);
  if (status === 404) return notFound(what, said, facts);
  if (status === 403) return refused(what, said, facts);
  return new Failure('UNEXPECTED', `${what}: OSS answered ${said}`, facts);
}

function isPassing({ status, code, name }: Record<string, unknown>): boolean {
  if (/Timeout|Limit|ConnectionError/i.test(`${String(code)} ${String(name)}`)) return true;
  if (typeof status !== 'number') return code === UNREADABLE;
  // An error about an answer that began well: it was cut.
  if (status < 0 || (status >= 200 && status < 300)) return true;
  return status === 429 || (status >= 500 && status !== 501);
}

type Facts = Record<string, unknown> & { ossCode: unknown };

function notFound(what: string, said: string, facts: Facts): Failure {
  if (facts.ossCode === 'NoSuchBucket') {
    return new Failure('STORE_DENIED', `${what}: OSS refused (${said})`, facts);
  }
  const message = `${what}: expected OSS to say whether it is there, received ${said}`;
  return new Failure('STORE_UNAVAILABLE', message, { ...facts, unclear: true });
}

function refused(what: string, said: string, facts: Facts): Failure {
  if (facts.ossCode === 'InvalidObjectState') {
    const message = `${what}: expected an object that can be read, it is archived (Archive, Cold Archive or Deep Cold Archive): restore it, then upload it again or run a backfill`;
    return new Failure('ORIGINAL_ARCHIVED', message, facts);
  }
  if (facts.ossCode === 'RequestTimeTooSkewed') {
    const message = `${what}: OSS refused (${said}), the clock of this machine is more than 15 minutes wrong: set it`;
    return new Failure('STORE_DENIED', message, facts);
  }
  return new Failure('STORE_DENIED', `${what}: OSS refused (${said})`, facts);
}
