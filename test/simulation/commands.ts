import { findOrBegin } from '../../cli/backfill/run.ts';
import { plannedFor } from '../../cli/backfill/selection.ts';
import { failureOf } from '../../shared/core/failure.ts';
import { endIfOver, type Mode, overspent } from '../../shared/core/work/run.ts';
import { replayedEvent } from '../../shared/fc/replayed-event.ts';
import { handOver, handOverLifted } from '../../shared/pipeline/bulk/hand-over.ts';
import { replay } from '../../shared/pipeline/bulk/replay.ts';
import { countResults } from '../../shared/pipeline/bulk/run-record.ts';
import { submitBatches } from '../../shared/pipeline/bulk/submit-batches.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { removeOrphans } from '../../shared/pipeline/inspect/orphans.ts';
import { verify } from '../../shared/pipeline/inspect/verify.ts';
import { drainPurges } from '../../shared/pipeline/removal/purges.ts';
import { takeDown, undoTakeDown } from '../../shared/pipeline/removal/take-down.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { DOMAIN } from './cdn.ts';
import { BUCKET, type Env, type Lost } from './wiring.ts';

/** What people do at their machines. */
export const commands = {
  takedown: async (key: string, env: Env) => {
    const { originals, derivatives, config, now, cdn, log, queue } = env;
    const order = { by: 'someone', reason: undefined };
    const startedAt = now().toISOString();
    const developAnew = (one: string) =>
      handOverLifted(queue('backfill'), { bucket: BUCKET, keys: [one], mode: 'force' }, startedAt);
    const about = { now, isBehindCdn: true, developAnew };
    const done = await takeDown(key, order, { originals, derivatives, config, ...about });
    const desk = { config, cdn, domain: DOMAIN, log, now };
    if (done.purge) await drainPurges(desk, new Set([done.purge])).catch(failureOf);
    return done;
  },
  undo: async (key: string, { originals, derivatives, config, now, queue }: Env) => {
    const order = { by: 'someone', reason: undefined };
    const lifted = await undoTakeDown(key, order, { originals, derivatives, config, now });
    const about = { bucket: BUCKET, keys: lifted ? [key] : [], mode: 'settle' as const };
    await handOverLifted(queue('backfill'), about, now().toISOString());
    return lifted;
  },
  backfill: async (mode: Mode, env: Env) => await backfillFromHere(mode, env),
  verify: async (deletesOrphans: boolean, env: Env) => {
    const { originals, derivatives, config, queue, now } = env;
    const presets = await listInForce(config, {}).current();
    const ground = { originals, derivatives, presets, config, isBehindCdn: true, now };
    const started = now();
    const sender = { name: 'verify', at: started.toISOString() };
    const mend = async (keys: string[], mode: Mode) =>
      await handOver(queue('backfill'), { bucket: BUCKET, keys, mode }, sender);
    const nothing = () => undefined;
    const verdict = await verify(
      ground,
      {
        prefix: '',
        sample: undefined,
        now: started,
        settledBefore: new Date(started.getTime() - HOUR),
        deep: false,
        config,
      },
      { tell: nothing, looked: nothing, reconcile: mend },
    );
    if (!deletesOrphans) return verdict;
    const { lost } = await removeOrphans(verdict.orphans, ground);
    if (lost.length > 0) await mend(lost, 'force');
    return verdict;
  },
  replay: async (lost: Lost, { config, now, queue }: Env) =>
    await replay(
      { ...lost, payload: replayedEvent(lost.payload, now()) },
      { queue: queue(lost.functionName), config, now },
    ),
};

const HOUR = 3_600_000;
const LOOK_MS = 1000;

/** As cli/backfill/carry-out.ts, without a screen and without Ctrl-C. */
async function backfillFromHere(mode: Mode, env: Env): Promise<string> {
  const { originals, config, queue, now, sleep } = env;
  const inForce = await listInForce(config, {}).current();
  const { list } = inForce;
  const record = await findOrBegin({ prefix: '', mode }, inForce, config);
  const { run } = record;
  if (run.phase === 'running') {
    const { stopped } = await submitBatches({
      run,
      bucket: BUCKET,
      queue: queue('backfill'),
      entries: after => entriesOf(originals, after),
      planned: plannedFor(run.selection, list),
      moved: record.moved,
      halt: () => overspent(run, list.stopAtTimesPlan),
      batchSize: 2,
      concurrency: 2,
    });
    if (stopped === undefined) run.phase = 'finishing';
  }
  while (run.phase === 'finishing') {
    await countResults(record, config);
    endIfOver(run, now().getTime() - Date.parse(run.updatedAt));
    if (run.phase === 'finishing') await sleep(LOOK_MS);
  }
  await record.flush();
  return run.phase;
}

async function* entriesOf(originals: ObjectStore, after: string | undefined) {
  for await (const entry of originals.list('', after ? { after } : {})) {
    if ('key' in entry) yield { key: entry.key, cursor: entry.key };
  }
}
