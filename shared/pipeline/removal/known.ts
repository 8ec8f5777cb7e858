import * as z from 'zod';
import { knownKey, verdictKey, verdictSchema } from '../../core/moderation/verdict.ts';
import type { Act } from '../../core/set/take-down-record.ts';
import { idOf } from '../bytes-id.ts';
import type { Stores } from '../darkroom.ts';
import { findRecord, writeRecord } from '../records.ts';
import { findManifest } from '../stored-set.ts';

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

export async function makeKnown(
  name: string,
  key: string,
  config: Stores['config'],
): Promise<void> {
  if (await config.head(name)) return;
  await writeRecord(config, name, { schema: 1, key, by: 'takedown' });
}

export async function forgetKnown(
  acts: Act[],
  key: string,
  config: Stores['config'],
): Promise<void> {
  for (const name of new Set(acts.flatMap(({ known }) => known ?? []))) {
    const entry = await findRecord(config, name, entrySchema);
    const isOurs = entry && entry !== 'unreadable' && entry.by === 'takedown' && entry.key === key;
    if (isOurs) await config.remove([name]);
  }
}
