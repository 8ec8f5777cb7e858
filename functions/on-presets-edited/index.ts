import { fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { jsonLog } from '../../shared/adapters/pino/json-log.ts';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import { readPresetList, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import { type Context, deadlineOf } from '../../shared/fc/context.ts';
import { accountOf, readSettings } from '../../shared/fc/settings.ts';
import type { EditContext } from '../../shared/pipeline/edits/edit-context.ts';
import { advanceEdit } from '../../shared/pipeline/edits/advance-edit.ts';
import { MAX_AGE_MS } from '../../shared/pipeline/edits/list-in-force.ts';
import { examined } from '../checkup.ts';

const settings = readSettings();

/**
 * Woken by a write of the preset list, by a timer, and by itself: what it does depends on the config bucket alone.
 * Only one instance runs at a time (reservedConcurrency in s.yaml), so that no two work on one record.
 */
export const handler = examined(settings, async (_event, context) => {
  const state = await advanceEdit(deskFor(context));
  if (state === 'more') {
    const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.tend' }));
    await tasksOf(context.function.name, context).submit(`tend_${context.requestId}`, payload);
  }
  return { state };
});

function deskFor(context: Context): EditContext {
  const { ossRegion: region, endpoint, pathStyle } = settings;
  const connection = { region, endpoint, pathStyle, credentials: context.credentials };
  return {
    config: ossStore(settings.config, connection),
    originals: ossStore(settings.originals, connection),
    derivatives: ossStore(settings.derivatives, connection),
    bucket: settings.originals,
    presetsKey: settings.presetsKey,
    queue: tasksOf(settings.backfillFunction, context),
    read: (text, file) => {
      const read = readPresetList(text, file);
      return 'problems' in read ? { problems: read.problems.map(sentenceOf) } : read;
    },
    log: jsonLog(settings.logLevel, { requestId: context.requestId }),
    now: () => new Date(),
    deadline: deadlineOf(context, new Date()),
    // Half as long again, for clocks that differ.
    graceMs: 1.5 * MAX_AGE_MS,
  };
}

function tasksOf(functionName: string, { credentials }: Context) {
  return fcTasks(functionName, { ...accountOf(settings), internal: true, credentials });
}
