import type { Seen, SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import { headBehindLink } from '../removal/behind-link.ts';
import { lookUpManifest } from '../stored-set.ts';

export interface Looked extends Seen {
  /** Of the manifest, or of what lies in its place. */
  manifestEtag: string | undefined;
}

export type LookedOriginal = Looked & SeenOriginal;

/**
 * What there is of an original, for whoever waits: the manifest is taken at its word, and nothing is listed, which the
 * function of a miss has no right to.
 */
export async function lookAt(key: string, darkroom: Darkroom): Promise<Looked> {
  const { derivatives, listInForce } = darkroom;
  const [original, found, { list, fingerprint }] = await Promise.all([
    headBehindLink(key, darkroom),
    lookUpManifest(key, derivatives),
    listInForce.current(),
  ]);
  const manifest = found.manifest === 'unreadable' ? undefined : found.manifest;
  return { key, original, manifest, manifestEtag: found.etag, list, listFingerprint: fingerprint };
}
