import { focusFrom } from '../../../shared/core/picture/focus.ts';
import { manifestKey, parseDerivativeKey } from '../../../shared/core/set/keys.ts';
import { isDeferred, isSaidAlike } from '../../../shared/core/set/manifest.ts';
import { IN_FORCE_KEY, LAST_GOOD_KEY } from '../../../shared/core/work/in-force.ts';
import { unfinishedKey } from '../../../shared/core/work/unfinished.ts';
import { allowances } from '../allowances.ts';
import type { World } from '../world.ts';
import { takenDown } from './comparison.ts';
import { freshRun } from './fresh-run.ts';
import { isAgedIn, jsonAt, manifestAt } from './stored.ts';

/**
 * Before anybody comes by who looks after what was left: a file is missing although the event that told of its
 * original was acknowledged.
 */
export async function checkAnswers(world: World): Promise<void> {
  const { cloud, judge, buckets, faults } = world;
  const isEditUnfinished = cloud.failures.some(({ keys }) => keys.length === 0);
  // A late write of a former list lies over the one in force: on-presets-edited puts it right when it next looks.
  const { config } = buckets;
  const isWrittenOver =
    jsonAt(config, IN_FORCE_KEY)?.fingerprint !== jsonAt(config, LAST_GOOD_KEY)?.fingerprint;
  if (
    isEditUnfinished ||
    isWrittenOver ||
    judge.failedCommands > 0 ||
    faults.hit.some(({ kind }) => kind === 'lost')
  )
    return;
  const fresh = await freshRun(world);
  const taken = takenDown(world);
  const given = new Set(cloud.failures.flatMap(({ keys }) => keys));
  for (const key of fresh.objects.keys()) {
    const original = parseDerivativeKey(key)?.original;
    if (!original || taken.has(original) || given.has(original)) continue;
    if (buckets.derivatives.objects.has(key) || isExcused(world, original)) continue;
    if (isDeferredIn(original, key, world) || isAgedIn(original, key, world)) continue;
    if (hasGoneLate(original, key, world)) continue;
    judge.accuse('unanswered', `${key} is missing, and every event of it was acknowledged`);
  }
}

/**
 * Under pressure it is an answer that a file comes later, if word is left of it: also where the manifest that said so was
 * written over by one of former bytes, or of another focus, whose write took effect minutes late.
 */
function isDeferredIn(original: string, key: string, { buckets }: World): boolean {
  if (!buckets.config.objects.has(unfinishedKey(original))) return false;
  const manifest = manifestAt(buckets.derivatives, manifestKey(original));
  const entry = manifest?.variants.find(one => one.key === key);
  const isOfFormerBytes = manifest?.version !== parseDerivativeKey(key)?.version;
  return (
    isOfFormerBytes ||
    isOfFormerWords(original, buckets) ||
    (entry !== undefined && isDeferred(entry))
  );
}

/**
 * By a removal that was not answered, after the same bytes came again and all was there: a view makes it, until the sweep
 * comes for the word that was left.
 */
function hasGoneLate(original: string, key: string, { buckets, judge }: World): boolean {
  return judge.goneLate.has(key) && buckets.config.objects.has(unfinishedKey(original));
}

function isOfFormerWords(original: string, { originals, derivatives }: World['buckets']): boolean {
  const manifest = manifestAt(derivatives, manifestKey(original));
  const text = originals.objects.get(original)?.focus;
  if (!manifest) return false;
  const { focus: _, ...told } = manifest.original;
  const now = text === undefined ? told : { ...told, focus: focusFrom(text) };
  return !isSaidAlike(now, manifest.original);
}

function isExcused(world: World, original: string): boolean {
  const accusation = { kind: 'unanswered', detail: '', original };
  return allowances.some(({ excuses }) => excuses(accusation, world));
}
