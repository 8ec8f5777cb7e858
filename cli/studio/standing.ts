import { isPending, isWhole, type Status } from '../../shared/core/set/status.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { urlOf } from '../../shared/core/work/purge.ts';
import type { AlbumEntry, State } from '../../studio/wire.ts';

/** How one original stands, in one word. */
export function stateOf(status: Status): State {
  if (status.takenDown) return 'taken-down';
  if (status.withheld) return status.withheld;
  if (status.failure) return 'failed';
  if (status.variants.length === 0) return 'not-asked';
  if (isPending(status)) return 'developing';
  if (status.variants.some(({ state }) => state === 'failed')) return 'partly-failed';
  return isWhole(status) ? 'ready' : 'incomplete';
}

export function entryOf(status: Status, manifest: Manifest | undefined, cdn: string): AlbumEntry {
  const { key, original } = status;
  const eager = status.variants.filter(
    ({ generate, state }) => generate === 'eager' && state !== 'skipped' && state !== 'aged',
  );
  const thumbnail = manifest && thumbnailOf(manifest);
  const placeholder = manifest?.original.placeholder;
  return {
    key,
    bytes: original?.bytes ?? 0,
    ...(original?.uploadedAt ? { uploadedAt: original.uploadedAt } : {}),
    state: stateOf(status),
    done: eager.filter(({ state }) => state === 'rendered').length,
    wanted: eager.length,
    ...(thumbnail ? { thumbnail: urlOf(cdn, thumbnail) } : {}),
    ...(placeholder ? { placeholder } : {}),
  };
}

/** CSS pixels of a tile, twice. */
const WANTED_WIDTH = 400;

function thumbnailOf({ variants }: Manifest): string | undefined {
  const shown = variants.filter(({ state, format }) => state === 'rendered' && format !== 'avif');
  const distance = ({ width }: { width: number }) => Math.abs(width - WANTED_WIDTH);
  return shown.sort((a, b) => distance(a) - distance(b))[0]?.key;
}
