import { isAged, type Manifest } from './manifest.ts';

/**
 * What an application that waits for a photo needs to know. `pending`: not developed yet. `ready`: all files are
 * there, or made at once for whoever asks. `partly-failed`: some are, and can be shown. `failed`: there is nothing to
 * show. `blocked`, `held`: it was judged, or waits for its verdict, and is not published. `absent`: there are no files and
 * none will come, since it was taken down, or the original is gone or no rule asks for it; only a report can tell the
 * last two.
 */
export const photoStates = [
  'pending',
  'ready',
  'partly-failed',
  'failed',
  'blocked',
  'held',
  'absent',
] as const;
export type PhotoState = (typeof photoStates)[number];

type Seen = Pick<
  Manifest,
  'complete' | 'original' | 'variants' | 'takenDown' | 'failure' | 'state'
>;

/**
 * By the manifest, or undefined where there is none. With `etag`, the one that OSS answered an upload with, a
 * manifest of an earlier upload under that key is `pending`.
 */
export function stateOfSet(manifest: Seen | undefined, etag?: string): PhotoState {
  if (!manifest) return 'pending';
  if (manifest.takenDown) return 'absent';
  if (etag !== undefined && bare(etag) !== bare(manifest.original.etag)) return 'pending';
  if (manifest.state) return manifest.state;
  if (manifest.complete) return 'ready';
  const states = new Set(manifest.variants.map(({ state }) => state));
  if (!states.has('rendered') && !manifest.variants.some(isAged)) return 'failed';
  // Nothing failed: the rest was left for later, and is made for whoever asks for it.
  return manifest.failure || states.has('failed') ? 'partly-failed' : 'ready';
}

/** Quotes and letter case differ by source. */
const bare = (etag: string): string => etag.replaceAll('"', '').toUpperCase();
