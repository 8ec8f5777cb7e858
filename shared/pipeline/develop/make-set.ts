import { Failure, type FailureCode, failureOf } from '../../core/failure.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { MadeSet } from '../../core/set/compose.ts';
import { focusOf, standingRegions } from '../../core/set/crops.ts';
import { decidingVariants } from '../../core/set/deciding.ts';
import { isSettled, plan, planToKeep } from '../../core/set/plan.ts';
import { nothingSpent, type Report, type Spent } from '../../core/set/report.ts';
import {
  contentIn,
  failureIn,
  isCurrent,
  pictureIn,
  placeholderIn,
  type SeenOriginal,
} from '../../core/set/seen.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Darkroom } from '../darkroom.ts';
import { newWriter, type Writer } from '../removal/take-down-guard.ts';
import { gateFor } from '../moderation/gate.ts';
import { standingOnRead } from '../moderation/copies.ts';
import { isDue, type Standing } from '../moderation/standing.ts';
import { writeDerivative } from '../stored-set.ts';
import { type CrashGuard, crashGuardFor } from './crash-guard.ts';
import { develop, type Job } from './develop.ts';
import type { ObservedOriginal } from './observe.ts';
import { readOriginal } from './read-original.ts';
import { isUnfinished } from './unfinished.ts';

/** What one call of reconcile wrote and spent. Not Darkroom.attempt, which is how often FC delivered the event before. */
export interface Attempt extends Writer {
  spent: Spent;
  /** Whoever says that the picture kills its decoder is wrong: ours came back, or that of who was counted. */
  hasSurvived: boolean;
  /** It is about to say so itself. */
  isBlaming: boolean;
  /** Of the turns before this one, where what they wrote is in doubt. */
  report: Report | undefined;
  /** Versions that turns in doubt saw. */
  moreCached: Set<string>;
  /** Of the manifest that the turn before this one saw. */
  manifestEtag: string | undefined | 'not seen';
  /** It has pictures judged, by the rule of its key. */
  isJudging: boolean;
  /** A manifest was committed since the first turn, by another run or by this one. */
  hasCompany: boolean;
}

export function newAttempt(key: string, isUnchecked: boolean): Attempt {
  return {
    ...newWriter(key, isUnchecked),
    spent: nothingSpent(),
    hasSurvived: false,
    isBlaming: false,
    report: undefined,
    moreCached: new Set(),
    manifestEtag: 'not seen',
    isJudging: false,
    hasCompany: false,
  };
}

/** What is seen, with the verdict on it where the list asks for one. */
export type Judged = ObservedOriginal & { standing: Standing | undefined };

/**
 * Plans, makes and writes what is missing; undefined when all is as the list wants it. Throws PICTURE_WITHHELD where it
 * was judged on the way and is not to be published.
 */
export async function makeSet(
  seen: Judged,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  attempt.isBlaming = false;
  const known = failureIn(seen);
  if (known && !(await isToBeTriedAgain(seen, attempt, darkroom))) {
    const failed = failedSet(seen, new Failure(known.code, known.message), attempt, darkroom);
    return isSettled(failed.todo, seen) ? undefined : failed;
  }
  try {
    return await planAndDevelop(seen, attempt, darkroom);
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure.kind !== 'input' || failure.code === 'PICTURE_WITHHELD') throw failure;
    return failedSet(seen, failure, attempt, darkroom);
  }
}

/**
 * Somebody asks for it again since it was blamed, or knows better: what crashed may have been another's fault. Who could
 * not take the blame back, although a decoder came back, left word; since then the manifest may have been written anew.
 */
async function isToBeTriedAgain(
  { key, manifest }: SeenOriginal,
  { hasSurvived }: Attempt,
  darkroom: Darkroom,
): Promise<boolean> {
  // Whoever comes here with what was withheld found nobody who withholds it any more.
  if (manifest?.state) return true;
  if (manifest?.failure?.code !== 'ORIGINAL_CRASHED') return false;
  if (hasSurvived || manifest.committedAt < (darkroom.replayedAt ?? '')) return true;
  return await isUnfinished(key, darkroom);
}

/** These say nothing of the picture itself, so what is there of it stays. */
const SPARING: FailureCode[] = ['ORIGINAL_ARCHIVED', 'ORIGINAL_CRASHED'];

/** Of an original that nothing can be made of: what there is of it retires. */
function failedSet(
  seen: ObservedOriginal,
  failure: Failure,
  attempt: Attempt,
  darkroom: Darkroom,
): MadeSet {
  const facts = factsOf(attempt, darkroom);
  const known = { ...seen, manifest: seen.known };
  if (!SPARING.includes(failure.code) || !isCurrent(known)) {
    const todo = plan(seen, { ...facts, picture: undefined });
    const nothing = {
      picture: undefined,
      placeholder: undefined,
      content: undefined,
      focus: undefined,
    };
    return { todo, outcomes: [], ...nothing, failure };
  }
  const about = {
    picture: pictureIn(known),
    placeholder: placeholderIn(known),
    content: contentIn(known),
    failure,
  };
  const { focus } = known.manifest ?? {};
  return { todo: planToKeep(known, facts), outcomes: [], focus, ...about };
}

