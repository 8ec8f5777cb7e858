import { focusFrom } from '../../shared/core/picture/focus.ts';
import { PUBLISHED_KEY } from '../../shared/core/list/published.ts';
import { manifestKey, parseDerivativeKey, parseManifestKey } from '../../shared/core/set/keys.ts';
import {
  isAged,
  isDeferred,
  isSaidAlike,
  isSameObject,
  type Manifest,
  type ManifestVariant,
} from '../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../shared/core/work/unfinished.ts';
import { JUDGED } from '../../shared/core/moderation/verdict.ts';
import { takedownKey } from '../../shared/core/set/take-down-record.ts';
import { IN_FORCE_KEY, LAST_GOOD_KEY } from '../../shared/core/work/in-force.ts';
import { allowances } from './allowances.ts';
import { type SimulatedBucket, simulatedBucket, type Thing, thingOf } from './bucket.ts';
import { immediateCodec } from './codec.ts';
import { KEEP_MS } from './lists.ts';
import { type Accusation, manifestIn } from './judge.ts';
import { judgementOf } from './moderator.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { immediateStore } from './store.ts';
import { developFresh, listIn, PRESETS_KEY } from './wiring.ts';
import type { World } from './world.ts';

/** What is left once all is quiet, against what a fresh run makes of the same originals and the same list. */

interface Comparison {
  world: World;
  fresh: SimulatedBucket;
  /** Originals that are taken down. */
  taken: Set<string>;
  accuse(kind: string, detail: string, original?: string): void;
}

export async function checkOutcome(world: World): Promise<void> {
  const found: Accusation[] = [];
  const comparison = {
    world,
    fresh: await freshRun(world),
    taken: takenDown(world),
    accuse: (kind: string, detail: string, original?: string) =>
      found.push({ kind, detail, original }),
  };
  checkList(comparison);
  checkFiles(comparison);
  checkManifests(comparison);
  checkRecords(comparison);
  checkModeration(comparison);
  checkEdge(comparison);
  checkRenders(comparison);
  checkFailures(comparison);
  const guilty = found.find(one => !allowances.some(({ excuses }) => excuses(one, world)));
  if (guilty) world.judge.accuse(guilty.kind, guilty.detail);
}

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

function isOfFormerWords(original: string, { originals, derivatives }: World['buckets']): boolean {
  const manifest = manifestAt(derivatives, manifestKey(original));
  const text = originals.objects.get(original)?.focus;
  if (!manifest) return false;
  const { focus: _, ...told } = manifest.original;
  const now = text === undefined ? told : { ...told, focus: focusFrom(text) };
  return !isSaidAlike(now, manifest.original);
}

/** What grew old before the same bytes were uploaded again stays so until a view. */
function isAgedIn(original: string, key: string, { buckets }: World): boolean {
  const manifest = manifestAt(buckets.derivatives, manifestKey(original));
  return isAged(manifest?.variants.find(one => one.key === key));
}

function isExcused(world: World, original: string): boolean {
  const accusation = { kind: 'unanswered', detail: '', original };
  return allowances.some(({ excuses }) => excuses(accusation, world));
}

async function freshRun(world: World): Promise<SimulatedBucket> {
  const { originals, config } = world.buckets;
  const derivatives = simulatedBucket('derivatives');
  if (!jsonAt(config, IN_FORCE_KEY)) return derivatives;
  for (const key of originals.keys()) {
    for (const [name, thing] of await freshSet(key, world)) derivatives.put(name, thing, undefined);
  }
  for (const key of originals.keys()) takeVersion(key, derivatives, world.buckets.derivatives);
  return derivatives;
}

/** Of any history: the originals and the lists are few, and a fresh run of one by the other is always the same. */
const freshSets = new Map<string, Map<string, Thing>>();

async function freshSet(key: string, world: World): Promise<Map<string, Thing>> {
  const { originals, config } = world.buckets;
  // Such a record is another reason to make something else of it.
  if (config.objects.has(takedownKey(key))) return await madeFresh(key, world);
  const { etag, crc64, focus, modifiedAt = 0 } = originals.objects.get(key) ?? {};
  const { fingerprint, list } = jsonAt(config, IN_FORCE_KEY) ?? {};
  const kept = JSON.stringify(list?.presets.map(({ keep }: { keep?: string }) => keep));
  const isOld = world.stage.line.now - modifiedAt > KEEP_MS;
  const what = [key, etag, crc64, focus, fingerprint, kept, isOld].join(' ');
  const set = freshSets.get(what) ?? (await madeFresh(key, world));
  freshSets.set(what, set);
  return set;
}

