import type { PresetList } from '../list/preset-list.ts';
import { retentionMilliseconds } from '../list/times.ts';
import { askedOf, isAsked } from './asked.ts';
import { isPastKeep } from './keep.ts';
import { unusableKey, versionOf } from './keys.ts';
import type { OriginalObject } from './manifest.ts';
import type { Pair } from './side-by-side.ts';

/**
 * What a listing alone says that nobody attended to. `undeveloped`: there is no manifest. `outdated`: it was last
 * written before the original was. `leftovers`: files of versions that were replaced, although their time is over;
 * after a copy onto itself an original has another ETag than its files' version is of: the manifest tells these apart.
 * `overdue`: files that are older than their preset's `keep`.
 */
export type Neglect = 'undeveloped' | 'outdated' | 'leftovers' | 'overdue';

type Ageing = Pick<OriginalObject, 'uploadedAt' | 'isArchived'>;

/** What is younger may be in the hands of a run, or of an event that comes late. */
export const PATIENCE_MS = 3600_000;

/**
 * All that it may be, none where the original was not listed: sets without one are looked at otherwise. How old files of a
 * symlink may become, what it leads to decides: `behind`.
 */
export function neglectsOf(
  pair: Pair,
  { list, now, behind }: { list: PresetList; now: Date; behind?: Ageing | undefined },
): Neglect[] {
  const { key, original, manifestAt } = pair;
  if (!original || unusableKey(key)) return [];
  const isOver = (at: string | undefined, more = 0) =>
    at !== undefined && now.getTime() - Date.parse(at) > PATIENCE_MS + more;
  const isWaiting = isAsked({ key, bytes: original.bytes }, list) && isOver(original.modifiedAt);
  if (manifestAt === undefined) {
    return isWaiting || isOver(pair.youngestAt) ? ['undeveloped'] : [];
  }
  const isOutdated = isWaiting && manifestAt < original.modifiedAt;
  const isPast = isOver(manifestAt, retentionMilliseconds(list));
  const hasLeftovers = isPast && hasOthers(pair, versionOf(original.etag));
  return [
    ...(isOutdated ? (['outdated'] as const) : []),
    ...(hasLeftovers ? (['leftovers'] as const) : []),
    ...(isOverdue(pair, { list, now, behind }) ? (['overdue'] as const) : []),
  ];
}

/** By the very rule that a run goes by once the set is listed: no set is handed over in vain each night. */
function isOverdue(
  { key, original, oldestAt = {} }: Pair,
  { list, now, behind }: { list: PresetList; now: Date; behind: Ageing | undefined },
): boolean {
  if (!original) return false;
  const { modifiedAt: uploadedAt, isArchived, bytes } = original;
  const facts = behind ?? { uploadedAt, ...(isArchived ? { isArchived } : {}) };
  const isPast = (preset: PresetList['presets'][number]) =>
    preset.keep !== undefined &&
    oldestAt[preset.name] !== undefined &&
    isPastKeep(preset, {
      original: facts,
      madeAt: oldestAt[preset.name],
      now: now.toISOString(),
    });
  const past = list.presets.filter(isPast);
  if (past.length === 0) return false;
  const asked = new Set(askedOf({ key, bytes }, list).presets);
  return past.some(preset => asked.has(preset));
}

function hasOthers({ version = '', isMixed }: Pair, current: string): boolean {
  return isMixed || (version !== '' && version !== current);
}
