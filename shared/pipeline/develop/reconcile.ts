import { manifestOf } from '../../core/set/compose.ts';
import { Failure, failureOf } from '../../core/failure.ts';
import { manifestKey, parseDerivativeKey, unusableKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import { nothingSpent, type Report, reportOf } from '../../core/set/report.ts';
import { presetsFor } from '../../core/list/rules.ts';
import { clearSet } from './clear.ts';
import { commit } from './commit.ts';
import type { Darkroom } from '../darkroom.ts';
import { heeding, noting } from '../removal/take-down-guard.ts';
import { type MadeSet, makeSet, type Run } from './make-set.ts';
import { observe, type Sight, type WantedSight } from './observe.ts';
import { keepPurge } from '../removal/purges.ts';
import { enforce, isLifted } from '../removal/enforce.ts';
import { timed } from './timed.ts';

/** Each further turn means that the original was replaced while we worked. */
const TURNS = 3;

/**
 * Makes the derivatives of one original right, whatever is there now: the only way that one is ever written.
 * Throws what a later attempt may mend (transient, fault), after committing what could be made.
 */
export async function reconcile(key: string, opened: Darkroom): Promise<Report> {
  // An attempt that died may have written after a take-down removed what there was.
  const isUnheeded = opened.attempt > 0 || opened.isForewarned === true;
  const run: Run = { key, spent: nothingSpent(), abandoned: [], isUnheeded };
  const darkroom = { ...opened, derivatives: noting(run, opened.derivatives) };
  const unusable = unusableKey(key);
  if (unusable) return reportOf(run, { outcome: 'failed', reason: `KEY_UNUSABLE: ${unusable}` });
  for (let turn = 0; turn < TURNS; turn += 1) {
    const report = await timed(run.spent, 'total', () => takeTurn(run, darkroom));
    if (report) return report;
  }
  const message = `expected ${key} to stay as it is, it was replaced ${TURNS} times meanwhile`;
  throw new Failure('ORIGINAL_CHANGED', message, { key });
}

/** Undefined when the original moved meanwhile, whoever noticed. */
async function takeTurn(run: Run, darkroom: Darkroom): Promise<Report | undefined> {
  try {
    const done = await heeding(run, darkroom, () => reconcileOnce(run, darkroom));
    return 'result' in done ? done.result : takenDownReport(run, done.takenDown);
  } catch (thrown) {
    if (failureOf(thrown).code === 'ORIGINAL_CHANGED') return undefined;
    throw thrown;
  }
}

async function reconcileOnce(run: Run, darkroom: Darkroom): Promise<Report | undefined> {
  const sight = await observe(run.key, darkroom);
  if (sight.manifest?.takenDown) return await stayDown(sight.manifest.takenDown, run, darkroom);
  if (!isWanted(sight)) return await clearAway(sight, run, darkroom);
  const set = await makeSet(sight, run, darkroom);
  if (!set) return reportOf(run, { outcome: 'settled', manifest: sight.manifest });
  const manifest = manifestOf({ ...sight, ...set, now: darkroom.now().toISOString() });
  if (!(await commit(manifest, darkroom))) {
    run.abandoned.push(...set.outcomes.map(({ variant }) => variant.key));
    return undefined;
  }
  if (!(await clearStale(set, manifest, darkroom))) return undefined;
  return reportUnlessRetryable(set, manifest, run);
}

/** Undefined where it was lifted: without its tombstone, the next turn finds a key like any other. */
async function stayDown({ at }: { at: string }, run: Run, darkroom: Darkroom) {
  const { key } = run;
  if (await isLifted(key, darkroom)) {
    await darkroom.derivatives.remove([manifestKey(key)]);
    return undefined;
  }
  const { removed } = await enforce(key, { at, hasTombstone: true }, darkroom);
  return takenDownReport(run, removed);
}

function takenDownReport(run: Run, removed: string[]): Report {
  const reason = 'it was taken down';
  return reportOf(run, { outcome: 'taken-down', reason, removed: removed.length });
}

function isWanted(sight: Sight): sight is WantedSight {
  return sight.original !== undefined && presetsFor(sight.key, sight.list).length > 0;
}

/** An original that is gone, or that no rule asks for, has no derivatives. */
async function clearAway(sight: Sight, run: Run, darkroom: Darkroom): Promise<Report | undefined> {
  const { key, original, manifest, list } = sight;
  const isAsked = presetsFor(key, list).length > 0;
  const reason = isAsked ? 'the original is gone' : 'no rule of the preset list asks for it';
  if (!manifest && !isAsked) return reportOf(run, { outcome: 'ignored', reason });
  const removed = await clearSet(key, darkroom);
  // Uploaded anew while we cleared: another run may have committed what we just removed.
  const now = await darkroom.originals.head(key);
  if (now && now.etag !== original?.etag) return undefined;
  return reportOf(run, { outcome: 'removed', reason, removed });
}

/** Removes what is past its retention, then its mention: a run that dies in between is completed by the next. */
async function clearStale({ todo }: MadeSet, manifest: Manifest, darkroom: Darkroom) {
  if (todo.remove.length === 0) return true;
  await purgeReplaced(todo.remove, manifest, darkroom);
  await darkroom.derivatives.remove(todo.remove);
  const gone = new Set(todo.remove);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  return await commit({ ...manifest, retired }, darkroom);
}

/** Files of an original that was overwritten. What an edit replaces shows the same picture: it needs no purge. */
async function purgeReplaced(
  removed: string[],
  { original, version }: Manifest,
  darkroom: Darkroom,
) {
  const files = removed.filter(key => parseDerivativeKey(key)?.version !== version);
  if (files.length === 0) return;
  await keepPurge({ class: 'replace', directory: `${original.key}/`, files }, darkroom);
}

/** One variant's passing failure never hides its siblings: all are committed before it is thrown. */
function reportUnlessRetryable(set: MadeSet, manifest: Manifest, run: Run): Report {
  const report = reportOf(run, {
    outcome: set.failure ? 'failed' : 'developed',
    ...(set.failure ? { reason: `${set.failure.code}: ${set.failure.message}` } : {}),
    manifest,
    rendered: set.outcomes.flatMap(outcome => ('bytes' in outcome ? [outcome] : [])),
    removed: set.todo.remove.length,
  });
  const failures = set.outcomes.flatMap(outcome => ('failure' in outcome ? [outcome.failure] : []));
  const worst = failures.find(({ kind }) => kind !== 'input');
  if (!worst) return report;
  throw new Failure(worst.code, worst.message, {
    cause: worst,
    key: run.key,
    failed: report.failed,
  });
}
