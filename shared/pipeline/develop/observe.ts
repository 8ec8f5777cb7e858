import type { Manifest } from '../../core/set/manifest.ts';
import type { Seen, SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import { readManifest } from '../stored-set.ts';

export interface Observed extends Seen {
  /** As it lies in the bucket. Where `manifest` is another, seen otherwise, what differs is to be committed. */
  stored: Manifest | undefined;
}

export type ObservedOriginal = Observed & SeenOriginal;

/** What there is for a key now, whatever an event said of it: two small requests, side by side, and the list in force. */
export async function observe(
  key: string,
  darkroom: Pick<Darkroom, 'originals' | 'derivatives' | 'listInForce' | 'amend'>,
): Promise<Observed> {
  const [original, stored, { list, fingerprint }] = await Promise.all([
    darkroom.originals.head(key),
    readManifest(key, darkroom.derivatives),
    darkroom.listInForce.current(),
  ]);
  const manifest = stored && darkroom.amend ? darkroom.amend(stored) : stored;
  return { key, original, manifest, stored, list, listFingerprint: fingerprint };
}
