import { manifestOf } from '../core/compose.ts';
import { Failure, failureOf } from '../core/failure.ts';
import { unusableKey } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import { nothingSpent, type Report, reportOf, type Spent } from '../core/report.ts';
import { presetsFor } from '../core/rules.ts';
import { clearSet } from './clear.ts';
import { commit } from './commit.ts';
import type { Darkroom } from './darkroom.ts';
import { type MadeSet, makeSet, type WantedSight } from './make-set.ts';
import { observe, type Sight } from './observe.ts';
import { timed } from './timed.ts';

/** Each further turn means that the original was replaced while we worked. */
const TURNS = 3;

/**
 * Makes the derivatives of one original right, whatever is there now: the only way that one is ever written.
 * Throws what a later attempt may mend (transient, fault), after committing what could be made.
 */
export async function reconcile(key: string, darkroom: Darkroom): Promise<Report> {
  const run: Run = { key, spent: nothingSpent(), written: [] };
  const unusable = unusableKey(key);
  if (unusable) return reportOf(run, { outcome: 'failed', reason: `KEY_UNUSABLE: ${unusable}` });
  for (let turn = 0; turn < TURNS; turn += 1) {
    const report = await timed(run.spent, 'total', () => takeTurn(run, darkroom));
    if (report) return report;
  }
  const message = `expected ${key} to stay as it is, it was replaced ${TURNS} times meanwhile`;
  throw new Failure('ORIGINAL_CHANGED', message, { key });
}

interface Run {
  key: string;
  spent: Spent;
  /** Derivatives of a turn that found the original moved; the next turn keeps or removes them. */
  written: string[];
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
  const set = await makeSet(sight, run.spent, darkroom);
  if (!set) return reportOf(run, { outcome: 'settled', manifest: sight.manifest });
  const manifest = manifestOf({ ...sight, ...set, now: darkroom.now().toISOString() });
  if (!(await commit(manifest, darkroom))) {
    run.written.push(...set.outcomes.map(({ variant }) => variant.key));
    return undefined;
  }
  const removed = await clearStale(set, manifest, run, darkroom);
  return reportUnlessRetryable(set, manifest, removed, run);
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

/** What is past its retention, and what an earlier turn wrote for a version that is no more. */
async function clearStale(set: MadeSet, manifest: Manifest, run: Run, { derivatives }: Darkroom) {
  const current = new Set(manifest.variants.map(({ key }) => key));
  const abandoned = run.written.filter(key => !current.has(key));
  const keys = [...new Set([...set.todo.remove, ...abandoned])];
  if (keys.length > 0) await derivatives.remove(keys);
  return keys.length;
}

/** One variant's passing failure never hides its siblings: all are committed before it is thrown. */
function reportUnlessRetryable(
  set: MadeSet,
  manifest: Manifest,
  removed: number,
  run: Run,
): Report {
  const report = reportOf(run, {
    outcome: set.failure ? 'failed' : 'developed',
    ...(set.failure ? { reason: `${set.failure.code}: ${set.failure.message}` } : {}),
    manifest,
    rendered: set.outcomes.flatMap(outcome => ('bytes' in outcome ? [outcome] : [])),
    removed,
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
