/** What of a manifest tells how far a photo is. */
export interface Progress {
  complete: boolean;
  original: { etag: string };
  takenDown?: object | undefined;
  state?: 'blocked' | 'held' | undefined;
  failure?: object | undefined;
  variants: readonly { state: string; aged?: boolean | undefined }[];
}

/** As stateOfSet of shared/core/set/photo-state.ts; test/client/state.test.ts compares. */
export function progressOf(
  manifest: Progress | undefined,
  etag: string | undefined,
): 'pending' | 'ready' | 'partly-failed' | 'failed' | 'blocked' | 'held' | 'absent' {
  if (manifest?.takenDown) return 'absent';
  if (!manifest || (etag && bare(etag) !== bare(manifest.original.etag))) return 'pending';
  if (manifest.state) return manifest.state;
  const { complete, failure, variants } = manifest;
  const states = variants.map(({ state }) => state);
  if (complete) return 'ready';
  if (!states.includes('rendered') && !variants.some(({ aged }) => aged)) return 'failed';
  return failure || states.includes('failed') ? 'partly-failed' : 'ready';
}

const bare = (etag: string): string => etag.replace(/"/g, '').toUpperCase();
