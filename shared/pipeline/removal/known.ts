import * as z from 'zod';
import { knownKey, verdictKey, verdictSchema } from '../../core/moderation/verdict.ts';
import type { Act } from '../../core/set/take-down-record.ts';
import { idOf } from '../bytes-id.ts';
import type { Darkroom, Stores } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';
import { findManifest, objectsIn } from '../stored-set.ts';

/** What a take-down has to do with moderation: what looks like the picture is held, and what was withheld stays so. */

/** `by`: of those that go with the undo; a block's stay. */
const entrySchema = z.looseObject({ key: z.string(), by: z.literal('takedown').optional() });

/**
 * Of the picture that goes, before it does: by its manifest, which a tombstone takes away, or else by what lies there. Its
 * hash is known if it was judged.
 */
export async function judgedBefore(
  key: string,
  { originals, derivatives, config }: Stores,
): Promise<Pick<Act, 'known' | 'withheld'>> {
  const found = await findManifest(key, derivatives);
  const manifest = found === 'unreadable' || found?.takenDown ? undefined : found;
  const original = manifest?.original ?? (await originals.head(key));
  if (!original) return {};
  const id = await idOf(original, config);
  const verdict = await findRecord(config, verdictKey(id), verdictSchema);
  return {
    ...(manifest?.state ? { withheld: { state: manifest.state, id } } : {}),
    ...(verdict && verdict !== 'unreadable' ? { known: knownKey(verdict.phash, id) } : {}),
  };
}

/** By a listing, since whoever runs functions may not read these. */
export async function makeKnown(
  name: string,
  key: string,
  config: Stores['config'],
): Promise<void> {
  for await (const object of objectsIn(config.list(name))) if (object.key === name) return;
  await writeRecord(config, name, { schema: 1, key, by: 'takedown' });
}

/** By the run that had it judged: who took it down may have come before the verdict. */
export async function makeKnownLate(
  key: string,
  { config, ...stores }: Pick<Darkroom, 'originals' | 'derivatives' | 'config'>,
): Promise<void> {
  if (!config) return;
  const { known } = await judgedBefore(key, { ...stores, config });
  if (known) await makeKnown(known, key, config);
}

/** What its take-downs say, and what a run made known since. */
export async function forgetKnown(key: string, acts: Act[], stores: Stores): Promise<void> {
  const { config } = stores;
  const { known: late } = await judgedBefore(key, stores);
  for (const name of new Set([
    ...acts.flatMap(({ known }) => known ?? []),
    ...(late ? [late] : []),
  ])) {
    const entry = await findRecord(config, name, entrySchema);
    const isOurs = entry && entry !== 'unreadable' && entry.by === 'takedown' && entry.key === key;
    if (isOurs) await config.remove([name]);
  }
}
