import { failureOf } from '../../core/failure.ts';

/**
 * A key that no store takes is nobody's file. Whatever else fails is told to whoever operates this: a store that does not
 * answer, or refuses what we wrote ourselves, says nothing of the file.
 */
export async function unlessUnusable<T>(look: () => Promise<T>): Promise<T | { found: 'nothing' }> {
  try {
    return await look();
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure.code !== 'KEY_UNUSABLE') throw failure;
    return { found: 'nothing' };
  }
}
