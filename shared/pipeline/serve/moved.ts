import { isAsked } from '../../core/set/asked.ts';
import { parseDerivativeKey } from '../../core/set/keys.ts';
import type { ManifestVariant } from '../../core/set/manifest.ts';
import { variantsOf } from '../../core/set/plan.ts';
import { isCurrent, pictureIn, type SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';

/**
 * The file that now has the place of one that is not declared, because its version was replaced, its recipe edited, or a
 * copy gave the same bytes another ETag: same preset, width and format, and no other width, which would be another
 * file's place. Never the key that was asked for, so that a redirect ends.
 */
export async function currentKeyFor(
  key: string,
  seen: SeenOriginal,
  { derivatives }: Pick<Darkroom, 'derivatives'>,
): Promise<string | undefined> {
  const { manifest, list } = seen;
  if (!manifest || manifest.failure || !isAsked(seen.original, list)) return undefined;
  const current = manifest.variants.find(one => one.key !== key && hasSamePlace(one.key, key));
  if (!current) return undefined;
  const isThere = current.state === 'rendered' && (await derivatives.head(current.key));
  return isThere || wouldBeMade(current, seen) ? current.key : undefined;
}

function hasSamePlace(key: string, other: string): boolean {
  const [a, b] = [parseDerivativeKey(key), parseDerivativeKey(other)];
  return a?.preset === b?.preset && a?.width === b?.width && a?.format === b?.format;
}

/** A miss makes files of the original as it is now, as the list in force wants them: any other would lead nowhere. */
function wouldBeMade({ state, key }: ManifestVariant, seen: SeenOriginal): boolean {
  if (state !== 'on_demand' && state !== 'rendered') return false;
  const picture = isCurrent(seen) ? pictureIn(seen) : undefined;
  if (!picture) return false;
  return variantsOf(seen, picture).some(one => one.key === key && !one.impossible);
}
