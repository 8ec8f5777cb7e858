/** What of a manifest tells how far a photo is. */
export interface Progress {
  complete: boolean;
  original: { etag: string };
  takenDown?: object | undefined;
  failure?: object | undefined;
  variants: readonly { state: string; deferred?: boolean | undefined }[];
}

/** As stateOfSet of shared/core/set/photo-state.ts; test/client/state.test.ts compares. */
export function progressOf(
  manifest: Progress | undefined,
  etag: string | undefined,
): 'pending' | 'ready' | 'partly-failed' | 'failed' | 'absent' {
  if (manifest?.takenDown) return 'absent';
  if (!manifest || (etag && bare(etag) !== bare(manifest.original.etag))) return 'pending';
  if (manifest.complete) return 'ready';
  const { variants, failure } = manifest;
  const isOnlyDeferred = !failure && variants.some(({ deferred }) => deferred);
  if (isOnlyDeferred && variants.every(({ state }) => state !== 'failed')) return 'ready';
  return manifest.variants.some(({ state }) => state === 'rendered') ? 'partly-failed' : 'failed';
}

const bare = (etag: string): string => etag.replace(/"/g, '').toUpperCase();
