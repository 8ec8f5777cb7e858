import type { PresetList } from '../../core/list/preset-list.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Manifest, OriginalObject } from '../../core/set/manifest.ts';
import { type Status, statusOf } from '../../core/set/status.ts';
import type { ListedObject } from '../../ports.ts';
import type { Clock, Stores } from '../darkroom.ts';
import { withTombstone } from '../removal/behind-link.ts';
import { findManifest } from '../stored-set.ts';

/** Looking at originals and their sets without touching them. */
export interface SurveyStores extends Pick<Stores, 'originals' | 'derivatives'>, Clock {
  /** In force. */
  presets: { list: PresetList; fingerprint: string };
}

export interface Surveyed {
  status: Status;
  /** 'unreadable' where something else lies in its place. */
  manifest: Manifest | 'unreadable' | undefined;
}

/**
 * One small request, and a HEAD where a listing alone cannot tell: it has no CRC-64, so that an original of the same size
 * and another ETag may have the same bytes; no metadata, so that one written since may be said to be about something
 * else; and not what a symlink leads to. If that is nowhere, the status has no original.
 */
export async function lookAt(
  key: string,
  original: OriginalObject | ListedObject | undefined,
  { originals, derivatives, presets, now: clock }: SurveyStores,
): Promise<Surveyed> {
  const manifest = unusableKey(key) ? undefined : await findManifest(key, derivatives);
  const readable = manifest === 'unreadable' ? undefined : manifest;
  const found = original && (await behindLink(key, original, originals));
  const isListed = found && 'modifiedAt' in found;
  const now = isListed ? await withHead(found, readable, originals) : found;
  const seen = {
    key,
    original: now && { ...(await withTombstone(now, derivatives)), key },
    manifest: readable,
    list: presets.list,
    listFingerprint: presets.fingerprint,
  };
  const status = statusOf(seen, clock());
  return { status, manifest };
}

/** Symlinks whose target is not there. */
export interface Dangling {
  links: number;
  first: string | undefined;
}

export function noDangling(): Dangling {
  return { links: 0, first: undefined };
}

export function noteDangling(dangling: Dangling, key: string): void {
  dangling.links += 1;
  dangling.first ??= key;
}

/** What a key of a listing is of. Undefined for a symlink whose target is not there. */
export async function behindLink<T extends { isLink?: true | undefined }>(
  key: string,
  listed: T | OriginalObject,
  originals: Pick<SurveyStores['originals'], 'head'>,
): Promise<T | OriginalObject | undefined> {
  return 'isLink' in listed && listed.isLink ? await originals.head(key) : listed;
}

/** The same ETag, not written since, is the same object, of which the manifest knows the rest. */
async function withHead(
  { key, etag, bytes, modifiedAt, isArchived }: ListedObject,
  manifest: Manifest | undefined,
  originals: Pick<SurveyStores['originals'], 'head'>,
): Promise<OriginalObject> {
  const uploadedAt = modifiedAt.toISOString();
  const listed = { key, etag, bytes, uploadedAt, ...(isArchived ? { isArchived } : {}) };
  const known = manifest?.original;
  if (known?.bytes !== bytes) return listed;
  const { crc64, focus, said } = known;
  if (known.etag !== etag && crc64 === undefined) return listed;
  // Of what was said a manifest has the name alone.
  if (
    said === undefined &&
    known.etag === etag &&
    modifiedAt <= new Date(manifest?.committedAt ?? 0)
  ) {
    return { ...listed, ...(crc64 ? { crc64 } : {}), ...(focus ? { focus } : {}) };
  }
  return (await originals.head(key)) ?? listed;
}

/** A reservoir: `size` originals of all, each as likely as any other, in the order they came. */
export async function sampleOf<T>(
  items: AsyncIterable<T>,
  size: number,
): Promise<{ sample: T[]; total: number }> {
  const held: { item: T; place: number }[] = [];
  let total = 0;
  for await (const item of items) {
    const slot = total < size ? total : Math.floor(Math.random() * (total + 1));
    if (slot < size) held[slot] = { item, place: total };
    total += 1;
  }
  held.sort((a, b) => a.place - b.place);
  return { sample: held.map(({ item }) => item), total };
}
