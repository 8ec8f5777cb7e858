import type { FailureCode } from '../failure.ts';
import type { PresetList } from '../list/preset-list.ts';
import type { Content } from '../picture/content.ts';
import type { Focus } from '../picture/focus.ts';
import { type Picture, pictureSchema } from '../picture/picture.ts';
import type { Placeholder } from '../picture/placeholder.ts';
import type { Texts } from '../watermark/mark-text.ts';
import { unusableKey, versionOf } from './keys.ts';
import { isSameObject, type Manifest, type OriginalObject } from './manifest.ts';

/** What is seen of one key: the original, its manifest, and the list that was in force then. */
export interface Seen {
  key: string;
  /** Undefined where it is gone. */
  original: OriginalObject | undefined;
  manifest: Manifest | undefined;
  /** All files of the set with when they were written, ISO-8601, where somebody listed them. */
  there?: ReadonlyMap<string, string>;
  /** Those of them that the manifest does not name. */
  leftovers?: string[];
  /** Files that a bulk run makes anew, also where a view made them; with when they were made. */
  anew?: ReadonlyMap<string, string>;
  list: PresetList;
  /** As manifests name the list. */
  listFingerprint: string;
}

export type SeenOriginal = Seen & { original: OriginalObject };

/** Whether the manifest was made from the very bytes that are there now: only then does it say anything of them. */
export function isCurrent({ original, manifest }: Seen): boolean {
  return (
    original !== undefined && manifest !== undefined && isSameObject(manifest.original, original)
  );
}

/** Of the original as it is now, as its derivatives' keys name it: the same bytes stay the same version. */
export function versionIn(seen: SeenOriginal): string {
  return isCurrent(seen) && seen.manifest ? seen.manifest.version : versionOf(seen.original.etag);
}

/** What an earlier attempt learnt of these very bytes, so that they need not be read again to plan. */
export function pictureIn(seen: Seen): Picture | undefined {
  if (!seen.manifest || !isCurrent(seen) || unusableKey(seen.key)) return undefined;
  const {
    key: _k,
    etag: _e,
    bytes: _b,
    crc64: _c,
    focus: _f,
    said: _s,
    placeholder: _p,
    content: _m,
    ...facts
  } = seen.manifest.original;
  return pictureSchema.safeParse(facts).data;
}

/** What the uploader says now, if it can be read. */
export function focusIn({ original }: Seen): Focus | undefined {
  return typeof original?.focus === 'object' ? original.focus : undefined;
}

/** What is said of this original, for its watermarks. */
export function textsIn({ original }: Seen): Texts {
  return original?.texts ?? {};
}

export function placeholderIn(seen: Seen): Placeholder | undefined {
  return isCurrent(seen) ? seen.manifest?.original.placeholder : undefined;
}

/** Measured once: what is made of these bytes later goes by the same. */
export function contentIn(seen: Seen): Content | undefined {
  return isCurrent(seen) ? seen.manifest?.original.content : undefined;
}

/** Whether people may know it: of these very bytes a set was published, and no verdict is still to come. */
export function isPublished(seen: Seen): boolean {
  const { manifest } = seen;
  if (!manifest || !isCurrent(seen) || manifest.state || manifest.failure) return false;
  return !manifest.unjudged && manifest.variants.length > 0;
}

/** Why nothing can be made of the original. A recorded failure stands until the original or the list changes. */
export function failureIn(seen: Seen): { code: FailureCode; message: string } | undefined {
  const { key, original, manifest, listFingerprint } = seen;
  const unusable = original && unusableKey(key);
  if (unusable) return { code: 'KEY_UNUSABLE', message: unusable };
  if (!manifest || !isCurrent(seen)) return undefined;
  if (manifest.state) return { code: 'PICTURE_WITHHELD', message: WITHHELD[manifest.state] };
  return manifest.presets === listFingerprint ? manifest.failure : undefined;
}

export const WITHHELD = {
  blocked: 'it was judged, and is not published',
  held: 'it is not published before somebody, or the service that judges, says so',
} as const satisfies Record<NonNullable<Manifest['state']>, string>;
