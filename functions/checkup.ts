import type { CheckupAnswer } from '../events/checkup.ts';
import { ossMayWrite } from '../shared/adapters/oss-store.ts';
import { isCheckup } from '../shared/fc/checkup.ts';
import type { Context } from '../shared/fc/context.ts';
import type { Settings } from '../shared/fc/settings.ts';

/** The answer to `darkroom doctor`, by the credentials that the function has; undefined for any other event. */
export async function checkup(
  event: Buffer,
  settings: Settings,
  { credentials }: Context,
): Promise<CheckupAnswer | undefined> {
  if (!isCheckup(event)) return undefined;
  const { ossRegion: region, endpoint, pathStyle, originals, derivatives, config } = settings;
  return {
    kind: 'darkroom.checkup',
    node: process.version,
    buckets: { originals, derivatives, config },
    mayWriteOriginals: await ossMayWrite(originals, { region, endpoint, pathStyle, credentials }),
  };
}