async function madeFresh(
  key: string,
  { buckets, stage: { line } }: World,
): Promise<Map<string, Thing>> {
  const derivatives = simulatedBucket('derivatives');
  const now = () => line.now;
  const config = aside(immediateStore(buckets.config, now));
  await developFresh(key, {
    originals: immediateStore(buckets.originals, now),
    derivatives: immediateStore(derivatives, now),
    config: config.store,
    codec: immediateCodec(),
    moderator: { judge: async (_service, at) => judgementOf(config.written.get(at)) },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    now: () => new Date(now()),
  });
  return derivatives.objects;
}

/** Pictures were shown for a moment; a day later none of them lies there. */
function checkModeration({ world, accuse }: Comparison): void {
  const shown = world.buckets.config.keys().filter(key => key.startsWith(JUDGED));
  if (shown.length > 0) accuse('shown-for-ever', shown.join(' '));
}

/** What is written is kept apart, and read by nobody but who is shown it. */
function aside(store: ObjectStore) {
  const written = new Map<string, Buffer>();
  const put: ObjectStore['put'] = async (key, bytes) => {
    written.set(key, bytes);
    return { etag: '0' };
  };
  return { written, store: { ...store, put, remove: async () => undefined } };
}

/** The same bytes stay the version that they were first, whatever ETag a copy gave them: a fresh run cannot know it. */
function takeVersion(key: string, fresh: SimulatedBucket, real: SimulatedBucket): void {
  const [made, is] = [manifestAt(fresh, manifestKey(key)), manifestAt(real, manifestKey(key))];
  if (!made || !is || is.takenDown || !isSameObject(made.original, is.original)) return;
  const [from, to] = [made.version, is.version];
  for (const [name, thing] of [...fresh.objects]) {
    const original = parseDerivativeKey(name)?.original ?? parseManifestKey(name);
    if (original !== key || from === to) continue;
    const isManifest = parseManifestKey(name) !== undefined;
    const text = thing.bytes.toString('utf8').replaceAll(from, to);
    fresh.remove(name, undefined);
    const renamed = name.replace(`${key}/${from}/`, `${key}/${to}/`);
    const same = isManifest ? thingOf(Buffer.from(text), thing.modifiedAt) : thing;
    fresh.put(renamed, same, undefined);
  }
}

const nothing = () => undefined;

function takenDown({ buckets: { config } }: World): Set<string> {
  const records = config.keys().filter(key => /^takedowns\/[0-9a-f]+\.json$/.test(key));
  const down = new Set<string>();
  for (const record of records) {
    const { key, acts } = JSON.parse(String(config.objects.get(record)?.bytes));
    if (acts.at(-1).act === 'takedown') down.add(key);
  }
  return down;
}

/** Each object of ours: there where it is to be, nowhere else, and with the bytes that it has to have. */
function checkFiles({ world, fresh, taken, accuse }: Comparison): void {
  const { buckets } = world;
  const onDemand = onDemandIn(fresh);
  for (const [key, { bytes }] of buckets.derivatives.objects) {
    const original = parseDerivativeKey(key)?.original;
    if (original === undefined) continue;
    const wanted = fresh.objects.get(key);
    if (taken.has(original)) accuse('taken-down-remains', key, original);
    else if (onDemand.has(key)) accuse('file-on-demand', key, original);
    else if (!wanted) accuse(leftoverKind(buckets, key), key, original);
    else if (!wanted.bytes.equals(bytes)) accuse('wrong-bytes', key, original);
  }
  for (const key of fresh.objects.keys()) {
    const original = parseDerivativeKey(key)?.original;
    if (!original || taken.has(original) || buckets.derivatives.objects.has(key)) continue;
    if (isAgedIn(original, key, world)) continue;
    accuse('missing-file', key, original);
  }
}

function leftoverKind({ originals, derivatives }: World['buckets'], key: string): string {
  const name = parseDerivativeKey(key);
  if (!name || !originals.objects.has(name.original)) return 'orphan-of-the-gone';
  const manifest = manifestAt(derivatives, manifestKey(name.original));
  return name.version === manifest?.version ? 'leftover-of-a-list' : 'leftover-version';
}

