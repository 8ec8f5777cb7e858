import { Failure } from '../../core/failure.ts';
import { MAX_KEY_BYTES } from '../../core/set/keys.ts';

/** Throws KEY_UNUSABLE for a key that would reach OSS as another one, or not at all. */
export function checkKey(key: string): void {
  const expected = expectedOf(key);
  if (expected) {
    const message = `expected ${expected}, received ${JSON.stringify(key)}`;
    throw new Failure('KEY_UNUSABLE', message, { key });
  }
}

/** No key that begins like this can be worked with. */
export function checkPrefix(prefix: string): void {
  if (/^[/\\]/.test(prefix)) checkKey(prefix);
}

function expectedOf(key: string): string | undefined {
  if (key === '') return 'a key';
  // ali-oss 6.23 takes slashes away there, and OSS refuses both.
  if (/^[/\\]/.test(key)) {
    return `a key that does not begin with ${key.charAt(0)} (did you mean ${key.replace(/^[/\\]+/, '')}?)`;
  }
  // ali-oss 6.23 folds them after signing.
  if (/(^|\/)\.\.?(\/|$)/.test(key)) return 'a key without . and .. segments';
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `a key of at most ${MAX_KEY_BYTES} bytes, not of ${bytes}`;
  return /\p{Surrogate}/u.test(key) ? 'a key of whole characters' : undefined;
}
