import { impactOf, isTouched } from '../../core/list/edit-impact.ts';
import type { InForce } from '../../core/work/in-force.ts';
import { retentionMilliseconds } from '../../core/list/times.ts';
import {
  noWordOf,
  nothingDone,
  overspent,
  ROLLOUT_KEY,
  type Run,
  SILENCE_MS,
  stopKey,
  stopSchema,
  wordOf,
} from '../../core/work/run.ts';
import type { Entry } from '../../ports.ts';
import { countResults, type RunRecord, runRecord } from '../bulk/run-record.ts';
import { submitBatches } from '../bulk/submit-batches.ts';
import { findRecord } from '../records.ts';
import type { EditContext } from './edit-context.ts';

/** Large enough to be worth an invocation, small enough to be done well within the function's time. */
const BATCH = 100;
const CONCURRENCY = 8;
/** If so many batches have left no result, no more are submitted, so that a run that overspends is judged by results first. */
const MOST_AHEAD = 200;

/**
 * `promotedAt` is when its write was sent, which may take effect many seconds later: only from when it was first seen to
 * lie there does no instance read the former list any more.
 */
type SeenInForce = InForce & { seenAt: Date };

/**
 * Takes the rollout of the list in force as far as there is time for. Answers `now`: call again at once; `soon`: after a
 * moment; `later`: nothing to do in this invocation, since it waits for its time, has stopped, or is done.
 */
export async function rollOut(
  run: Run,
  inForce: SeenInForce,
  context: EditContext,
  interrupted: () => Promise<boolean>,
): Promise<'now' | 'soon' | 'later'> {
  const record = runRecord(run, { config: context.config, now: context.now, key: ROLLOUT_KEY });
  if (run.phase === 'retaining') return await startRetiring(record, context);
  if (run.phase === 'running') return await submitTouched(record, inForce, context, interrupted);
  if (run.phase === 'finishing') return await finish(record, inForce, context);
  return 'later';
}

async function submitTouched(
  record: RunRecord,
  inForce: SeenInForce,
  context: EditContext,
  interrupted: () => Promise<boolean>,
): Promise<'now' | 'soon' | 'later'> {
  const { run } = record;
  // Until the grace is over, an instance may develop by the former list. The walk begins afterwards, so that it lists those, too.
  const isBegun = run.kind === 'retire' || run.cursor !== undefined;
  if (!isBegun && context.now().getTime() < inForce.seenAt.getTime() + context.graceMs)
    return 'soon';
  const touch = impactOf(run.from, inForce.list);
  try {
    const { stopped } = await submitBatches({
      run,
      bucket: context.bucket,
      queue: context.queue,
      entries: after => originalsAfter(after, context),
      planned: ({ key }) => {
        const one = touch(key);
        // Nobody knows what there is: even where this list asks for nothing, there may be something to go.
        const isUnknown = run.from.length === 0;
        return isUnknown || isTouched(one) ? one.make.length : undefined;
      },
      moved: record.moved,
      halt: haltFor(record, inForce, context, interrupted),
      batchSize: BATCH,
      concurrency: CONCURRENCY,
    });
    if (stopped === undefined) run.phase = 'finishing';
    else if (stopped !== PAUSE) stop(run, stopped, inForce, context);
    return stopped === PAUSE ? 'soon' : 'now';
  } finally {
    await record.flush();
  }
}

/** Not a reason of the run's own: someone else's turn, or too far ahead of the workers. */
const PAUSE = 'pause';

/** Batches between two looks at what the workers left. */
const LOOK_EVERY = 20;

function haltFor(
  record: RunRecord,
  { list }: InForce,
  { config }: EditContext,
  interrupted: () => Promise<boolean>,
): () => Promise<string | undefined> {
  const { run } = record;
  const isTooFarAhead = () => run.handedOver.batches - run.done.batches >= MOST_AHEAD;
  let asked = 0;
  return async () => {
    if (await interrupted()) return PAUSE;
    const wish = await wishToStop(run, config);
    if (wish) return wish;
    asked += 1;
    if (isTooFarAhead() || asked % LOOK_EVERY === 0) await countResults(record, config);
    return isTooFarAhead() ? PAUSE : overspent(run, list.stopAtTimesPlan);
  };
}

async function wishToStop({ id }: Run, config: EditContext['config']): Promise<string | undefined> {
  const wish = await findRecord(config, stopKey(id), stopSchema);
  return wish && wordOf(wish);
}

/** Whoever wished it needs no alarm. */
function stop(run: Run, reason: string, { list }: InForce, { log }: EditContext): void {
  run.phase = 'stopped';
  run.reason = reason;
  const level = overspent(run, list.stopAtTimesPlan) === undefined ? 'info' : 'error';
  log[level]('run-stopped', { run: run.id, reason });
}

/** All is handed over: waits for the results of the last batches. Word to stop may have come beside the last of them. */
async function finish(
  record: RunRecord,
  inForce: InForce,
  context: EditContext,
): Promise<'now' | 'soon'> {
  const { run } = record;
  await countResults(record, context.config);
  const { list } = inForce;
  const missing = run.handedOver.batches - run.done.batches;
  const isSilent = context.now().getTime() - Date.parse(run.updatedAt) > SILENCE_MS;
  const reason = overspent(run, list.stopAtTimesPlan) ?? (await wishToStop(run, context.config));
  if (!reason && missing > 0 && !isSilent) return 'soon';
  if (reason) stop(run, reason, inForce, context);
  else conclude(run, retentionMilliseconds(list), context);
  if (missing > 0) run.reason ??= noWordOf(missing);
  await record.flush();
  return 'now';
}

function conclude(run: Run, retention: number, { log, now }: EditContext): void {
  const isOver = run.kind === 'retire' || retention === 0;
  run.phase = isOver ? 'done' : 'retaining';
  if (!isOver) run.retireAt = new Date(now().getTime() + retention).toISOString();
  log.info('run-done', { run: run.id, kind: run.kind, done: run.done, retireAt: run.retireAt });
}

/** Once what was replaced has stayed for its time, the same originals are visited again, and it goes. */
async function startRetiring(record: RunRecord, { now }: EditContext): Promise<'now' | 'later'> {
  const { run } = record;
  if (run.retireAt === undefined || now().toISOString() < run.retireAt) return 'later';
  // The same originals once more.
  run.expected = run.handedOver.originals;
  for (const name of ['cursor', 'retireAt', 'plan', 'reason'] as const) delete run[name];
  Object.assign(run, {
    id: `retire-${run.presets}-${now().getTime().toString(36)}`,
    kind: 'retire',
    phase: 'running',
    seen: 0,
    handedOver: { batches: 0, originals: 0, planned: 0 },
    done: nothingDone(),
    counted: [],
    startedAt: now().toISOString(),
  });
  await record.flush();
  return 'now';
}

async function* originalsAfter(
  after: string | undefined,
  { originals }: EditContext,
): AsyncGenerator<Entry> {
  for await (const entry of originals.list('', after ? { after } : {})) {
    if ('key' in entry) yield { key: entry.key, cursor: entry.key };
  }
}
