import { pMapIterable } from 'p-map';
import type { PresetList } from '../../core/list/preset-list.ts';
import { isAsked } from '../../core/set/asked.ts';
import { versionOf } from '../../core/set/keys.ts';
import { isSaidAlike, isSameObject, type OriginalObject } from '../../core/set/manifest.ts';
import { type Neglect, neglectsOf } from '../../core/set/neglect.ts';
import { type Pair, type Place, startingPlace } from '../../core/set/side-by-side.ts';
import { isTooManyUndeveloped, pageKey, type Sweep } from '../../core/work/sweep.ts';
import { writeRecord } from '../records.ts';
import { withTombstone } from '../removal/behind-link.ts';
import { findManifest, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';
import { give, isLate, PAGE, type SweepContext, save } from './sweep-state.ts';
import { type Walked, walkBoth } from './walk-both.ts';

/** Pairs between two writes of the state: if the process dies, so many are looked at again. */
const SAVE_EVERY = 10_000;

type Found = { orphans: number } | { neglect: Neglect | undefined };

/**
 * Whether both buckets were walked to their end, in time. What was lost is handed over on the way; sets whose original
 * is gone wait in pages for the end, since their share can be judged only there.
 */
export async function walkAll(state: Sweep, context: SweepContext): Promise<boolean> {
  const from = state.place ?? startingPlace();
  const collected = collecting(from, state, context);
  for await (const look of looksAlong(from, context)) {
    collected.take(look);
    if (collected.isFull()) await collected.flush();
    if (isLate(context)) {
      await collected.flush();
      return false;
    }
  }
  await collected.handOver();
  return true;
}

function collecting(from: Place, state: Sweep, context: SweepContext) {
  const [gone, lost]: [string[], string[]] = [[], []];
  let place = from;
  let sinceSaved = 0;
  const handOver = async () => {
    await give(lost.splice(0), { mode: 'settle', isDoubted: true }, state, context);
    if (gone.length === 0) return;
    await writeRecord(context.config, pageKey(state.id, state.pages), gone.splice(0));
    state.pages += 1;
  };
  return {
    handOver,
    take: ({ pair, found, ...walked }: Looked) => {
      place = walked.place;
      sinceSaved += 1;
      if (!pair || !count(pair, found, state)) return;
      if ('orphans' in found) gone.push(pair.key);
      else if (isHeldBack(found, state, context)) state.heldBack += 1;
      else lost.push(pair.key);
    },
    isFull: () => Math.max(gone.length, lost.length) >= PAGE || sinceSaved >= SAVE_EVERY,
    flush: async () => {
      await handOver();
      sinceSaved = 0;
      await save(state, { place }, context);
    },
  };
}

function isHeldBack(
  found: { neglect: Neglect | undefined },
  state: Sweep,
  { maxShare }: SweepContext,
) {
  return found.neglect === 'undeveloped' && isTooManyUndeveloped(state, maxShare);
}

interface Looked extends Walked {
  found: Found;
}

async function* looksAlong(from: Place, context: SweepContext): AsyncGenerator<Looked> {
  const { list } = await context.listInForce.current();
  const now = context.now();
  const look = async (walked: Walked): Promise<Looked> => {
    const { pair } = walked;
    return { ...walked, found: pair ? await lookAt(pair, { list, now }, context) : NOTHING };
  };
  yield* pMapIterable(walkBoth(context, from), look, { concurrency: REQUESTS_SIDE_BY_SIDE });
}

const NOTHING: Found = { neglect: undefined };

/** Answers whether something is to be done about it. */
function count({ original, files, manifestAt }: Pair, found: Found, state: Sweep): boolean {
  const objects = files + (manifestAt ? 1 : 0);
  state.walked.objects += objects;
  if (objects > 0) state.walked.sets += 1;
  if (original) state.walked.originals += 1;
  if ('neglect' in found) {
    if (found.neglect) state.neglected[found.neglect] += 1;
    return found.neglect !== undefined;
  }
  if (found.orphans > 0) state.orphans.sets += 1;
  state.orphans.objects += found.orphans;
  return found.orphans > 0;
}

/** No request where all is as it should be, but a HEAD and a GET for a symlink. If that leads nowhere, its original is gone. */
async function lookAt(
  listed: Pair,
  { list, now }: { list: PresetList; now: Date },
  context: SweepContext,
): Promise<Found> {
  const { pair, there } = await pairBehindLink(listed, context);
  if (!pair.original) return { orphans: await orphansIn(pair, context) };
  if (there && !isAsked({ ...there, key: pair.key }, list)) {
    return pair.files > 0 ? { neglect: 'leftovers' } : NOTHING;
  }
  const neglects = neglectsOf(pair, { list, now, behind: there });
  if (hasOtherTarget(pair)) neglects.push('outdated');
  for (const neglect of neglects) {
    if (!(await isAsItShouldBe(pair, neglect, context))) return { neglect };
  }
  return NOTHING;
}

/** `there` is what a symlink leads to. */
async function pairBehindLink(
  pair: Pair,
  { originals, derivatives }: SweepContext,
): Promise<{ pair: Pair; there?: OriginalObject }> {
  const { original: listed, ...rest } = pair;
  if (!listed?.isLink) return { pair };
  const found = await originals.head(pair.key);
  if (!found) return { pair: rest };
  const there = await withTombstone(found, derivatives);
  return {
    pair: { ...rest, original: { ...listed, etag: there.etag, bytes: there.bytes } },
    there,
  };
}

/** No event of a link tells that its target was replaced, and a link is never younger than its manifest. */
function hasOtherTarget({ original, manifestAt, version }: Pair): boolean {
  return (
    original?.isLink === true && manifestAt !== undefined && version !== versionOf(original.etag)
  );
}

/**
 * Where a listing alone cannot tell: the same bytes once more need no other manifest, after a copy onto itself an
 * original's files are named by an ETag that it had before, and a tombstone stays whatever is uploaded. Nor does a listing
 * tell what the uploader says of the same bytes, or that nothing more can be made of them.
 */
async function isAsItShouldBe(
  { key, original, version, isMixed }: Pair,
  neglect: Neglect,
  { originals, derivatives }: SweepContext,
): Promise<boolean> {
  if (neglect === 'undeveloped' || (neglect === 'leftovers' && isMixed)) return false;
  const manifest = await findManifest(key, derivatives);
  if (!manifest || manifest === 'unreadable') return false;
  if (manifest.takenDown) return true;
  // A run keeps what it could not make again.
  if (neglect === 'overdue') return manifest.failure !== undefined;
  if (neglect === 'leftovers') return manifest.version === version;
  const known = manifest.original;
  if (known.etag !== original?.etag || known.bytes !== original.bytes) return false;
  const now = await originals.head(key);
  return now !== undefined && isSameObject(known, now) && isSaidAlike(known, now);
}

/**
 * How many objects its original left behind: it may have come since it was not listed. A tombstone outlives its original,
 * and anyone may keep a `manifest.json` in this bucket.
 */
async function orphansIn(
  { key, files, manifestAt }: Pair,
  { originals, derivatives }: SweepContext,
): Promise<number> {
  if (await originals.head(key)) return 0;
  const manifest = manifestAt && (await findManifest(key, derivatives));
  if (!manifest || manifest === 'unreadable') return files;
  return manifest.takenDown ? 0 : files + 1;
}
