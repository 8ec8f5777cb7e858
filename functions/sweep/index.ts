import { cdnPurges } from '../../shared/adapters/cdn/purges.ts';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { factsOf } from '../../shared/core/telling/log-facts.ts';
import type { Context } from '../../shared/fc/context.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { readSweepEvent } from '../../shared/fc/sweep-event.ts';
import { drainPurges } from '../../shared/pipeline/removal/purges.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { sweep } from '../../shared/pipeline/inspect/sweep.ts';
import { examined } from '../checkup.ts';
import { openRecordKeeping, wakeAgain } from '../stores.ts';

const settings = readSettings();

/**
 * Woken by timers and by itself. Only one instance runs at a time (reservedConcurrency in s.yaml), so that no two
 * work on one record. A CDN that takes no purge does not hold up the sweep.
 */
export const handler = examined(settings, async (event, context) => {
  const order = readSweepEvent(event);
  const opened = openRecordKeeping(settings, context);
  const drained = await drain(opened, context).catch(failureOf);
  if (drained instanceof Failure) opened.log.error('drain-failed', factsOf(drained));
  const about = { maxShare: settings.sweepMaxShare, listInForce: listInForce(opened.config, {}) };
  const state = await sweep({ ...opened, ...about }, order === 'sweep');
  if (state === 'more')
    await wakeAgain({ kind: 'darkroom.drain', name: 'sweep' }, settings, context);
  if (drained instanceof Failure) throw drained;
  return { state, purges: drained };
});

async function drain(opened: ReturnType<typeof openRecordKeeping>, { credentials }: Context) {
  const { cdnDomain: domain, cdnEndpoint: endpoint } = settings;
  if (domain === undefined) return undefined;
  return await drainPurges({ ...opened, domain, cdn: cdnPurges({ endpoint, credentials }) });
}
