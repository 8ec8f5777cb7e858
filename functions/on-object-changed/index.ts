import { readContext } from '../../shared/fc/context.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { wantedKeys } from '../../shared/fc/wanted-keys.ts';
import { reconcileAll } from '../../shared/pipeline/reconcile-all.ts';
import { checkup } from '../checkup.ts';
import { openDarkroom } from '../open-darkroom.ts';

const settings = readSettings();

/** Woken by an upload, an overwrite or a delete in the originals bucket. */
export async function handler(event: Buffer, fcContext: unknown) {
  const context = readContext(fcContext);
  const checked = await checkup(event, settings, context);
  if (checked) return checked;
  const darkroom = openDarkroom(settings, context);
  const { keys, ignored } = wantedKeys(event, settings.originals);
  for (const record of ignored) darkroom.log.info('ignored', record);
  const reports = await reconcileAll(keys, darkroom);
  return { reports, ignored };
}
