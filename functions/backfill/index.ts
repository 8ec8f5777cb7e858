import { readContext } from '../../shared/fc/context.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { wantedBatch } from '../../shared/fc/wanted-keys.ts';
import { backfill } from '../../shared/pipeline/backfill.ts';
import { inDarkroom } from '../open-darkroom.ts';

const settings = readSettings();

/** Woken by a backfill or a rollout with a batch of keys: the same work as an upload's, in instances of its own. */
export async function handler(event: Buffer, fcContext: unknown) {
  return await inDarkroom(settings, readContext(fcContext), async ({ config, ...darkroom }) => {
    const batch = wantedBatch(event, settings.originals);
    return { tally: await backfill(batch, darkroom, config) };
  });
}
