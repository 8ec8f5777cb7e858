import { Failure, failureOf } from '../../core/failure.ts';
import { askedOf, isAsked } from '../../core/set/asked.ts';
import { type MadeSet, manifestOf } from '../../core/set/compose.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Manifest } from '../../core/set/manifest.ts';
import { isCurrent } from '../../core/set/seen.ts';
import { withForgotten, withUnpurged, withVanished } from '../../core/set/unpurged.ts';
import { type Report, reportOf, reportOfBoth } from '../../core/set/report.ts';
import type { Darkroom } from '../darkroom.ts';
import { standingOf, withheldBy } from '../moderation/standing.ts';
import { type Enforced, enforce } from '../removal/enforce.ts';
import { makeKnownLate } from '../removal/known.ts';
import { noteUnfinished, notedWrites, takenDownMeanwhile } from '../removal/take-down-guard.ts';
import { TAKEN_DOWN, takeDownOf } from '../removal/take-down-records.ts';
import { clearSet, clearStale, isAnyMadeAgain } from './clear.ts';
import { commitOrDoubt, isAsSeen } from './commit.ts';
import { mayHaveCrashed, standsBlamed } from './crash-guard.ts';
import { lift } from './lift.ts';
import { type Attempt, type Judged, makeSet, newAttempt } from './make-set.ts';
import { type Observed, type ObservedOriginal, observe } from './observe.ts';
import { timed } from './timed.ts';
import { noteLeft, tendUnfinished } from './unfinished.ts';
import { withheldIn, withhold } from './withhold.ts';

/** Each further turn means that the original, the list or the manifest moved while we worked. */
const TURNS = 6;

/**
 * Makes the derivatives of one original right, whatever is there now. Whatever happened to an original ends here, and
 * no manifest of a developed original is written anywhere else; a miss alone (serve/miss.ts) writes a derivative, too.
 * Throws what a later attempt may mend (transient, fault), after committing what could be made.
 */
export async function reconcile(key: string, opened: Darkroom): Promise<Report> {
  // An earlier attempt that crashed may have written after a take-down removed the set: then the record is looked for first.
  const isUnchecked = mayHaveCrashed(opened) || opened.expectsTakeDown === true;
  const attempt = newAttempt(key, isUnchecked);
  const leaveWord = () => noteUnfinished(key, opened);
  const darkroom = { ...opened, derivatives: notedWrites(attempt, opened.derivatives, leaveWord) };
  const unusable = unusableKey(key);
  if (unusable) {
    return reportOf(attempt, { outcome: 'failed', reason: `KEY_UNUSABLE: ${unusable}` });
  }
  for (let turn = 0; turn < TURNS; turn += 1) {
    const report = await timed(attempt.spent, 'total', () => takeTurn(attempt, darkroom));
    if (!report) continue;
    // The list or the original moved, so that no turn wrote the file again: if it comes late, nobody knows of it.
    if (attempt.unanswered.size > 0) await noteUnfinished(key, darkroom);
    return report;
  }
  const message = `expected ${key}, its manifest and the list to stay as they are, one of them moved ${TURNS} times meanwhile`;
  throw new Failure('ORIGINAL_CHANGED', message, { key });
}

/** Undefined when something moved meanwhile, whoever noticed. */
async function takeTurn(attempt: Attempt, darkroom: Darkroom): Promise<Report | undefined> {
  try {
    const before = await takenDownMeanwhile(attempt, darkroom);
    if (before) return takenDownReport(attempt, before);
    const [ended] = await Promise.allSettled([makeRight(attempt, darkroom)]);
    // However the work ended, a look for a take-down follows. If there is one, what the work came to is dropped.
    const after = await takenDownMeanwhile(attempt, darkroom);
    if (after) {
      if (attempt.isJudging) await makeKnownLate(attempt.key, darkroom);
      return takenDownReport(attempt, after);
    }
    if (ended.status === 'rejected') throw ended.reason;
    return unlessInDoubt(attempt, ended.value);
  } catch (thrown) {
    if (failureOf(thrown).code === 'ORIGINAL_CHANGED') return undefined;
    // If this write fails, too, nothing is lost: for what is thrown FC delivers the event again, and keeps it for replay.
    const isToBeTold = attempt.hasWritten || attempt.hasSurvived;
    if (isToBeTold) await Promise.allSettled([noteUnfinished(attempt.key, darkroom)]);
    throw thrown;
  }
}

