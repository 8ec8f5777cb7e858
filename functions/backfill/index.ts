import { readSettings } from '../../shared/fc/settings.ts';
import { wantedBatch } from '../../shared/fc/wanted-keys.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import { examined } from '../checkup.ts';
import { inDarkroom } from '../open-darkroom.ts';

const settings = readSettings();

/** Woken by a backfill or a rollout with a batch of keys: the same work as an upload's, in instances of its own. */
export const handler = examined(settings, async (event, context) => {
  return await inDarkroom(settings, context, async darkroom => {
    const batch = wantedBatch(event, settings.originals);
    return { tally: await backfill(batch, darkroom, darkroom.config) };
  });
});
