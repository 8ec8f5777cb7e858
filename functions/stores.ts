import { fcTasks } from '../shared/adapters/fc/tasks.ts';
import { ossStore } from '../shared/adapters/oss/store.ts';
import { jsonLog } from '../shared/adapters/pino/json-log.ts';
import { type Context, deadlineOf, giveUpAt } from '../shared/fc/context.ts';
import { accountOf, type Settings } from '../shared/fc/settings.ts';
import type { Stores } from '../shared/pipeline/darkroom.ts';

/** What functions share, opened for one event, with its credentials. No codec: two of the functions never render. */

export function openStores(settings: Settings, context: Context): Stores {
  const { ossRegion: region, endpoint, pathStyle } = settings;
  const { credentials } = context;
  const until = giveUpAt(context, new Date());
  const connection = { region, endpoint, pathStyle, credentials, giveUpAt: until };
  return {
    originals: ossStore(settings.originals, connection),
    derivatives: ossStore(settings.derivatives, connection),
    config: ossStore(settings.config, connection),
  };
}

/** Throws SETTINGS_INVALID where nothing says whose functions. */
export function tasksOf(functionName: string, settings: Settings, { credentials }: Context) {
  return fcTasks(functionName, { ...accountOf(settings), internal: true, credentials });
}

/** For those that keep the records in the config bucket, and hand to the backfill function what is to be rendered. */
export function openRecordKeeping(settings: Settings, context: Context) {
  return {
    ...openStores(settings, context),
    bucket: settings.originals,
    queue: tasksOf(settings.backfillFunction, settings, context),
    log: jsonLog(settings.logLevel, { requestId: context.requestId }),
    now: () => new Date(),
    deadline: deadlineOf(context, new Date()),
  };
}

/** The same function goes on in another invocation, once for this one: how far it is, the config bucket knows. */
export async function wakeAgain(
  { kind, name }: { kind: string; name: string },
  settings: Settings,
  context: Context,
): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ kind }));
  await tasksOf(context.function.name, settings, context).submit(
    `${name}_${context.requestId}`,
    payload,
  );
}
