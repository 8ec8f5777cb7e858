import { failureOf } from '../../core/failure.ts';
import { parseDerivativeKey, unusableKey } from '../../core/set/keys.ts';
import { isCurrent, type SeenOriginal, versionIn } from '../../core/set/seen.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { nothingSpent } from '../../core/set/report.ts';
import { presetsFor } from '../../core/list/rules.ts';
import { isInForce, lastAct } from '../../core/set/take-down-record.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Darkroom } from '../darkroom.ts';
import { develop } from '../develop/develop.ts';
import { newWriter, notedWrites } from '../removal/take-down-guard.ts';
import { eagerVariants, variantsOf } from '../develop/make-set.ts';
import { type ObservedOriginal, observe } from '../develop/observe.ts';
import { readOriginal } from '../develop/read-original.ts';
import { readTakeDown } from '../removal/take-down-records.ts';
import { writeDerivative } from '../stored-set.ts';

/** What a derivative's URL answers where the bucket has no such object. */
export type Miss =
  | { found: 'file'; bytes: Buffer; contentType: string; isNew: boolean }
  /** Nothing of ours, not declared for this picture, or of another version. */
  | { found: 'nothing' }
  /** The original is not there any more. */
  | { found: 'gone' }
  /** `withdrew`: since when it is taken down, where a file was written all the same and is removed again. */
  | { found: 'taken-down'; withdrew?: string };

/**
 * Makes the one file that was asked for, if the list in force declares it for the original as it is now; its
 * manifest is someone else's work. The URL chooses among declared variants and describes none: its key is compared
 * with those that the list computes.
 */
export async function answerMiss(key: string, darkroom: Darkroom): Promise<Miss> {
  try {
    return await look(key, darkroom);
  } catch (thrown) {
    const failure = failureOf(thrown);
    // The picture's own fault is no file; anything else is told to whoever operates this.
    if (failure.kind !== 'input') throw failure;
    return { found: 'nothing' };
  }
}

async function look(key: string, darkroom: Darkroom): Promise<Miss> {
  const name = parseDerivativeKey(key);
  if (!name || unusableKey(name.original)) return { found: 'nothing' };
  const [there, seen] = await Promise.all([
    darkroom.derivatives.get(key),
    observe(name.original, darkroom),
  ]);
  if (seen.manifest?.takenDown) return { found: 'taken-down' };
  if (there) return fileOf(there.bytes, name.format, false);
  if (!seen.original) return { found: seen.manifest ? 'gone' : 'nothing' };
  const { original } = seen;
  if (!mayBeMade({ ...seen, original }, name.version)) return { found: 'nothing' };
  const writer = newWriter(name.original, false);
  const noted = { ...darkroom, derivatives: notedWrites(writer, darkroom.derivatives) };
  const [done] = await Promise.allSettled([render(key, { ...seen, original }, noted)]);
  const withdrew = writer.isUnchecked ? await withdrawn(key, name.original, darkroom) : undefined;
  if (withdrew) return { found: 'taken-down', withdrew };
  if (done.status === 'rejected') throw done.reason;
  return done.value ? fileOf(done.value, name.format, true) : { found: 'nothing' };
}

/** A take-down that came since we looked has not seen our file. What the CDN may have of it is the backfill function's. */
async function withdrawn(
  key: string,
  original: string,
  { config, derivatives }: Darkroom,
): Promise<string | undefined> {
  const takedown = config && (await readTakeDown(original, config));
  if (!takedown || !isInForce(takedown)) return undefined;
  await derivatives.remove([key]);
  return lastAct(takedown).at;
}

function fileOf(bytes: Buffer, format: string, isNew: boolean): Miss {
  return { found: 'file', bytes, contentType: `image/${format}`, isNew };
}

/** A picture that failed before fails again: it is not tried for every view. */
function mayBeMade(seen: SeenOriginal, version: string): boolean {
  if (versionIn(seen) !== version || presetsFor(seen.key, seen.list).length === 0) return false;
  return !(seen.manifest?.failure && isCurrent(seen));
}

async function render(
  key: string,
  seen: ObservedOriginal,
  darkroom: Darkroom,
): Promise<Buffer | undefined> {
  const spent = nothingSpent();
  const file = await readOriginal(seen, spent, darkroom);
  const picture = await darkroom.codec.inspect(file, seen.list);
  const variant = declared(key, seen, picture);
  if (!variant) return undefined;
  let made: Buffer | undefined;
  const write = async (_: Variant, rendition: Buffer) => {
    await writeDerivative(variant, rendition, darkroom.derivatives);
    made = rendition;
  };
  const whole = eagerVariants(seen, picture);
  const job = {
    file,
    picture,
    list: seen.list,
    variants: [variant],
    whole,
    kept: [],
    spent,
    write,
  };
  const [outcome] = (await develop(job, darkroom)).outcomes;
  if (outcome && 'failure' in outcome) throw outcome.failure;
  darkroom.log.info('miss-rendered', { key, milliseconds: spent.milliseconds });
  return made;
}

/** Skipped files are not declared either: the client was told of another that serves it better. */
function declared(key: string, seen: ObservedOriginal, picture: Picture): Variant | undefined {
  const { manifest } = seen;
  const isSkipped = manifest?.variants.some(one => one.key === key && one.state === 'skipped');
  if (isSkipped) return undefined;
  return variantsOf(seen, picture).find(one => one.key === key && !one.impossible);
}
