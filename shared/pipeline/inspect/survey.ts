import type { PresetList } from '../../core/list/preset-list.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Manifest, OriginalObject } from '../../core/set/manifest.ts';
import { type Status, statusOf } from '../../core/set/status.ts';
import type { Stores } from '../darkroom.ts';
import { findManifest } from '../stored-set.ts';

/** Looking at originals and their sets without touching them. */
export interface SurveyStores extends Pick<Stores, 'originals' | 'derivatives'> {
  /** In force. */
  presets: { list: PresetList; fingerprint: string };
}

export interface Surveyed {
  status: Status;
  /** 'unreadable' where something else lies in its place. */
  manifest: Manifest | 'unreadable' | undefined;
}

/** One small request. An original from a listing has no CRC-64: ETag and size alone are compared then. */
export async function lookAt(
  key: string,
  original: OriginalObject | undefined,
  { derivatives, presets }: Pick<SurveyStores, 'derivatives' | 'presets'>,
): Promise<Surveyed> {
  const manifest = unusableKey(key) ? undefined : await findManifest(key, derivatives);
  const readable = manifest === 'unreadable' ? undefined : manifest;
  const status = statusOf({
    key,
    original: original && { ...withChecksum(original, readable), key },
    manifest: readable,
    list: presets.list,
    listFingerprint: presets.fingerprint,
  });
  return { status, manifest };
}

function withChecksum(original: OriginalObject, manifest: Manifest | undefined): OriginalObject {
  const { key, etag, bytes, crc64 = manifest?.original.crc64 } = original;
  return { key, etag, bytes, ...(crc64 === undefined ? {} : { crc64 }) };
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
