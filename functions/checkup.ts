import type { CheckupAnswer, CheckupEvent } from '../events/checkup.ts';
import { ossMayWrite, ossTellsMissing } from '../shared/adapters/oss/store.ts';
import { checkupIn } from '../shared/fc/checkup.ts';
import { type Context, giveUpAt, readContext } from '../shared/fc/context.ts';
import { unpackedEvent } from '../shared/fc/replayed-event.ts';
import type { Settings } from '../shared/fc/settings.ts';

/** A handler that answers `darkroom doctor` by itself, and leaves any other event to its work. */
export function examined<R>(
  settings: Settings,
  work: (event: Buffer, context: Context) => Promise<R>,
): (event: Buffer, fcContext: unknown) => Promise<R | CheckupAnswer> {
  return async (payload, fcContext) => {
    const { event, ...replayed } = unpackedEvent(payload);
    const context = { ...readContext(fcContext), ...replayed };
    const asked = checkupIn(event);
    return asked ? await checkup(asked, settings, context) : await work(event, context);
  };
}

/** By the credentials that the function has. */
async function checkup(
  { fillBytes }: CheckupEvent,
  settings: Settings,
  context: Context,
): Promise<CheckupAnswer> {
  const { ossRegion: region, endpoint, pathStyle, originals, derivatives, config } = settings;
  const { credentials } = context;
  const until = giveUpAt(context, new Date());
  const connection = { region, endpoint, pathStyle, credentials, giveUpAt: until };
  return {
    kind: 'darkroom.checkup',
    node: process.version,
    buckets: { originals, derivatives, config },
    tellsAttempt: context.retryCount !== undefined,
    mayWriteOriginals: await ossMayWrite(originals, connection),
    tellsMissing: await ossTellsMissing(originals, connection),
    ...(fillBytes > 0 ? { fill: '.'.repeat(fillBytes) } : {}),
  };
}
