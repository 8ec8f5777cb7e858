import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import {
  manifestKey,
  parseDerivativeKey,
  parseManifestKey,
} from '../../../shared/core/set/keys.ts';
import { isSameObject } from '../../../shared/core/set/manifest.ts';
import { takedownKey } from '../../../shared/core/set/take-down-record.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import { type SimulatedBucket, simulatedBucket, type Thing, thingOf } from '../bucket.ts';
import { immediateCodec } from '../codec.ts';
import { KEEP_MS } from '../lists.ts';
import { judgementOf } from '../moderator.ts';
import { immediateStore } from '../store.ts';
import { developFresh } from '../wiring.ts';
import type { World } from '../world.ts';
import { jsonAt, manifestAt } from './stored.ts';

/** What a fresh deployment makes of the originals and the list that are there. */

export async function freshRun(world: World): Promise<SimulatedBucket> {
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
