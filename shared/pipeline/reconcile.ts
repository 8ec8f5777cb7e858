import { manifestOf } from '../core/compose.ts';
import { Failure, failureOf } from '../core/failure.ts';
import { unusableKey } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import { nothingSpent, type Report, reportOf } from '../core/report.ts';
import { presetsFor } from '../core/rules.ts';
import { clearSet } from './clear.ts';
import { commit } from './commit.ts';
import type { Darkroom } from './darkroom.ts';
import { type MadeSet, makeSet, type Run } from './make-set.ts';
import { observe, type Sight, type WantedSight } from './observe.ts';
import { timed } from './timed.ts';

/** Each further turn means that the original was replaced while we worked. */
const TURNS = 3;

/**
 * Makes the derivatives of one original right, whatever is there now: the only way that one is ever written.
 * Throws what a later attempt may mend (transient, fault), after committing what could be made.
 */
export async function reconcile(key: string, darkroom: Darkroom): Promise<Report> {
  const run: Run = { key, spent: nothingSpent(), abandoned: [] };
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
    return await reconcileOnce(run, darkroom);
  } catch (thrown) {
    if (failureOf(thrown).code === 'ORIGINAL_CHANGED') return undefined;
    throw thrown;
  }
}

async function reconcileOnce(run: Run, darkroom: Darkroom): Promise<Report | undefined> {
  const sight = await observe(run.key, darkroom);
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

function isWanted(sight: Sight): sight is WantedSight {
  return sight.original !== undefined && presetsFor(sight.key, sight.list).length > 0;
}

/** An original that is gone, or that no rule asks for, has no derivatives. */
async function clearAway(sight: Sight, run: Run, darkroom: Darkroom): Promise<Report | undefined> {
  const { key, original, manifest, list } = sight;
  const isAsked = presetsFor(key, list).length > 0;
  const reason = isAsked ? 'the original is gone' : 'no rule of the preset list asks for it';
  if (!manifest && !isAsked) return reportOf(run, { outcome: 'ignored', reason });
  const removed = await clearSet(key, darkroom.derivatives);
  // Uploaded anew while we cleared: another run may have committed what we just removed.
  const now = await darkroom.originals.head(key);
  if (now && now.etag !== original?.etag) return undefined;
  return reportOf(run, { outcome: 'removed', reason, removed });
}

/** Removes what is past its retention, then its mention: a run that dies in between is completed by the next. */
async function clearStale({ todo }: MadeSet, manifest: Manifest, darkroom: Darkroom) {
  if (todo.remove.length === 0) return true;
  await darkroom.derivatives.remove(todo.remove);
  const gone = new Set(todo.remove);
  const retired = manifest.retired.filter(({ key }) => !gone.has(key));
  return await commit({ ...manifest, retired }, darkroom);
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
