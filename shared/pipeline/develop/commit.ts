import { manifestKey } from '../../core/set/keys.ts';
import { isSaidAlike, isSameObject, type Manifest } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';
import { LONG_MS, type Writer } from '../removal/take-down-guard.ts';
import { writeManifest } from '../stored-set.ts';
import type { Observed } from './observe.ts';

/**
 * Writes the manifest, if the original, the list in force and the manifest that was there are still as seen. If one of
 * them moved, before the PUT or after it, answers undefined, and the caller starts over.
 *
 * The second look closes a race that the first cannot: if somebody handled a newer state between our first look and our
 * PUT, our manifest has replaced theirs. If something moves only after the second look, its own event comes later and
 * finds our manifest.
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

/**
 * While it was looked at for long, a delete may have removed what the manifest names, and the same bytes have come again:
 * all is as it was seen, but for the files.
 */
export async function commitOrDoubt(
  manifest: Manifest,
  seen: Observed,
  writer: Pick<Writer, 'mayHaveReplaced'>,
  darkroom: Darkroom,
): Promise<Observed | undefined> {
  const since = Date.now();
  const committed = await commit(manifest, seen, darkroom);
  if (Date.now() - since > LONG_MS) writer.mayHaveReplaced = true;
  return committed;
}

type Looking = Pick<Darkroom, 'originals' | 'derivatives' | 'listInForce'>;

/** Looks one after the other until one is quick: of a store that is slow for all, the last is believed. */
const LOOKS = 3;

/**
 * Whether all is as it was seen: three small requests, side by side. One of them may take so long that what the others
 * answered is no more than history: then all are asked again.
 */
export async function isAsSeen(seen: Observed, darkroom: Looking): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    const since = Date.now();
    if (!(await isAsSeenOnce(seen, darkroom))) return false;
    if (look === LOOKS || Date.now() - since <= LONG_MS) return true;
  }
}

async function isAsSeenOnce(
  { key, original, listFingerprint, manifestEtag }: Observed,
  { originals, derivatives, listInForce }: Looking,
): Promise<boolean> {
  const [object, list, manifest] = await Promise.all([
    originals.head(key),
    listInForce.fresh(),
    derivatives.head(manifestKey(key)),
  ]);
  const isSame =
    original && object
      ? object.etag === original.etag &&
        isSameObject(object, original) &&
        isSaidAlike(object, original)
      : object === original;
  return isSame && list.fingerprint === listFingerprint && manifest?.etag === manifestEtag;
}
