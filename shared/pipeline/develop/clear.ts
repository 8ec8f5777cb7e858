import { isVersion, manifestKey, parseDerivativeKey } from '../../core/set/keys.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { keepPurge } from '../removal/purges.ts';

/**
 * Removes all that one original has in the derivatives bucket, and nothing that belongs to an original whose
 * key begins alike. Listed rather than read from the manifest, since a run that died left files that no
 * manifest names. Answers how many objects went.
 */
export async function clearSet(original: string, darkroom: Darkroom): Promise<number> {
  const { derivatives } = darkroom;
  const keys = await keysOfSet(original, derivatives);
  if (keys.length === 0) return 0;
  await keepPurge({ class: 'delete', directory: `${original}/`, files: keys }, darkroom);
  await derivatives.remove(keys);
  return keys.length;
}

/** The manifest and the files of every version. */
export async function keysOfSet(
  original: string,
  derivatives: Pick<ObjectStore, 'list'>,
): Promise<string[]> {
  const keys: string[] = [];
  // The delimiter keeps the listing short where other originals lie below this key as in a folder.
  for await (const entry of derivatives.list(`${original}/`, { delimiter: '/' })) {
    if ('key' in entry) {
      if (entry.key === manifestKey(original)) keys.push(entry.key);
    } else if (isVersion(entry.prefix.slice(original.length + 1, -1))) {
      keys.push(...(await derivativesUnder(entry.prefix, original, derivatives)));
    }
  }
  return keys;
}

async function derivativesUnder(
  prefix: string,
  original: string,
  derivatives: Pick<ObjectStore, 'list'>,
) {
  const keys: string[] = [];
  for await (const entry of derivatives.list(prefix)) {
    if ('key' in entry && parseDerivativeKey(entry.key)?.original === original) {
      keys.push(entry.key);
    }
  }
  return keys;
}
