import type { OriginalObject } from '../../core/set/manifest.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Darkroom } from '../darkroom.ts';
import { findManifest } from '../stored-set.ts';
import { takeDownOf } from './take-down-records.ts';

/**
 * A symlink shows its target's picture: what was taken down stays down through it. No take-down of its own is made of it,
 * since it may lead elsewhere tomorrow. What is no link costs no request more.
 */

type Looking = Pick<Darkroom, 'originals' | 'derivatives' | 'config' | 'log' | 'now'>;

/** A HEAD of an original; of a link with what holds for its target. */
export async function headBehindLink(
  key: string,
  darkroom: Looking,
): Promise<OriginalObject | undefined> {
  const original = await darkroom.originals.head(key);
  if (!original?.link || unusableKey(original.link.target)) return original;
  const record = await takeDownOf(original.link.target, darkroom);
  if (record === 'lifted') return original;
  return record ? taken(original) : await withTombstone(original, darkroom.derivatives);
}

/** By its target's tombstone alone, for those who only look. */
export async function withTombstone(
  original: OriginalObject,
  derivatives: Pick<Darkroom['derivatives'], 'get'>,
): Promise<OriginalObject> {
  const { link } = original;
  if (!link || unusableKey(link.target)) return original;
  const manifest = await findManifest(link.target, derivatives);
  return manifest !== 'unreadable' && manifest?.takenDown ? taken(original) : original;
}

function taken(original: OriginalObject): OriginalObject {
  return original.link ? { ...original, link: { ...original.link, isDown: true } } : original;
}
