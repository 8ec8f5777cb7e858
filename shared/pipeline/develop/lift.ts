import { reviewKey, reviewSchema } from '../../core/moderation/verdict.ts';
import { withheldManifest } from '../../core/set/compose.ts';
import { manifestKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import { withheldWhenTakenDown } from '../../core/set/take-down-record.ts';
import { idOf } from '../bytes-id.ts';
import type { Darkroom } from '../darkroom.ts';
import { unreadableReview } from '../moderation/standing.ts';
import { findRecord } from '../records.ts';
import { readTakeDown } from '../removal/take-down-records.ts';
import { commit } from './commit.ts';
import type { Observed } from './observe.ts';

/**
 * Takes away the tombstone of an undone take-down: the next turn finds a key like any other. If that took long, another run
 * may have developed it by then: its manifest stays. What was withheld when it was taken down is so again: that it is
 * undone is no word on the picture, and the rule that withheld it may be gone.
 */
export async function lift(seen: Observed, darkroom: Darkroom): Promise<void> {
  const { key, original, manifestEtag } = seen;
  const state = await stateBelow(seen, darkroom);
  if (original && state) {
    const manifest = withheldManifest({ ...seen, original }, state, darkroom.now().toISOString());
    await commit(manifest, seen, darkroom);
    return;
  }
  const { etag } = (await darkroom.derivatives.head(manifestKey(key))) ?? {};
  if (etag === manifestEtag) await darkroom.derivatives.remove([manifestKey(key)]);
}

/** Of the bytes that lie there now; a person's word on them is the last one. */
async function stateBelow(
  { key, original }: Observed,
  { config }: Darkroom,
): Promise<Manifest['state']> {
  if (!original || !config) return undefined;
  const id = await idOf(original, config);
  const review = await findRecord(config, reviewKey(id), reviewSchema);
  if (review === 'unreadable') throw unreadableReview(id);
  const act = review?.acts.at(-1)?.act;
  if (act) return act === 'block' ? 'blocked' : undefined;
  const record = await readTakeDown(key, config);
  if (!record || record === 'unreadable') return undefined;
  const before = withheldWhenTakenDown(record);
  return before?.id === id ? before.state : undefined;
}
