import { Failure, failureOf } from '../../core/failure.ts';
import { presetsFor } from '../../core/list/rules.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { MadeSet } from '../../core/set/compose.ts';
import { isSettled, plan } from '../../core/set/plan.ts';
import type { Spent } from '../../core/set/report.ts';
import {
  failureIn,
  pictureIn,
  placeholderIn,
  type SeenOriginal,
  versionIn,
} from '../../core/set/seen.ts';
import { type Variant, wantedVariants } from '../../core/set/variants.ts';
import type { Darkroom } from '../darkroom.ts';
import type { Writer } from '../removal/take-down-guard.ts';
import { writeDerivative } from '../stored-set.ts';
import { raiseCrashGuard } from './crash-guard.ts';
import { develop } from './develop.ts';
import type { ObservedOriginal } from './observe.ts';
import { openOriginal } from './open-original.ts';

/** What one reconcile has spent, and written in turns that found the original moved. */
export interface Attempt extends Writer {
  spent: Spent;
  abandoned: string[];
}

/** Plans, makes and writes what is missing; undefined when all is as the list wants it. */
export async function makeSet(
  seen: ObservedOriginal,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  const nothing = nothingMade(seen, attempt, darkroom);
  const known = failureIn(seen);
  if (known) {
    const isCleared = nothing.todo.remove.length === 0 || seen.manifest?.variants.length !== 0;
    return isCleared ? undefined : { ...nothing, failure: new Failure(known.code, known.message) };
  }
  const lowerCrashGuard = await raiseCrashGuard(seen, nothing, darkroom);
  try {
    const made = await planAndDevelop(seen, attempt, darkroom);
    if (!made) await lowerCrashGuard();
    return made;
  } catch (thrown) {
    await lowerCrashGuard();
    const failure = failureOf(thrown);
    if (failure.kind !== 'input') throw failure;
    return { ...nothing, failure };
  }
}

/** Of an original that nothing can be made of: what there is of it retires. */
function nothingMade(seen: SeenOriginal, attempt: Attempt, darkroom: Darkroom): MadeSet {
  const { todo } = planFor(seen, undefined, attempt, darkroom);
  return { todo, outcomes: [], picture: undefined, placeholder: undefined, failure: undefined };
}

function planFor(
  seen: SeenOriginal,
  picture: Picture | undefined,
  { abandoned }: Attempt,
  { now }: Darkroom,
) {
  const todo = plan(seen, { picture, abandoned, now: now().toISOString() });
  return { todo, isSettled: isSettled(todo, seen) };
}

async function planAndDevelop(
  seen: ObservedOriginal,
  attempt: Attempt,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  const { spent } = attempt;
  const known = pictureIn(seen);
  const opened = known ? undefined : await openOriginal(seen, spent, darkroom);
  const picture = known ?? opened?.picture;
  const { todo, isSettled } = planFor(seen, picture, attempt, darkroom);
  if (isSettled && seen.manifest === seen.stored) return undefined;
  if (todo.render.length === 0 && !(opened && isUnproven(seen))) {
    const placeholder = placeholderIn(seen);
    return { todo, outcomes: [], picture, placeholder, failure: undefined };
  }
  // Read anew with the file: what is carried into a rendition depends on the list, and the list may have changed.
  const { file, picture: current } = opened ?? (await openOriginal(seen, spent, darkroom));
  const job = {
    file,
    picture: current,
    variants: todo.render,
    whole: eagerVariants(seen, current),
    list: seen.list,
    kept: todo.entries,
    spent,
    write: (variant: Variant, bytes: Buffer) =>
      writeDerivative(variant, bytes, darkroom.derivatives),
  };
  return { todo, failure: undefined, ...(await develop(job, darkroom)) };
}

/**
 * A new original of which every file is made on demand is decoded once all the same: for its placeholder, and since
 * a picture that crashes its decoder is to be found here, where attempts are counted, and not by each view of it.
 */
function isUnproven({ key, list }: SeenOriginal): boolean {
  return presetsFor(key, list).length > 0;
}

/** What an upload of this picture makes, whatever of it is there already. */
export function eagerVariants(seen: SeenOriginal, picture: Picture): Variant[] {
  return variantsOf(seen, picture).filter(
    ({ generate, impossible }) => generate === 'eager' && !impossible,
  );
}

export function variantsOf(seen: SeenOriginal, picture: Picture): Variant[] {
  const { key, list } = seen;
  const version = versionIn(seen);
  return wantedVariants({ key, version, picture, list, presets: presetsFor(key, list) });
}