function factsOf({ written, hasCompany }: Attempt, { now, waitedMs }: Darkroom) {
  const about = { written: [...written], mayBeKnown: hasCompany };
  return { ...about, now: now().toISOString(), waitedMs };
}

function planFor(
  seen: SeenOriginal,
  picture: Picture | undefined,
  attempt: Attempt,
  darkroom: Darkroom,
) {
  const todo = plan(seen, { picture, ...factsOf(attempt, darkroom) });
  return { todo, isSettled: isSettled(todo, seen) };
}

/** What is recorded of these very bytes is enough to plan; they are read only where something is to be made of them. */
async function planAndDevelop(
  seen: Judged,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  const picture = pictureIn(seen);
  if (!picture) return await readAndDevelop(seen, attempt, darkroom);
  const { todo, isSettled } = planFor(seen, picture, attempt, darkroom);
  const isToBeJudged = isDue(seen.standing, darkroom);
  if (isSettled && !isToBeJudged && seen.manifest === seen.stored) return undefined;
  if (todo.render.length > 0 || isToBeJudged) return await readAndDevelop(seen, attempt, darkroom);
  const { wanted } = todo;
  const focus = focusOf(wanted, standingRegions(seen, wanted));
  const about = { picture, placeholder: placeholderIn(seen), content: contentIn(seen), focus };
  return { todo, outcomes: [], ...about, failure: undefined };
}

/**
 * A new original of which every file is made on demand is decoded once all the same: for its placeholder, and since a
 * picture that crashes its decoder is to be found here, where attempts are counted, and not by each view of it.
 */
async function readAndDevelop(
  seen: Judged,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<MadeSet> {
  const { spent } = attempt;
  const guard = await crashGuardFor(seen, attempt, darkroom);
  const { file, stored } = await readOriginal(seen, spent, darkroom);
  const standing = await standingOnRead(seen.standing, seen, stored, darkroom);
  const gate = gateFor(seen, { standing, file }, darkroom);
  let isLate = false;
  try {
    await guard.raise();
    // The header is read anew with the file: what is carried into a rendition depends on the list.
    const picture = await darkroom.codec.inspect(file, seen.list);
    const { todo } = planFor(seen, picture, attempt, darkroom);
    const { wanted } = todo;
    const whole = decidingVariants(wanted);
    const regions = standingRegions(seen, wanted);
    const write = async (variant: Variant, bytes: Buffer) => {
      await gate.passed();
      await writeDerivative(variant, bytes, darkroom.derivatives);
    };
    const about = { file, picture, list: seen.list, spent, write, content: contentIn(seen) };
    const encoded = guard.lower;
    const work = { variants: todo.render, whole, regions, kept: todo.entries };
    const job = { ...about, ...work, encoded, judge: gate.judge };
    const { regions: found, ...developed } = await developApart(job, darkroom);
    attempt.hasSurvived = true;
    const focus = focusOf(wanted, found);
    return { todo, failure: undefined, focus, ...developed, ...(await gate.concluded()) };
  } catch (thrown) {
    const { code, kind } = failureOf(thrown);
    // What may be the picture's fault or a busy machine's is counted as a crash is, which it is the milder form of.
    isLate = code === 'DECODER_LATE';
    if (kind === 'input') attempt.hasSurvived = true;
    throw thrown;
  } finally {
    if (!isLate) await lower(guard, attempt);
  }
}

/**
 * What views made, where it decides nothing, is made anew as a view makes it, each by itself: beside it one decode would
 * be larger than at an upload, and all others other bytes.
 */
async function developApart(job: Job, darkroom: Darkroom): ReturnType<typeof develop> {
  const deciding = new Set(job.whole.map(({ key }) => key));
  const apart = job.variants.filter(({ key }) => !deciding.has(key));
  if (apart.length === 0) return await develop(job, darkroom);
  const { encoded: _, judge, ...rest } = job;
  const variants = job.variants.filter(({ key }) => deciding.has(key));
  const developed = await develop({ ...rest, judge, variants }, darkroom);
  const { regions, content } = developed;
  const outcomes = [...developed.outcomes];
  for (const variant of apart) {
    const alone = { ...rest, variants: [variant], regions, content };
    outcomes.push(...(await develop(alone, darkroom)).outcomes);
  }
  return { ...developed, outcomes };
}

/** A count that cannot be taken back blames a picture whose decoder came back. */
async function lower(guard: CrashGuard, attempt: Attempt): Promise<void> {
  try {
    await guard.lower();
  } catch (thrown) {
    attempt.hasSurvived = true;
    throw thrown;
  }
}
