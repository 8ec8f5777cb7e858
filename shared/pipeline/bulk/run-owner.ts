import * as z from 'zod';
import { Failure } from '../../core/failure.ts';
import { ownerKey } from '../../core/work/run.ts';
import type { ObjectStore } from '../../ports.ts';
import { findRecord, writeRecord } from '../records.ts';

/**
 * Of all commands that carry out one run, the last that began owns it. OSS has no conditional PUT, so two orders close
 * the race: a command claims the run, then reads its record; who has the run writes its record, and looks who owns it
 * before anything goes that the record counts. Whichever comes second sees the other.
 */

const ownerSchema = z.strictObject({
  schema: z.literal(1),
  owner: z.string(),
  since: z.iso.datetime(),
});

export async function claim(
  id: string,
  owner: string,
  { config, now }: { config: ObjectStore; now: () => Date },
): Promise<void> {
  const record: z.infer<typeof ownerSchema> = { schema: 1, owner, since: now().toISOString() };
  await writeRecord(config, ownerKey(id), record);
}

/** Throws RUN_TAKEN_OVER where another claimed it since. A run that nobody claimed is everyone's. */
export async function throwIfTakenOver(
  id: string,
  owner: string,
  config: ObjectStore,
): Promise<void> {
  const found = await findRecord(config, ownerKey(id), ownerSchema);
  if (!found || found === 'unreadable' || found.owner === owner) return;
  const message = `expected to carry out run ${id} alone, another command took it over at ${found.since} and goes on with it`;
  throw new Failure('RUN_TAKEN_OVER', message);
}