/** Observe; look up the verdict; plan, develop, have it judged and write; then commit. */
async function makeRight(attempt: Attempt, darkroom: Darkroom): Promise<Report | undefined> {
  const seen = await observe(attempt.key, darkroom, doubtsOf(attempt, darkroom));
  noteMoved(attempt, seen);
  if (seen.manifest?.takenDown)
    return await stayDown(seen, seen.manifest.takenDown, attempt, darkroom);
  if (!isThere(seen) || !(isAsked(seen.original, seen.list) || isWithheld(seen))) {
    return await clearAway(seen, attempt, darkroom);
  }
  // What is stored was published, whatever a bulk run does not trust of it.
  const standing = await standingOf({ ...seen, manifest: seen.stored }, darkroom);
  const judged = { ...seen, standing };
  if (standing?.rule) attempt.isJudging = true;
  const state = withheldBy(standing);
  if (state) return await withhold(judged, { state, isUnjudged: false }, attempt, darkroom);
  if (!isAsked(seen.original, seen.list)) return await clearAway(seen, attempt, darkroom);
  const [made] = await Promise.allSettled([makeSet(judged, attempt, darkroom)]);
  if (made.status === 'fulfilled') return await commitMade(judged, made.value, attempt, darkroom);
  const failure = failureOf(made.reason);
  if (failure.code !== 'PICTURE_WITHHELD') throw failure;
  return await withhold(judged, withheldIn(failure), attempt, darkroom);
}

