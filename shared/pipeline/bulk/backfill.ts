import { amendFor, asUnread, concerns, withMade } from '../../core/work/amend.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Batch } from '../../core/work/batch.ts';
import { type Mode, resultKey, SILENCE_MS, type Tally, tallyOf } from '../../core/work/run.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { findManifest } from '../stored-set.ts';
import { reconcileEach, throwFirst } from '../develop/reconcile-each.ts';
import { writeRecord } from '../records.ts';

export type BackfillBatch = Pick<
  Batch,
  'keys' | 'mode' | 'preset' | 'made' | 'unread' | 'isDoubted' | 'run'
>;

/** Two originals at once finish a fifth sooner than one (docs/rendering.md): one is read while another is encoded. */
const SIDE_BY_SIDE = 2;
/**
 * As s.yaml says: after these retries FC gives an event up, and the result of this attempt is the last. It is the most
 * that FC takes. Of a batch with pictures that crash the process, the first attempt counts none of them, each of them
 * takes two more, and one attempt has to end in order: three such pictures are settled, a replay settles as many again.
 */
export const LAST_ATTEMPT = 8;

/**
 * Reconciles a batch and writes its result for the run. What failed in passing is thrown after the others are done,
 * so that FC delivers the batch again; what is settled then costs a few small requests, no pixels.
 */
export async function backfill(
  batch: BackfillBatch,
  darkroom: Darkroom,
  config: ObjectStore,
): Promise<Tally> {
  const { keys, mode, run } = batch;
  const started = performance.now();
  const startedAt = run?.startedAt ?? darkroom.now().toISOString();
  const concerned = await concernedKeys(keys, { mode, startedAt }, darkroom);
  const amend = amendedBy(batch, startedAt, darkroom.now());
  const results = await reconcileEach(
    concerned,
    {
      ...darkroom,
      ...(amend ? { amend } : {}),
      // What a view made is found by a listing, in each turn: another run may remove it meanwhile.
      ...(batch.isDoubted || batch.made ? { isDoubted: true } : {}),
      ...endOf(run),
      expectsTakeDown: mode === 'takedown',
      judgesPublished: mode === 'moderate',
    },
    SIDE_BY_SIDE,
  );
  const passedOver = keys.length - concerned.length;
  const tally = tallyOf([...results, ...Array.from({ length: passedOver }, () => ({}))], {
    planned: run?.planned ?? 0,
    seconds: (performance.now() - started) / 1000,
  });
  const isOver =
    results.every(({ failure }) => !failure) || (darkroom.attempt ?? 0) >= LAST_ATTEMPT;
  if (run && isOver) {
    await writeRecord(config, resultKey(run.id, run.task), { task: run.task, tally });
  }
  darkroom.log.info('batch-done', { ...tally, ...(run && { run: run.id, task: run.task }) });
  throwFirst(results);
  return tally;
}

function endOf(run: BackfillBatch['run']): Pick<Darkroom, 'runMayEndAt'> {
  if (run?.handedOverAt === undefined) return {};
  return { runMayEndAt: new Date(Date.parse(run.handedOverAt) + SILENCE_MS) };
}

function amendedBy({ mode, preset, made, unread }: BackfillBatch, startedAt: string, now: Date) {
  if (made) return withMade(startedAt);
  return unread
    ? asUnread(startedAt)
    : amendFor({ mode, preset, startedAt, now: now.toISOString() });
}

const DEPENDING: Mode[] = ['missing', 'stale', 'retry-failed'];

/** One request more for each, where the mode depends on what is recorded. */
async function concernedKeys(
  keys: string[],
  { mode, startedAt }: { mode: Mode; startedAt: string },
  darkroom: Darkroom,
): Promise<string[]> {
  if (!DEPENDING.includes(mode)) return keys;
  const concerned: string[] = [];
  for (const key of keys) {
    const manifest = unusableKey(key) ? undefined : await manifestAt(key, darkroom.derivatives);
    if (concerns(mode, manifest, startedAt)) concerned.push(key);
  }
  return concerned;
}

/** One that cannot be read is made anew, as if there were none. */
async function manifestAt(key: string, derivatives: ObjectStore) {
  const manifest = await findManifest(key, derivatives);
  return manifest === 'unreadable' ? undefined : manifest;
}
