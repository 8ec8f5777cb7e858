import { Failure, failureOf } from '../../core/failure.ts';
import { isSameObject, type Placeholder } from '../../core/set/manifest.ts';
import { type Picture, pictureSchema } from '../../core/picture/picture.ts';
import { isSettled, type Plan, plan } from '../../core/set/plan.ts';
import type { Spent } from '../../core/set/report.ts';
import { presetsFor } from '../../core/list/rules.ts';
import { type Variant, wantedVariants } from '../../core/set/variants.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { develop, type Outcome } from './develop.ts';
import { forewarned } from './crash-guard.ts';
import type { Writer } from '../removal/take-down-guard.ts';
import type { WantedSight } from './observe.ts';
import { timed } from './timed.ts';

/** The files of one original as they are after this run, not yet committed. */
export interface MadeSet {
  todo: Plan;
  outcomes: Outcome[];
  picture: Picture | undefined;
  placeholder: Placeholder | undefined;
  /** The picture's own fault: nothing can be made of it. */
  failure: Failure | undefined;
}

/** What one run has spent, and written in turns that found the original moved. */
export interface Run extends Writer {
  spent: Spent;
  abandoned: string[];
}

/** A derivative's key names the original's version and the recipe, so its bytes never change. */
const DERIVATIVE_CACHE = 'public, max-age=31536000, immutable';

/** Plans and makes what is missing; undefined when all is as the list wants it. */
export async function makeSet(
  sight: WantedSight,
  run: Run,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  const { todo } = planOf(sight, undefined, run, darkroom);
  const nothing = { todo, outcomes: [], picture: undefined, placeholder: undefined };
  const known = knownFailure(sight);
  if (known) {
    const isCleared = todo.remove.length === 0 || sight.manifest?.variants.length !== 0;
    return isCleared ? undefined : { ...nothing, failure: known };
  }
  try {
    return await forewarned(sight, todo, darkroom, () => planAndDevelop(sight, run, darkroom));
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure.kind !== 'input') throw failure;
    return { ...nothing, failure };
  }
}

async function planAndDevelop(
  sight: WantedSight,
  run: Run,
  darkroom: Darkroom,
): Promise<MadeSet | undefined> {
  const { spent } = run;
  const opened = recorded(sight) ?? (await openOriginal(sight, spent, darkroom));
  const { picture } = opened;
  const { todo, settled } = planOf(sight, picture, run, darkroom);
  if (settled && sight.manifest === sight.stored) return undefined;
  if (todo.render.length === 0 && !isUnproven(opened, sight)) {
    return { todo, outcomes: [], picture, placeholder: opened.placeholder, failure: undefined };
  }
  // Read anew with the file: what is carried into a rendition depends on the list, and the list may have changed.
  const { file, picture: current } = opened.file
    ? { ...opened, file: opened.file }
    : await openOriginal(sight, spent, darkroom);
  const job = {
    file,
    picture: current,
    variants: todo.render,
    whole: eagerVariants(sight, current),
    list: sight.list,
    kept: todo.entries,
    spent,
    write: (variant: Variant, bytes: Buffer) =>
      writeDerivative(variant, bytes, darkroom.derivatives),
  };
  return { todo, failure: undefined, ...(await develop(job, darkroom)) };
}

/**
 * A new original of which every file is made on demand is decoded once all the same: for its placeholder, and since
 * a picture that kills its decoder is to be found here, where attempts are counted, and not by each view of it.
 */
function isUnproven({ file }: Opened, { key, list }: WantedSight): boolean {
  return file !== undefined && presetsFor(key, list).length > 0;
}

/** What an upload of this picture makes, whatever of it is there already. */
export function eagerVariants({ key, original, list }: WantedSight, picture: Picture): Variant[] {
  const { version } = original;
  const presets = presetsFor(key, list);
  return wantedVariants({ key, version, picture, list, presets }).filter(
    ({ generate, impossible }) => generate === 'eager' && !impossible,
  );
}

interface Opened {
  picture: Picture;
  placeholder: Placeholder | undefined;
  file?: Buffer;
}

/** What an earlier run learnt of these very bytes, so that they need not be read again to plan. */
function recorded({ manifest, original }: WantedSight): Opened | undefined {
  if (!manifest || !isSameObject(manifest.original, original)) return undefined;
  const { key: _k, etag: _e, bytes: _b, crc64: _c, placeholder, ...facts } = manifest.original;
  const picture = pictureSchema.safeParse(facts);
  return picture.success ? { picture: picture.data, placeholder } : undefined;
}

export async function openOriginal(
  sight: WantedSight,
  spent: Spent,
  darkroom: Darkroom,
): Promise<Opened & { file: Buffer }> {
  const file = await readOriginal(sight, spent, darkroom);
  const picture = await darkroom.codec.inspect(file, sight.list);
  return { file, picture, placeholder: undefined };
}

/** A recorded failure stands until the original or the preset list changes. */
function knownFailure({ manifest, original, presets }: WantedSight): Failure | undefined {
  if (!manifest?.failure || manifest.presets !== presets) return undefined;
  if (!isSameObject(manifest.original, original)) return undefined;
  return new Failure(manifest.failure.code, manifest.failure.message);
}

function planOf(
  { original, list, manifest }: WantedSight,
  picture: Picture | undefined,
  { abandoned }: Run,
  { now }: Darkroom,
) {
  const observed = { original, picture, list, manifest, abandoned, now: now().toISOString() };
  const todo = plan(observed);
  return { todo, settled: isSettled(todo, observed) };
}

async function readOriginal(
  { key, original, list }: WantedSight,
  spent: Spent,
  { originals }: Darkroom,
): Promise<Buffer> {
  if (original.bytes === 0) {
    throw new Failure('ORIGINAL_EMPTY', 'expected a picture, received an empty object');
  }
  const most = list.limits.megabytes * 1e6;
  if (original.bytes > most) {
    const message = `expected at most ${list.limits.megabytes} MB (limits.megabytes), received ${original.bytes} bytes`;
    throw new Failure('ORIGINAL_TOO_LARGE', message);
  }
  const stored = await timed(spent, 'read', () => originals.get(key));
  // Gone or replaced since we looked: what commit finds, at the latest, starts the next turn.
  if (stored?.etag !== original.etag) {
    throw new Failure(
      'ORIGINAL_CHANGED',
      `expected ${key} to stay as it is, it was replaced meanwhile`,
    );
  }
  spent.bytesRead += stored.bytes.length;
  return stored.bytes;
}

export async function writeDerivative(
  variant: Variant,
  bytes: Buffer,
  derivatives: ObjectStore,
): Promise<void> {
  await derivatives.put(variant.key, bytes, {
    contentType: `image/${variant.format}`,
    cacheControl: DERIVATIVE_CACHE,
  });
}