/** Commit; clear; report. */
async function commitMade(
  seen: Judged,
  made: MadeSet | undefined,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<Report | undefined> {
  const { key } = attempt;
  if (!made) {
    await tendUnfinished(seen, seen.manifest?.retired ?? [], darkroom);
    return reportOf(attempt, { outcome: 'settled', manifest: seen.manifest });
  }
  const { remove, drop } = made.todo;
  const composed = manifestOf(seen, made, darkroom.now().toISOString());
  const manifest = darkroom.isBehindCdn
    ? withCached(composed, { seen, remove, attempt })
    : composed;
  await noteLeft(seen, manifest, darkroom);
  const committed = await commitOrDoubt(manifest, seen, attempt, darkroom);
  if (!committed || (await isWithheldNow(seen, darkroom))) return undefined;
  if (attempt.isBlaming && !(await standsBlamed(key, darkroom))) {
    attempt.hasSurvived = true;
    return undefined;
  }
  if (attempt.mayHaveReplaced && (await isAnyMadeAgain(remove, manifest, darkroom)))
    return undefined;
  const cleared = await clearStale([...remove, ...drop], { seen: committed, manifest }, darkroom);
  if (!cleared) return undefined;
  // Of what a listing found word was left before the commit, as of a verdict that is still to come.
  if (!made.unjudged) await tendUnfinished({ key }, cleared.retired, darkroom);
  return reportUnlessRetryable(made, manifest, attempt);
}

/**
 * As after a take-down: whoever blocks a picture writes that first, and we look after we wrote. Of other keys with the same
 * bytes nobody else would come.
 */
async function isWithheldNow(seen: Judged, darkroom: Darkroom): Promise<boolean> {
  if (!seen.standing) return false;
  const standing = await standingOf({ ...seen, manifest: seen.stored }, darkroom);
  return withheldBy(standing) !== undefined;
}

/** It says of what the CDN may have more than the bucket. */
function withCached(
  composed: Manifest,
  { seen, remove, attempt }: { seen: Observed; remove: string[]; attempt: Attempt },
): Manifest {
  const { stored, there } = seen;
  const isThere = (key: string) => !there || there.has(key) || attempt.removed.has(key);
  return withVanished(withForgotten(withUnpurged(composed, remove), stored), stored, isThere);
}

function noteMoved(attempt: Attempt, { manifestEtag }: Observed): void {
  if (![manifestEtag, 'not seen'].includes(attempt.manifestEtag)) attempt.hasCompany = true;
  attempt.manifestEtag = manifestEtag;
}

function doubtsOf(attempt: Attempt, darkroom: Darkroom) {
  const { removed, published, report, mayHaveReplaced, moreCached } = attempt;
  // If we committed in an earlier turn, another run may have replaced that manifest: our files may be named by none, or
  // gone. If we removed any, its manifest may name them, or they were made again.
  const isOurs = published.size + removed.size > 0 || report !== undefined || mayHaveReplaced;
  const isDoubtful = mayHaveCrashed(darkroom) || darkroom.isDoubted === true || isOurs;
  const isMoreCached = darkroom.isBehindCdn && (report !== undefined || mayHaveReplaced);
  return { isDoubtful, moreCached: isMoreCached ? moreCached : undefined };
}

/**
 * A manifest that took long to write may have replaced one that nobody read, of another run that has ended by then: all
 * is looked at once more, by a listing. What was done is told with what that comes to.
 */
function unlessInDoubt(attempt: Attempt, report: Report | undefined): Report | undefined {
  const whole = report && attempt.report ? reportOfBoth(attempt.report, report) : report;
  if (!whole || !attempt.mayHaveReplaced) return whole;
  attempt.mayHaveReplaced = false;
  attempt.report = whole;
  return undefined;
}

/** Undefined where it was lifted. */
async function stayDown(
  seen: Observed,
  { at }: { at: string },
  attempt: Attempt,
  darkroom: Darkroom,
) {
  const { key } = attempt;
  const found = await takeDownOf(key, darkroom);
  if (found === 'lifted') {
    await lift(seen, darkroom);
    return undefined;
  }
  const { removed } = await enforce(key, { at, hasTombstone: true }, darkroom);
  return takenDownReport(attempt, { reason: found?.reason ?? TAKEN_DOWN, removed });
}

function takenDownReport(attempt: Attempt, { reason, removed }: Enforced): Report {
  return reportOf(attempt, { outcome: 'taken-down', reason, removed: removed.length });
}

function isThere(seen: Observed): seen is ObservedOriginal {
  return seen.original !== undefined;
}

/** Also where no rule asks for it: one that does tomorrow may ask for no verdict. */
function isWithheld(seen: ObservedOriginal): boolean {
  return seen.manifest?.state !== undefined && isCurrent(seen);
}

/** An original that is gone, or that no rule asks for, has no derivatives. */
async function clearAway(
  seen: Observed,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<Report | undefined> {
  const { key, original, list, manifestEtag, leftovers = [] } = seen;
  const { reason: unasked } = askedOf({ bytes: undefined, ...original, key }, list);
  const reason = unasked ?? 'the original is gone';
  const isBare = manifestEtag === undefined && leftovers.length === 0;
  if (unasked && isBare && attempt.written.size === 0) {
    return reportOf(attempt, { outcome: 'ignored', reason });
  }
  const removed = await clearSet(seen, darkroom);
  // Uploaded or asked for anew while we cleared: another run may have committed what we just removed.
  if (!(await isAsSeen({ ...seen, manifestEtag: undefined }, darkroom))) return undefined;
  await tendUnfinished(seen, [], darkroom);
  return reportOf(attempt, { outcome: 'removed', reason, removed });
}

/** One variant's passing failure never hides its siblings: all are committed before it is thrown. */
function reportUnlessRetryable(made: MadeSet, manifest: Manifest, attempt: Attempt): Report {
  const report = reportOf(attempt, {
    outcome: made.failure ? 'failed' : 'developed',
    ...(made.failure ? { reason: `${made.failure.code}: ${made.failure.message}` } : {}),
    manifest,
    rendered: made.outcomes.flatMap(outcome => ('bytes' in outcome ? [outcome] : [])),
    removed: made.todo.remove.length + made.todo.drop.length,
  });
  const failures = made.outcomes.flatMap(one => ('failure' in one ? [one.failure] : []));
  const worst = failures.find(({ kind }) => kind !== 'input');
  if (!worst) return report;
  throw new Failure(worst.code, worst.message, {
    cause: worst,
    key: attempt.key,
    failed: report.failed,
  });
}
