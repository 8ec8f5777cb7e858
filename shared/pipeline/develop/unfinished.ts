import { isSameFocus, type Manifest } from '../../core/set/manifest.ts';
import { isCurrent } from '../../core/set/seen.ts';
import { newUnfinished, unfinishedKey } from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import type { Observed } from './observe.ts';

/**
 * If a write failed, it may still take effect after the last attempt. If files are left that go later, no event tells
 * when. Either way a record in `unfinished/` is left, and a later sweep hands the key over.
 */
export async function noteUnfinished(
  key: string,
  { config, now }: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  if (config) await writeRecord(config, unfinishedKey(key), newUnfinished(key, now()));
}

/**
 * If a listing found files that no manifest named, and they are retired now, a record is left; so it is where files retire
 * since the uploader says another focus, which no edit's rollout comes back for. If a run that a sweep asked for
 * (`isDoubted`) finds nothing retired any more, it removes the record.
 */
export async function tendUnfinished(
  seen: Observed,
  retired: Manifest['retired'],
  darkroom: Pick<Darkroom, 'config' | 'now' | 'isDoubted'>,
): Promise<void> {
  const { key, leftovers = [] } = seen;
  const found = new Set(leftovers);
  const isLeft = saysAnother(seen) ? retired.length > 0 : retired.some(one => found.has(one.key));
  if (isLeft) await noteUnfinished(key, darkroom);
  else if (darkroom.isDoubted && retired.length === 0) {
    await darkroom.config?.remove([unfinishedKey(key)]);
  }
}

/** Of a replaced original the sweep sees the files of another version. */
function saysAnother(seen: Observed): boolean {
  const { original, manifest } = seen;
  return !!original && !!manifest && isCurrent(seen) && !isSameFocus(original, manifest.original);
}
