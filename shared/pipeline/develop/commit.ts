import { manifestKey } from '../../core/set/keys.ts';
import { isSameObject, type Manifest } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeManifest } from '../stored-set.ts';
import type { Observed } from './observe.ts';

/**
 * Puts the manifest in force, unless something that it was planned from moved meanwhile: the original, the list in
 * force, or the manifest that was there. Then undefined, and the caller starts over.
 *
 * The second look closes a race that the first cannot: whoever handled what is newer may have finished between our
 * first look and our PUT, and then our manifest has just replaced theirs. Where something is seen to have moved after
 * the PUT, the caller goes round again; where nothing has, any later event finds our manifest.
 */
export async function commit(
  manifest: Manifest,
  seen: Observed,
  darkroom: Darkroom,
): Promise<Observed | undefined> {
  if (!(await isAsSeen(seen, darkroom))) return undefined;
  const { etag } = await writeManifest(manifest, darkroom.derivatives);
  const now = { ...seen, manifest, stored: manifest, known: manifest, manifestEtag: etag };
  return (await isAsSeen(now, darkroom)) ? now : undefined;
}

/** Three small requests, side by side. */
export async function isAsSeen(
  { key, original, listFingerprint, manifestEtag }: Observed,
  {
    originals,
    derivatives,
    listInForce,
  }: Pick<Darkroom, 'originals' | 'derivatives' | 'listInForce'>,
): Promise<boolean> {
  const [object, list, manifest] = await Promise.all([
    originals.head(key),
    listInForce.fresh(),
    derivatives.head(manifestKey(key)),
  ]);
  const isSame =
    original && object
      ? object.etag === original.etag && isSameObject(object, original)
      : object === original;
  return isSame && list.fingerprint === listFingerprint && manifest?.etag === manifestEtag;
}
