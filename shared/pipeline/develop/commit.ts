import { isSameObject, type Manifest } from '../../core/set/manifest.ts';
import type { Stores } from '../darkroom.ts';
import { writeManifest } from '../stored-set.ts';

/**
 * Puts the manifest in force, unless the original moved meanwhile: then false, and the caller starts over.
 *
 * The second look closes a race that the first cannot: whoever handled the newer original may have finished
 * between our first look and our PUT, and then our manifest has just replaced theirs. Where the original is seen to
 * have moved after the PUT, the caller goes round again; where it has not, any later event finds our manifest.
 */
export async function commit(
  manifest: Manifest,
  { originals, derivatives }: Pick<Stores, 'originals' | 'derivatives'>,
): Promise<boolean> {
  if (!(await isCurrent(manifest, originals))) return false;
  await writeManifest(manifest, derivatives);
  return await isCurrent(manifest, originals);
}

async function isCurrent({ original }: Manifest, originals: Stores['originals']): Promise<boolean> {
  const now = await originals.head(original.key);
  return now !== undefined && isSameObject(now, original);
}
