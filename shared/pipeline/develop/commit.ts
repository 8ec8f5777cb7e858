import { manifestKey } from '../../core/set/keys.ts';
import { isSameObject, type Manifest } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';

/** A reader may see a set this long after it was replaced. */
const MANIFEST_CACHE = 'public, max-age=60';

/**
 * Puts the manifest in force, unless the original moved meanwhile: then false, and the caller starts over.
 *
 * The second look closes a race that the first cannot: whoever handled the newer original may have finished
 * between our first look and our PUT, and then our manifest has just replaced theirs. Seen after the PUT, a
 * moved original sends us round again; not moved, any later event finds our manifest.
 */
export async function commit(manifest: Manifest, darkroom: Darkroom): Promise<boolean> {
  if (!(await isCurrent(manifest, darkroom))) return false;
  await putManifest(manifest, darkroom);
  return await isCurrent(manifest, darkroom);
}

export async function putManifest(
  manifest: Manifest,
  { derivatives }: Pick<Darkroom, 'derivatives'>,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  await derivatives.put(manifestKey(manifest.original.key), bytes, {
    contentType: 'application/json',
    cacheControl: MANIFEST_CACHE,
  });
}

async function isCurrent({ original }: Manifest, { originals }: Darkroom): Promise<boolean> {
  const now = await originals.head(original.key);
  return now !== undefined && isSameObject(now, original);
}
