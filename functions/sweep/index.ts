import { cdnPurges } from '../../shared/adapters/cdn/purges.ts';
import { fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { jsonLog } from '../../shared/adapters/pino/json-log.ts';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { factsOf } from '../../shared/core/telling/log-facts.ts';
import { type Context, deadlineOf } from '../../shared/fc/context.ts';
import { accountOf, readSettings } from '../../shared/fc/settings.ts';
import { readSweepEvent } from '../../shared/fc/sweep-event.ts';
import { drainPurges } from '../../shared/pipeline/removal/purges.ts';
import { sweep } from '../../shared/pipeline/inspect/sweep.ts';
import { examined } from '../checkup.ts';

const settings = readSettings();

/**
 * Woken by timers and by itself. Only one instance runs at a time (reservedConcurrency in s.yaml), so that no two
 * work on one record. A CDN that takes no purge does not hold up the sweep.
 */
export const handler = examined(settings, async (event, context) => {
  const order = readSweepEvent(event);
  const desk = deskFor(context);
  const drained = await drain(desk, context).catch(failureOf);
  if (drained instanceof Failure) desk.log.error('drain-failed', factsOf(drained));
  const state = await sweep(desk, order === 'sweep');
  if (state === 'more') {
    const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.drain' }));
    await tasksOf(context.function.name, context).submit(`sweep_${context.requestId}`, payload);
  }
  if (drained instanceof Failure) throw drained;
  return { state, purges: drained };
});

function deskFor(context: Context) {
  const { ossRegion: region, endpoint, pathStyle } = settings;
  const connection = { region, endpoint, pathStyle, credentials: context.credentials };
  return {
    originals: ossStore(settings.originals, connection),
    derivatives: ossStore(settings.derivatives, connection),
    config: ossStore(settings.config, connection),
    bucket: settings.originals,
    queue: tasksOf(settings.backfillFunction, context),
    maxShare: settings.sweepMaxShare,
    log: jsonLog(settings.logLevel, { requestId: context.requestId }),
    now: () => new Date(),
    deadline: deadlineOf(context, new Date()),
  };
}

async function drain(desk: ReturnType<typeof deskFor>, { credentials }: Context) {
  const { cdnDomain: domain, cdnEndpoint: endpoint } = settings;
  if (domain === undefined) return undefined;
  return await drainPurges({ ...desk, domain, cdn: cdnPurges({ endpoint, credentials }) });
}

function tasksOf(functionName: string, { credentials }: Context) {
  return fcTasks(functionName, { ...accountOf(settings), internal: true, credentials });
}
