import { pMapIterable } from 'p-map';
import type { PresetList } from '../../core/list/preset-list.ts';
import { fingerprintOfList } from '../../core/list/recipe.ts';
import { isAsked } from '../../core/set/asked.ts';
import { isPending, isWhole, type Status } from '../../core/set/status.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';
import { type Dangling, lookAt, noDangling, noteDangling, sampleOf } from './survey.ts';

/** How far the bucket is as the list in force wants it, by the manifests: whether their files are there, `verify` knows. */
export interface Coverage {
  /** All that there are, those that no rule asks for included. */
  listed: number;
  /** Looked at, of those that a rule asks for. */
  originals: number;
  whole: number;
  /** Of which nothing is made, until it is undone; in neither number above. */
  takenDown: number;
  /** Judged, or waiting for that; in neither number above. */
  withheld: Record<NonNullable<Status['withheld']>, number>;
  /** Originals that want a file of the preset on upload, and how many have them all. On-demand presets are left out. */
  perPreset: Record<string, { wanted: number; whole: number }>;
  /** Originals by failure code, final or not. */
  failures: Record<string, number>;
  /** Of which nothing can be made; in neither number above. */
  dangling: Dangling;
  /** The one that waits longest for its first run. */
  oldestPending: { key: string; since: Date } | undefined;
}

/** One small request an original that a rule asks for; memory grows with the sample only. */
export async function coverageOf(
  originals: ObjectStore,
  derivatives: ObjectStore,
  list: PresetList,
  { sample, now }: { sample?: number | undefined; now: Date },
): Promise<Coverage> {
  const presets = { list, fingerprint: fingerprintOfList(list) };
  const coverage = emptyCoverage(list);
  const all = counted(objectsIn(originals.list('')), coverage);
  const chosen = sample === undefined ? all : (await sampleOf(asked(all, list), sample)).sample;
  const look = async (listed: ListedObject) => ({
    listed,
    ...(await lookAt(listed.key, listed, { originals, derivatives, presets, now: () => now })),
  });
  const looks = pMapIterable(asked(chosen, list), look, { concurrency: REQUESTS_SIDE_BY_SIDE });
  for await (const { listed, status } of looks) count(listed, status, coverage);
  return coverage;
}

function emptyCoverage({ presets }: PresetList): Coverage {
  const eager = presets.filter(({ generate }) => generate === 'eager');
  return {
    listed: 0,
    originals: 0,
    whole: 0,
    takenDown: 0,
    withheld: { blocked: 0, held: 0 },
    perPreset: Object.fromEntries(eager.map(({ name }) => [name, { wanted: 0, whole: 0 }])),
    failures: {},
    dangling: noDangling(),
    oldestPending: undefined,
  };
}

async function* counted(items: AsyncIterable<ListedObject>, coverage: Coverage) {
  for await (const item of items) {
    coverage.listed += 1;
    yield item;
  }
}

async function* asked(items: AsyncIterable<ListedObject> | ListedObject[], list: PresetList) {
  // A symlink's own size is 0.
  for await (const item of items) {
    if (isAsked(item.isLink ? { ...item, bytes: undefined } : item, list)) yield item;
  }
}

function count(listed: ListedObject, status: Status, coverage: Coverage): void {
  if (status.takenDown) {
    coverage.takenDown += 1;
    return;
  }
  if (!status.original) {
    noteDangling(coverage.dangling, listed.key);
    return;
  }
  if (status.unasked) return;
  if (status.withheld) coverage.withheld[status.withheld] += 1;
  else countAsked(listed, status, coverage);
}

function countAsked(listed: ListedObject, status: Status, coverage: Coverage): void {
  coverage.originals += 1;
  if (isWhole(status)) coverage.whole += 1;
  const eager = status.variants.filter(({ generate }) => generate === 'eager');
  for (const preset of new Set(eager.map(({ preset }) => preset))) {
    const tally = coverage.perPreset[preset];
    if (!tally) continue;
    tally.wanted += 1;
    if (isWhole(status, preset)) tally.whole += 1;
  }
  for (const code of codesOf(status)) {
    coverage.failures[code] = (coverage.failures[code] ?? 0) + 1;
  }
  if (isPending(status)) coverage.oldestPending = older(coverage.oldestPending, listed);
}

function codesOf({ variants }: Status): Set<string> {
  return new Set(variants.flatMap(one => (one.state === 'failed' ? [one.code] : [])));
}

function older(known: Coverage['oldestPending'], { key, modifiedAt }: ListedObject) {
  return known && known.since <= modifiedAt ? known : { key, since: modifiedAt };
}
