import { manifestKey, parseDerivativeKey, parseManifestKey } from '../../shared/core/set/keys.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { PUBLISHED_KEY } from '../../shared/core/list/published.ts';
import { TAKEDOWNS } from '../../shared/core/set/take-down-record.ts';
import { IN_FORCE_KEY } from '../../shared/core/work/in-force.ts';
import { type SimulatedBucket, simulatedBucket } from './bucket.ts';
import { immediateCodec } from './codec.ts';
import { manifestIn } from './judge.ts';
import { immediateStore } from './store.ts';
import { developFresh, listIn, PRESETS_KEY } from './wiring.ts';
import type { World } from './world.ts';

/** What is left once all is quiet, against what a fresh run makes of the same originals and the same list. */

export async function checkOutcome(world: World): Promise<void> {
  const fresh = await freshRun(world);
  const taken = takenDown(world);
  checkFiles(world, fresh, taken);
  checkManifests(world, fresh, taken);
  checkList(world);
  checkRecords(world);
  checkEdge(world, fresh);
  checkRenders(world);
  if (world.cloud.failures.length > 0) {
    const why = world.cloud.failures.map(({ requestId, why }) => `${requestId}: ${why}`).join('; ');
    world.judge.accuse('given-up', `after the replay, with no fault left: ${why}`);
  }
}

async function freshRun(world: World): Promise<SimulatedBucket> {
  const { buckets, stage } = world;
  const derivatives = simulatedBucket('derivatives');
  const now = () => stage.line.now;
  const env = {
    originals: immediateStore(buckets.originals, now),
    derivatives: immediateStore(derivatives, now),
    config: immediateStore(buckets.config, now),
    codec: immediateCodec(),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    now: () => new Date(now()),
  };
  if (!buckets.config.objects.has(IN_FORCE_KEY)) return derivatives;
  for (const key of buckets.originals.keys()) await developFresh(key, env);
  return derivatives;
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
function checkFiles(world: World, fresh: SimulatedBucket, taken: Set<string>): void {
  const { buckets, judge } = world;
  const onDemand = onDemandIn(fresh);
  for (const [key, { bytes }] of buckets.derivatives.objects) {
    const name = parseDerivativeKey(key);
    if (!name) continue;
    const wanted = fresh.objects.get(key);
    if (taken.has(name.original)) judge.accuse('taken-down-remains', key);
    else if (!wanted && !onDemand.has(key)) judge.accuse(leftoverKind(world, key), key);
    else if (wanted && !wanted.bytes.equals(bytes)) judge.accuse('wrong-bytes', key);
  }
  for (const key of fresh.objects.keys()) {
    const name = parseDerivativeKey(key);
    if (!name || taken.has(name.original) || buckets.derivatives.objects.has(key)) continue;
    judge.accuse('missing-file', key);
  }
}

function leftoverKind({ buckets }: World, key: string): string {
  const name = parseDerivativeKey(key);
  if (!name || !buckets.originals.objects.has(name.original)) return 'orphan-of-the-gone';
  const manifest = buckets.derivatives.objects.get(manifestKey(name.original));
  const { version } = manifest ? manifestIn(manifest.bytes) : { version: '' };
  return name.version === version ? 'leftover-of-a-list' : 'leftover-version';
}

function onDemandIn({ objects }: SimulatedBucket): Set<string> {
  const keys = new Set<string>();
  for (const [key, { bytes }] of objects) {
    if (parseManifestKey(key) === undefined) continue;
    for (const one of manifestIn(bytes).variants) if (one.state === 'on_demand') keys.add(one.key);
  }
  return keys;
}

function checkManifests(world: World, fresh: SimulatedBucket, taken: Set<string>): void {
  const { buckets, judge } = world;
  const keys = new Set([...buckets.derivatives.objects.keys(), ...fresh.objects.keys()]);
  for (const key of keys) {
    const original = parseManifestKey(key);
    if (original === undefined || key === PUBLISHED_KEY) continue;
    const is = manifestAt(buckets.derivatives, key);
    if (taken.has(original)) {
      if (is && !is.takenDown) judge.accuse('taken-down-remains', `${key} is no tombstone`);
      continue;
    }
    const wanted = manifestAt(fresh, key);
    const [found, expected] = [essence(is, wanted), essence(wanted, wanted)];
    if (found === expected) continue;
    const kind = manifestKind(is, wanted);
    judge.accuse(kind, `${key}: expected ${expected}, found ${found}`);
  }
  for (const key of taken) {
    if (!manifestAt(buckets.derivatives, manifestKey(key))) judge.accuse('no-tombstone', key);
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

/** What a reader takes from it; see allowances.ts for what is left out. */
function essence(manifest: Manifest | undefined, wanted: Manifest | undefined): string {
  if (!manifest) return 'nothing';
  const { original, version, complete, failure, takenDown: down, variants, retired } = manifest;
  const onDemand = new Set(
    wanted?.variants.flatMap(({ key, state }) => (state === 'on_demand' ? [key] : [])),
  );
  const files = variants.map(({ key, state }) => [key, onDemand.has(key) ? 'on_demand' : state]);
  const about = [original.key, original.bytes, original.crc64, version, complete];
  return JSON.stringify([
    about,
    failure?.code,
    down !== undefined,
    files,
    retired.map(({ key }) => key),
  ]);
}

function checkList({ buckets: { config }, judge }: World): void {
  const written = config.objects.get(PRESETS_KEY);
  const good = written && listIn(written.bytes.toString('utf8'));
  const stored = config.objects.get(IN_FORCE_KEY);
  const inForce = stored && JSON.parse(stored.bytes.toString('utf8'));
  if (good && inForce?.fingerprint !== good.fingerprint) judge.accuse('list-not-in-force', '');
  const isRejected = config.objects.has('presets.rejected.json');
  if (isRejected !== !good) judge.accuse('wrong-rejection', `rejected: ${isRejected}`);
}

/** What waits in the config bucket waits for somebody; when all is quiet, nobody is left to come. */
function checkRecords({ buckets: { config }, judge }: World): void {
  const read = (key: string) => JSON.parse(String(config.objects.get(key)?.bytes));
  for (const key of config.keys()) {
    if (/^(presets\.pending|approvals|purges\/|sweep\/|runs\/.*\/results\/)/.test(key)) {
      judge.accuse('record-waits', key);
    }
    const isRun = /^(rollout|sweep)\.json$|\/run\.json$/.test(key);
    if (isRun && read(key).phase !== 'done')
      judge.accuse('run-not-done', `${key}: ${read(key).phase}`);
    if (key.startsWith(TAKEDOWNS) && key.endsWith('.json') && !key.includes('purged')) continue;
  }
}

/** The edge forgets what is gone; what an edit replaced shows the same picture, and need not be forgotten. */
function checkEdge({ cdn, buckets, judge }: World, fresh: SimulatedBucket): void {
  for (const key of cdn.held) {
    if (buckets.derivatives.objects.has(key)) continue;
    const name = parseDerivativeKey(key);
    const now = name && manifestAt(fresh, manifestKey(name.original));
    if (now && !now.takenDown && now.version === name?.version) continue;
    judge.accuse('not-purged', `the edge still has ${key}`);
  }
}

/** Each rendition once for every reason that there was to make it. */
function checkRenders({ judge, history, faults }: World): void {
  const reasons = history.operations.filter(({ act }) => !/copy|auto|tick/.test(act)).length;
  for (const [what, count] of judge.renders) {
    if (count > reasons + faults.hit.length + 1)
      judge.accuse('rendered-too-often', `${what}: ${count} times`);
  }
}
