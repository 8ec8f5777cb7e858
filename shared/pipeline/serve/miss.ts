import { type Failure, failureOf } from '../../core/failure.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { isAsked } from '../../core/set/asked.ts';
import { standingRegions } from '../../core/set/crops.ts';
import { decidingVariants } from '../../core/set/deciding.ts';
import {
  type DerivativeName,
  parseDerivativeKey,
  parseManifestKey,
  unusableKey,
} from '../../core/set/keys.ts';
import { variantsOf } from '../../core/set/plan.ts';
import { nothingSpent, type Spent } from '../../core/set/report.ts';
import { contentIn, isCurrent, pictureIn, versionIn } from '../../core/set/seen.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Darkroom } from '../darkroom.ts';
import type { CrashGuard } from '../develop/crash-guard.ts';
import { develop } from '../develop/develop.ts';
import { readOriginal } from '../develop/read-original.ts';
import { standingOnStored } from '../moderation/copies.ts';
import { isServable, refuseUnpassed, type Standing, standingOf } from '../moderation/standing.ts';
import { newWriter, notedWrites } from '../removal/take-down-guard.ts';
import { writeDerivative } from '../stored-set.ts';
import { type Looked, type LookedOriginal, lookAt } from './look.ts';
import { missGuardFor } from './miss-guard.ts';
import { currentKeyFor } from './moved.ts';
import { unlessUnusable } from './unless-unusable.ts';
import { type Withdrawn, withdrawalIn, withdrawn } from './withdrawn.ts';

/** What a derivative's URL answers where the bucket has no such object. */
export type Miss =
  /** `manifest`: what it was made beside, which does not tell of it yet. */
  | { found: 'file'; bytes: Buffer; contentType: string; isNew: boolean; manifest: string }
  /** It was replaced, or its recipe was: the file that has its place now. */
  | { found: 'moved'; key: string }
  /**
   * Nothing of ours, or not declared for this picture. `archived`: the original could not be read, which its manifest
   * does not say yet; the value names that manifest.
   */
  | { found: 'nothing'; archived?: string; withdrew?: never }
  /** Of an upload under way it is there the next moment. */
  | { found: 'no-manifest' }
  /** The original is not there any more. */
  | { found: 'gone' }
  | { found: 'taken-down'; withdrew?: never }
  | Withdrawn;

/**
 * `handOn` is told what comes of it: before a file is removed again, since nobody may live to say it afterwards, and once
 * more after that where it answered false.
 */
export type MissDarkroom = Darkroom & { handOn?(miss: Miss): Promise<boolean> };

/**
 * Makes the one file that was asked for, if the list in force declares it for the original as it is now; its
 * manifest is someone else's work. The URL chooses among declared variants and describes none: its key is compared
 * with those that the list computes.
 */
export async function answerMiss(key: string, darkroom: MissDarkroom): Promise<Miss> {
  if (parseManifestKey(key) !== undefined) return { found: 'no-manifest' };
  const name = parseDerivativeKey(key);
  if (!name || unusableKey(name.original)) return { found: 'nothing' };
  const miss = await unlessUnusable(() => look(key, name, darkroom));
  // Who withdrew something told it before.
  if (!('withdrew' in miss)) await darkroom.handOn?.(miss);
  return miss;
}

async function look(key: string, name: DerivativeName, darkroom: MissDarkroom): Promise<Miss> {
  const [there, seen] = await Promise.all([
    darkroom.derivatives.get(key),
    lookAt(name.original, darkroom),
  ]);
  if (seen.manifest?.takenDown) return { found: 'taken-down' };
  // A file may be there for a moment: of a run that began before the verdict.
  if (seen.manifest?.state && isCurrent(seen)) return { found: 'nothing' };
  if (there) return fileOf(there.bytes, name, seen);
  if (!seen.original) return seen.manifest ? { found: 'gone' } : { found: 'nothing' };
  const found = { ...seen, original: seen.original };
  const made = mayBeMade(key, name.version, found)
    ? await make(key, name, found, darkroom)
    : 'undeclared';
  if (made !== 'undeclared') return made;
  const moved = await currentKeyFor(key, found, darkroom);
  return moved === undefined ? { found: 'nothing' } : { found: 'moved', key: moved };
}

