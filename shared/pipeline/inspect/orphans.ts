import { pMapIterable } from 'p-map';
import { type Finding, namedIn } from '../../core/set/findings.ts';
import { parseDerivativeKey, parseManifestKey, unusableKey } from '../../core/set/keys.ts';
import { isSaidAlike, isSameObject } from '../../core/set/manifest.ts';
import { agedIn } from '../../core/set/unpurged.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { removePurged } from '../removal/purges.ts';
import { findManifest, objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';
import type { SurveyStores } from './survey.ts';

/** Objects of ours that nothing leads to, and taking them away. */

interface SetPart {
  original: string;
  keys: string[];
}

interface Buckets {
  originals: Pick<ObjectStore, 'head'>;
  derivatives: Pick<ObjectStore, 'get' | 'list'>;
}

/**
 * The sets that there are, by the listing of the derivatives bucket, each with what of it is an orphan since its
 * original is gone; foreign objects are passed over. One HEAD for each, and for a gone one a GET.
 */
export async function* walkSets(
  { prefix = '', after }: { prefix?: string; after?: string | undefined },
  stores: Buckets,
): AsyncGenerator<SetPart & { orphans: Finding[] }> {
  const objects = objectsIn(stores.derivatives.list(prefix, after ? { after } : {}));
  const parts = setParts(prefix, objects);
  const look = async (part: SetPart) => ({ ...part, orphans: await ifGone(part, stores) });
  yield* pMapIterable(parts, look, { concurrency: REQUESTS_SIDE_BY_SIDE });
}

/** Keys next to each other that belong to one original; a set comes in several parts where others lie within it. */
async function* setParts(
  prefix: string,
  objects: AsyncIterable<ListedObject>,
): AsyncGenerator<SetPart> {
  let part: SetPart | undefined;
  for await (const { key } of objects) {
    const original = parseDerivativeKey(key)?.original ?? parseManifestKey(key);
    if (original === undefined || !original.startsWith(prefix) || unusableKey(original)) continue;
    if (part?.original === original) part.keys.push(key);
    else {
      if (part) yield part;
      part = { original, keys: [key] };
    }
  }
  if (part) yield part;
}

/** A tombstone outlives its original: it is there for the next one that comes by this key. */
async function ifGone({ original, keys }: SetPart, stores: Buckets): Promise<Finding[]> {
  if (await stores.originals.head(original)) return [];
  const manifest = await findManifest(original, stores.derivatives);
  if (manifest !== 'unreadable' && manifest?.takenDown) return [];
  // Anyone may keep a `manifest.json` in this bucket; a derivative's name is nobody else's.
  const isReadable = manifest !== undefined && manifest !== 'unreadable';
  const isOurs = (key: string) => isReadable || parseDerivativeKey(key)?.original === original;
  const why = 'its original is gone';
  return keys
    .filter(isOurs)
    .map(key => ({ problem: 'orphan', original, key, why, mend: 'remove' }));
}

/** Why orphans are not to be removed, or undefined: so many at once are more likely a wrong bucket or prefix. */
export function refusalToRemove(
  { orphans, files }: { orphans: number; files: number },
  maxShare: number,
  setting: string,
): string | undefined {
  if (orphans <= files * maxShare) return undefined;
  const share = percent(orphans / files);
  return `expected at most ${percent(maxShare)} of the ${files} objects to be orphans (${setting}), found ${orphans}, that is ${share}: nothing was removed; look at them, then allow more`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** What the CDN may have of them. */
type Purging = Pick<Darkroom, 'config' | 'isBehindCdn' | 'now'>;

/**
 * Removes orphans, each looked at once more right before. `lost` are originals that a run made anew in that very
 * moment, so that their set may lack what was just removed: they are to be rendered anew.
 */
export async function removeOrphans(
  orphans: Finding[],
  stores: SurveyStores & Purging,
): Promise<{ removed: number; lost: string[] }> {
  let removed = 0;
  const lost: string[] = [];
  const remove = (part: [string, Finding[]]) => removePart(part, stores);
  const concurrency = REQUESTS_SIDE_BY_SIDE;
  for await (const done of pMapIterable(byOriginal(orphans), remove, { concurrency })) {
    removed += done.removed;
    if (done.isLost) lost.push(done.original);
  }
  return { removed, lost };
}

function byOriginal(orphans: Finding[]): Map<string, Finding[]> {
  const parts = new Map<string, Finding[]>();
  for (const orphan of orphans) {
    const part = parts.get(orphan.original);
    if (part) part.push(orphan);
    else parts.set(orphan.original, [orphan]);
  }
  return parts;
}

async function removePart(
  [original, orphans]: [string, Finding[]],
  stores: SurveyStores & Purging,
) {
  const { originals, derivatives } = stores;
  const before = await originals.head(original);
  const named = before && (await namedNow(original, stores));
  const keys = orphans
    .flatMap(({ key }) => key ?? [])
    .filter(key => !before || (named && !named.has(key)));
  if (keys.length === 0) return { original, removed: 0, isLost: false };
  const { aged, isMore } = before ? NOTHING_CACHED : await cachedOf(original, derivatives);
  const files = [...new Set([...keys, ...aged])];
  const about = { class: 'delete', directory: `${original}/`, files } as const;
  const purge = { ...about, ...(isMore ? { isMore } : {}) };
  await removePurged(purge, stores, () => derivatives.remove(keys));
  const after = await originals.head(original);
  const namedAfter = after && (await namedNow(original, stores));
  const isLost = (after && !before) || keys.some(key => namedAfter?.has(key));
  return { original, removed: keys.length, isLost: isLost === true };
}

const NOTHING_CACHED = { aged: [], isMore: false } as const;

/** What the CDN may have of a set, although the bucket has not: what aged, and what edits replaced. */
async function cachedOf(original: string, derivatives: SurveyStores['derivatives']) {
  const manifest = await findManifest(original, derivatives);
  if (manifest === 'unreadable') return NOTHING_CACHED;
  return { aged: agedIn(manifest), isMore: manifest?.unpurged !== undefined };
}

/** Undefined where the manifest is not of the original as it is: a run may be about to commit files it does not name. */
async function namedNow(original: string, { originals, derivatives }: SurveyStores) {
  const [now, manifest] = await Promise.all([
    originals.head(original),
    findManifest(original, derivatives),
  ]);
  if (!now || !manifest || manifest === 'unreadable') return undefined;
  const isOfIt = isSameObject(manifest.original, now) && isSaidAlike(manifest.original, now);
  return isOfIt ? namedIn(manifest) : undefined;
}
