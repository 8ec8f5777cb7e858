import { sha256Of } from '../../core/list/fingerprint.ts';
import { Failure } from '../../core/failure.ts';
import {
  alikeKey,
  heldKey,
  knownKey,
  type Review,
  reviewKey,
  reviewSchema,
  verdictKey,
  verdictSchema,
} from '../../core/moderation/verdict.ts';
import { unusableKey } from '../../core/set/keys.ts';
import { nothingSpent } from '../../core/set/report.ts';
import { isCurrent, isPublished, type SeenOriginal } from '../../core/set/seen.ts';
import type { NamedList, ObjectStore } from '../../ports.ts';
import { idOfStored, noteSameBytes } from '../bytes-id.ts';
import type { Clock, Stores } from '../darkroom.ts';
import { ruleOf } from '../moderation/standing.ts';
import { findRecord, writeRecord } from '../records.ts';
import { findManifest } from '../stored-set.ts';
import { readOriginal } from './read-original.ts';

export interface ReviewStores extends Stores, Clock {
  /** In force. */
  presets: NamedList;
}

/** What a person says of a picture, who, and why. */
export interface ReviewOrder {
  act: Review['acts'][number]['act'];
  by: string;
  reason: string | undefined;
}

export type Reviewed = { was: 'blocked' | 'held' | 'published' | 'not published' };

/**
 * The last word on the bytes that lie there now, under whatever key. The record first, which every run from now on goes by;
 * the next run of the key, which is the caller's to ask for, carries it out. Said again, it is carried out again.
 */
export async function review(
  key: string,
  { act, by, reason }: ReviewOrder,
  stores: ReviewStores,
): Promise<Reviewed> {
  const { config, now } = stores;
  const seen = await lookFor(key, stores);
  const was = stateBefore(seen);
  refuseVain(act, seen, was);
  const { file, stored } = await readOriginal(seen, nothingSpent(), stores);
  const id = idOfStored(seen.original, stored);
  const sha256 = sha256Of(file);
  const last = await findRecord(config, reviewKey(id), reviewSchema);
  // If it cannot be read, a new one begins with this act; the earlier acts are lost.
  const before = last === 'unreadable' ? [] : (last?.acts ?? []);
  const said = { act, key, sha256, at: now().toISOString(), by, ...(reason ? { reason } : {}) };
  await noteSameBytes(seen.original, id, config);
  await writeRecord(config, reviewKey(id), { schema: 1, acts: [...before, said] });
  await rename(id, said, config);
  return { was };
}

async function lookFor(
  key: string,
  { originals, derivatives, presets }: ReviewStores,
): Promise<SeenOriginal> {
  const unusable = unusableKey(key);
  if (unusable) throw new Failure('KEY_UNUSABLE', unusable);
  const original = await originals.head(key);
  if (!original) throw refused(key, 'there is none');
  const manifest = await findManifest(key, derivatives);
  const readable = manifest === 'unreadable' ? undefined : manifest;
  const { list, fingerprint } = presets;
  return { key, original, manifest: readable, list, listFingerprint: fingerprint };
}

function stateBefore(seen: SeenOriginal): Reviewed['was'] {
  const state = isCurrent(seen) ? seen.manifest?.state : undefined;
  return state ?? (isPublished(seen) ? 'published' : 'not published');
}

/** Where it would change nothing. */
function refuseVain(act: ReviewOrder['act'], seen: SeenOriginal, was: Reviewed['was']): void {
  const { key, manifest, list } = seen;
  if (manifest?.takenDown) throw refused(key, 'it is taken down: darkroom takedown --undo');
  if (was === 'blocked' || was === 'held') return;
  if (act === 'pass' && was === 'published') throw refused(key, 'it is published');
  if (ruleOf(seen.original, key, list)) return;
  throw refused(key, 'its rule asks for no verdict: darkroom takedown removes what is published');
}

function refused(key: string, found: string): Failure {
  const message = `expected a picture that is held or blocked at ${key}, ${found}`;
  return new Failure('KEY_UNUSABLE', message, { key });
}

/** What must not come again is known by its hash; what people looked at need not be shown to them any more. */
async function rename(
  id: string,
  { act, key }: { act: ReviewOrder['act']; key: string },
  config: ObjectStore,
): Promise<void> {
  const verdict = await findRecord(config, verdictKey(id), verdictSchema);
  if (!verdict || verdict === 'unreadable') return await config.remove([heldKey(id)]);
  const names = [knownKey(verdict.phash, id), alikeKey(verdict.phash, id)] as const;
  const [name, other] = act === 'block' ? names : [names[1], names[0]];
  await writeRecord(config, name, { schema: 1, key });
  await config.remove([other, heldKey(id)]);
}
