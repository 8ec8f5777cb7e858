import { answerTo } from '../../shared/fc/destination.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { ageOf, wantedKeys } from '../../shared/fc/wanted-keys.ts';
import { reconcileAll } from '../../shared/pipeline/develop/reconcile-each.ts';
import { examined } from '../checkup.ts';
import { inDarkroom } from '../open-darkroom.ts';

const settings = readSettings();

/** Woken by an upload, an overwrite or a delete in the originals bucket. What it returns is the ready signal. */
export const handler = examined(settings, async (event, context) => {
  return await inDarkroom(settings, context, async darkroom => {
    const { keys, ignored, since } = wantedKeys(event, settings.originals);
    const age = ageOf(since, darkroom.now());
    darkroom.log.info('woken', { keys: keys.length, ...age });
    for (const record of ignored) darkroom.log.info('ignored', record);
    // The age of a later attempt says how long the earlier ones took, not how long uploads wait.
    const isFirst = !darkroom.attempt && darkroom.replayedAt === undefined;
    const woken = isFirst ? { ...darkroom, waitedMs: age.ageMs } : darkroom;
    return answerTo(event, { reports: await reconcileAll(keys, woken), ignored });
  });
});