async function make(
  key: string,
  name: DerivativeName,
  seen: LookedOriginal,
  darkroom: MissDarkroom,
): Promise<Miss | 'undeclared'> {
  const { original } = name;
  const guard = await missGuardFor(key, seen.original, darkroom);
  if (guard === 'kills') return { found: 'nothing' };
  if (Buffer.isBuffer(guard)) return fileOf(guard, name, seen);
  const standing = await standingOf(seen, darkroom);
  if (!isServable(standing)) return { found: 'nothing' };
  const writer = newWriter(original, false);
  const noted = { ...darkroom, derivatives: notedWrites(writer, darkroom.derivatives) };
  const [done] = await Promise.allSettled([render(key, { ...seen, standing }, guard, noted)]);
  const wanted = { ...seen, standing };
  const withdrawal = writer.isUnchecked && (await withdrawalIn(original, wanted, darkroom));
  if (withdrawal) return await withdrawn(key, withdrawal, darkroom);
  if (done.status === 'rejected') return unmade(failureOf(done.reason), seen);
  return done.value ? { ...fileOf(done.value, name, seen), isNew: true } : 'undeclared';
}

/** The picture's own fault is no file; anything else is told to whoever operates this. */
function unmade(failure: Failure, { manifestEtag = 'none' }: LookedOriginal): Miss {
  if (failure.kind !== 'input') throw failure;
  if (failure.code !== 'ORIGINAL_ARCHIVED') return { found: 'nothing' };
  return { found: 'nothing', archived: manifestEtag };
}

function fileOf(
  bytes: Buffer,
  { format }: DerivativeName,
  { manifestEtag: manifest = 'none' }: Looked,
): Miss & { found: 'file' } {
  return { found: 'file', bytes, contentType: `image/${format}`, isNew: false, manifest };
}

/** A picture that failed before fails again, and what is known of it may be enough: it is not read for every view. */
function mayBeMade(key: string, version: string, seen: LookedOriginal): boolean {
  if (versionIn(seen) !== version || !isAsked(seen.original, seen.list)) return false;
  if (seen.manifest?.failure && isCurrent(seen)) return false;
  const picture = pictureIn(seen);
  return !picture || declared(key, seen, picture) !== undefined;
}

async function render(
  key: string,
  seen: LookedOriginal & { standing: Standing | undefined },
  guard: CrashGuard,
  darkroom: Darkroom,
): Promise<Buffer | undefined> {
  const spent = nothingSpent();
  const { file, stored } = await readOriginal(seen, spent, darkroom);
  refuseUnpassed(await standingOnStored(seen.standing, seen, stored, darkroom), file);
  try {
    await guard.raise();
    const picture = await darkroom.codec.inspect(file, seen.list);
    const variant = declared(key, seen, picture);
    return variant && (await made(variant, { file, picture, spent, guard }, seen, darkroom));
  } finally {
    await guard.lower();
  }
}

interface Begun {
  file: Buffer;
  picture: Picture;
  spent: Spent;
  guard: CrashGuard;
}

async function made(
  variant: Variant,
  { file, picture, spent, guard }: Begun,
  seen: LookedOriginal,
  darkroom: Darkroom,
): Promise<Buffer | undefined> {
  let written: Buffer | undefined;
  const write = async (_: Variant, rendition: Buffer) => {
    await writeDerivative(variant, rendition, darkroom.derivatives);
    written = rendition;
  };
  const wanted = variantsOf(seen, picture);
  const whole = decidingVariants(wanted);
  const regions = standingRegions(seen, wanted);
  const job = {
    file,
    picture,
    list: seen.list,
    variants: [variant],
    whole,
    regions,
    content: contentIn(seen),
    kept: [],
    spent,
    write,
    encoded: guard.lower,
  };
  const [outcome] = (await develop(job, darkroom)).outcomes;
  if (outcome && 'failure' in outcome) throw outcome.failure;
  darkroom.log.info('miss-rendered', { key: variant.key, milliseconds: spent.milliseconds });
  return written;
}

/** Skipped files are not declared either: the client was told of another that serves it better. */
function declared(key: string, seen: LookedOriginal, picture: Picture): Variant | undefined {
  const { manifest } = seen;
  const isSkipped = manifest?.variants.some(one => one.key === key && one.state === 'skipped');
  if (isSkipped) return undefined;
  return variantsOf(seen, picture).find(one => one.key === key && !one.impossible);
}
