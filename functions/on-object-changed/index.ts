import { answerTo } from '../../shared/fc/destination.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { ageOf, waitOf, wantedKeys } from '../../shared/fc/wanted-keys.ts';
import { reconcileAll } from '../../shared/pipeline/develop/reconcile-each.ts';
import { examined } from '../checkup.ts';
import { inDarkroom } from '../open-darkroom.ts';

const settings = readSettings();

/** Woken by an upload, an overwrite or a delete in the originals bucket. What it returns is the ready signal. */
export const handler = examined(settings, async (event, context) => {
  return await inDarkroom(settings, context, async darkroom => {
    const { keys, ignored, since } = wantedKeys(event, settings.originals);
    darkroom.log.info('woken', { keys: keys.length, ...ageOf(since, darkroom.now()) });
    for (const record of ignored) darkroom.log.info('ignored', record);
    const waiting = { ...darkroom, ...waitOf(since, darkroom), uploadedAt: since };
    return answerTo(event, { reports: await reconcileAll(keys, waiting), ignored });
  });
});
