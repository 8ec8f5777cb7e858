import { isDeferred, isSaidAlike, type Manifest } from '../../core/set/manifest.ts';
import { PATIENCE_MS } from '../../core/set/neglect.ts';
import { isCurrent } from '../../core/set/seen.ts';
import { versionOfFile } from '../../core/set/unpurged.ts';
import { unfinishedKey, unfinishedSchema } from '../../core/work/unfinished.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord } from '../records.ts';
import { noteUnfinished } from '../removal/take-down-guard.ts';
import type { Observed, ObservedOriginal } from './observe.ts';

/** Before the commit, after which nobody may live to say it: word of what it leaves to others. */
export async function noteLeft(
  seen: ObservedOriginal,
  manifest: Manifest,
  darkroom: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  const { variants, retired, unjudged } = manifest;
  const found = new Set(seen.leftovers);
  const leavesFound = retired.some(file => found.has(file.key));
  if (unjudged || variants.some(isDeferred) || leavesFound || leavesReplaced(seen, manifest)) {
    await noteUnfinished(seen.key, darkroom);
  }
}

/**
 * Files retire that neither a rollout nor a listing brings anybody back for. A listing shows files of other versions; it
 * cannot tell those of the version in force from the others, nor what a manifest says of files that are gone. Of the first
 * kind is what goes since the uploader says another focus, since a copy without a CRC-64 gave the version's own ETag back,
 * or since a run that could make nothing recorded a focus or a list before this one.
 */
function leavesReplaced(seen: ObservedOriginal, { version, retired }: Manifest): boolean {
  const { original, known, there, listFingerprint } = seen;
  const before = new Set(known?.retired.map(file => file.key));
  const isListed = (key: string) => there?.has(key) === true && versionOfFile(key) !== version;
  const isAny = retired.some(({ key }) => !before.has(key) && !isListed(key));
  if (!isAny || !known) return isAny;
  const isRollout = isCurrent(seen) && known.presets !== listFingerprint;
  return !isRollout || !isSaidAlike(original, known.original);
}

/**
 * A record is left of files that are retired and that nobody comes back for: a listing found them and no manifest named
 * them, or the run that would is over by now. If a run that is to look twice (`isDoubted`) finds nothing retired any
 * more, it removes the record: but not where it was left a moment ago, by an attempt of its own or by another run, one of
 * whose writes may still take effect.
 */
export async function tendUnfinished(
  { key, leftovers = [] }: Pick<Observed, 'key' | 'leftovers'>,
  retired: Manifest['retired'],
  darkroom: Pick<Darkroom, 'config' | 'now' | 'isDoubted' | 'runMayEndAt'>,
): Promise<void> {
  const { config, now, isDoubted, runMayEndAt } = darkroom;
  const found = new Set(leftovers);
  const isLate = runMayEndAt !== undefined && now() > runMayEndAt;
  if (retired.some(file => isLate || found.has(file.key))) await noteUnfinished(key, darkroom);
  else if (config && isDoubted && retired.length === 0) {
    const isYoung = await isOfThisHour(key, { config, now });
    if (!isYoung) await config.remove([unfinishedKey(key)]);
  }
}

/** No sweep hands over what is younger. */
async function isOfThisHour(
  key: string,
  { config, now }: { config: ObjectStore; now(): Date },
): Promise<boolean> {
  const record = await findRecord(config, unfinishedKey(key), unfinishedSchema);
  if (!record || record === 'unreadable') return false;
  return now().getTime() - Date.parse(record.at) <= PATIENCE_MS;
}

/** Whether there is such a record. Only a run that a sweep asked for looks: no other pays a request for it. */
export async function isUnfinished(
  key: string,
  { config, isDoubted }: Pick<Darkroom, 'config' | 'isDoubted'>,
): Promise<boolean> {
  if (!config || !isDoubted) return false;
  return (await findRecord(config, unfinishedKey(key), unfinishedSchema)) !== undefined;
}