function onDemandIn({ objects }: SimulatedBucket): Set<string> {
  const keys = new Set<string>();
  for (const [key, { bytes }] of objects) {
    if (parseManifestKey(key) === undefined) continue;
    for (const one of manifestIn(bytes).variants) if (one.state === 'on_demand') keys.add(one.key);
  }
  return keys;
}

function checkManifests({ world: { buckets }, fresh, taken, accuse }: Comparison): void {
  const keys = new Set([...buckets.derivatives.objects.keys(), ...fresh.objects.keys()]);
  for (const key of keys) {
    const original = parseManifestKey(key);
    if (original === undefined || key === PUBLISHED_KEY) continue;
    const is = manifestAt(buckets.derivatives, key);
    if (taken.has(original)) {
      if (is && !is.takenDown) accuse('taken-down-remains', `${key} is no tombstone`, original);
      continue;
    }
    const wanted = manifestAt(fresh, key);
    const loose = new Set([...keysIn(wanted, isOnDemand), ...keysIn(is, isAged)]);
    const [found, expected] = [is, wanted].map(one => essence(one, wanted, loose));
    if (found === expected) continue;
    accuse(manifestKind(is, wanted), `${key}: expected ${expected}, found ${found}`, original);
  }
  for (const key of taken) {
    if (!manifestAt(buckets.derivatives, manifestKey(key))) accuse('no-tombstone', key, key);
  }
}

function manifestKind(is: Manifest | undefined, wanted: Manifest | undefined): string {
  if (!is) return 'no-manifest';
  if (!wanted) return 'manifest-of-the-gone';
  if (is.retired.length > 0) return 'retired-for-ever';
  if (is.failure && !wanted.failure) return 'blamed';
  return 'wrong-manifest';
}

function manifestAt({ objects }: SimulatedBucket, key: string): Manifest | undefined {
  const stored = objects.get(key);
  return stored && manifestIn(stored.bytes);
}

/**
 * What a reader takes from it. When it was committed, and by which list of those that come to the same, is history; a
 * file on demand that is recorded as rendered was made by a miss, and one that `keep` dropped is not made anew by a list
 * that would keep it. Whether it had the age is looked at when that is written.
 */
function essence(
  manifest: Manifest | undefined,
  wanted: Manifest | undefined,
  onDemand: ReadonlySet<string>,
): string {
  if (!manifest) return 'nothing';
  const { original, version, complete, failure, takenDown: down, variants, retired } = manifest;
  const files = variants.map(({ key, state }) => [key, onDemand.has(key) ? 'on_demand' : state]);
  // A copy may have none, and is the same bytes all the same by its ETag.
  const crc64 = wanted && wanted.original.crc64 === undefined ? undefined : original.crc64;
  const about = [original.key, original.bytes, crc64, version, complete];
  const old = retired.map(({ key }) => key);
  return JSON.stringify([about, failure?.code, down !== undefined, files, old]);
}

function keysIn(manifest: Manifest | undefined, is: (one: ManifestVariant) => boolean): string[] {
  return manifest?.variants.filter(is).map(({ key }) => key) ?? [];
}

const isOnDemand = ({ state }: ManifestVariant) => state === 'on_demand';

function checkList({ world: { buckets }, accuse }: Comparison): void {
  const { config } = buckets;
  const written = config.objects.get(PRESETS_KEY);
  const good = written && listIn(written.bytes.toString('utf8'));
  const inForce = jsonAt(config, IN_FORCE_KEY);
  const isInForce = JSON.stringify(inForce?.list) === JSON.stringify(good?.list);
  if (good && !isInForce) accuse('list-not-in-force', '');
  const isRejected = config.objects.has('presets.rejected.json');
  if (isRejected !== !good) accuse('wrong-rejection', `rejected: ${isRejected}`);
}

/** Undefined where it is none. */
function jsonAt({ objects }: SimulatedBucket, key: string) {
  const text = objects.get(key)?.bytes.toString('utf8') ?? '';
  return text.startsWith('{') ? JSON.parse(text) : undefined;
}

