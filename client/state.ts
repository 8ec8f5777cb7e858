/** What of a manifest tells how far a photo is. */
export interface Progress {
  complete: boolean;
  original: { etag: string };
  takenDown?: object | undefined;
  failure?: object | undefined;
  variants: readonly { state: string }[];
}

/** As stateOfSet of shared/core/set/photo-state.ts; test/client/state.test.ts compares. */
export function progressOf(
  manifest: Progress | undefined,
  etag: string | undefined,
): 'pending' | 'ready' | 'partly-failed' | 'failed' | 'absent' {
  if (manifest?.takenDown) return 'absent';
  if (!manifest || (etag && bare(etag) !== bare(manifest.original.etag))) return 'pending';
  const has = (wanted: string) => manifest.variants.some(({ state }) => state === wanted);
  if (manifest.complete) return 'ready';
  if (!has('rendered')) return 'failed';
  return manifest.failure || has('failed') ? 'partly-failed' : 'ready';
}

const bare = (etag: string): string => etag.replace(/"/g, '').toUpperCase();