/** What waits in the config bucket waits for somebody; when all is quiet, nobody is left to come. */
function checkRecords({ world: { buckets, judge }, accuse }: Comparison): void {
  const { config } = buckets;
  for (const key of config.keys()) {
    const isResult = /^runs\/.*\/results\//.test(key) && judge.failedCommands === 0;
    if (isResult || /^(presets\.pending|approvals|purges\/|sweep\/)/.test(key)) {
      accuse('record-waits', key);
    }
    const isOurRun = /^(rollout|sweep)\.json$/.test(key);
    // A command that failed or was killed is started again by whoever started it.
    const isCommands = key.endsWith('/run.json') && judge.failedCommands === 0;
    const phase = isOurRun || isCommands ? jsonAt(config, key)?.phase : 'done';
    if (phase !== 'done') accuse('run-not-done', `${key}: ${phase}`);
  }
}

/** The edge forgets what is gone. */
function checkEdge({ world: { cdn, buckets }, fresh, accuse }: Comparison): void {
  for (const key of cdn.held) {
    const name = parseDerivativeKey(key);
    if (!name || buckets.derivatives.objects.has(key)) continue;
    const now = manifestAt(fresh, manifestKey(name.original));
    const isCurrent = now && !now.takenDown && now.version === name.version;
    const kind = isCurrent ? 'replaced-by-an-edit-and-held' : 'not-purged';
    accuse(kind, `the edge still has ${key}`, name.original);
  }
}

/** Each rendition once for every reason that there was to make it. */
function checkRenders({ world: { judge, history, faults }, accuse }: Comparison): void {
  const reasons = history.operations.filter(({ act }) => !/copy|auto|tick/.test(act)).length;
  for (const [what, count] of judge.renders) {
    if (count > reasons + faults.hit.length + 1)
      accuse('rendered-too-often', `${what}: ${count} times`);
  }
}

function checkFailures({ world: { cloud }, accuse }: Comparison): void {
  if (cloud.failures.length === 0) return;
  const why = cloud.failures.map(one => `${one.requestId}: ${one.why}`).join('; ');
  accuse('given-up', `after the replay, with no fault left: ${why}`);
}

/** What no bucket has by `keep` is there for whoever asks, is recorded, and goes once more when its time is over. */
export async function agedFilesComeBack(world: World): Promise<void> {
  const { buckets, cloud, judge, stage } = world;
  const aged = agedFiles(world);
  stage.onStage = undefined;
  const answers = aged.map((key, index) =>
    cloud.ask('on-cdn-miss', `view ${index}`, Buffer.from(key)),
  );
  await stage.line.drain();
  for (const [index, answer] of (await Promise.all(answers)).entries()) {
    const { found, code = '' } = answer as { found?: string; code?: string };
    if (found !== 'file') judge.accuse('not-answered', `${aged[index]}: ${found} ${code}`);
  }
  for (const key of aged.filter(one => !isRecorded(one, buckets.derivatives))) {
    judge.accuse('not-recorded', `${key}, which a view made again`);
  }
}

export function agedFilesAreGone(world: World): void {
  const { buckets, judge } = world;
  const kept = new Set(keptPresets(buckets.config));
  for (const key of buckets.derivatives.keys()) {
    const name = parseDerivativeKey(key);
    if (name && isBlamed(name.original, buckets.derivatives)) continue;
    if (name && kept.has(name.preset)) judge.accuse('outstays', `${key}, days after it was made`);
  }
}

/** What there is of it stays until a person has it tried again. */
function isBlamed(original: string, derivatives: SimulatedBucket): boolean {
  return manifestAt(derivatives, manifestKey(original))?.failure?.code === 'ORIGINAL_CRASHED';
}

function agedFiles({ buckets: { derivatives } }: World): string[] {
  return derivatives
    .keys()
    .filter(key => parseManifestKey(key) !== undefined && key !== PUBLISHED_KEY)
    .flatMap(key => manifestAt(derivatives, key) ?? [])
    .filter(({ failure }) => failure === undefined)
    .flatMap(({ variants }) => variants.filter(isAged).map(({ key }) => key));
}

function isRecorded(key: string, derivatives: SimulatedBucket): boolean {
  const manifest = manifestAt(derivatives, manifestKey(parseDerivativeKey(key)?.original ?? ''));
  const entry = manifest?.variants.find(one => one.key === key);
  return entry?.state === 'rendered' && derivatives.objects.has(key);
}

function keptPresets(config: SimulatedBucket): string[] {
  const presets: { name: string; keep?: string }[] =
    jsonAt(config, IN_FORCE_KEY)?.list.presets ?? [];
  return presets.filter(({ keep }) => keep !== undefined).map(({ name }) => name);
}
