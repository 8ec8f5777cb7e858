import { parseManifestKey } from '../../shared/core/set/keys.ts';
import { isAged, isDeferred } from '../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../shared/core/work/unfinished.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import type { Actor } from './actors.ts';
import { manifestIn } from './judge.ts';
import type { Env } from './wiring.ts';
import type { Plant } from './world.ts';

/** Faults that somebody might put into the code, put around it from outside. */

type Put = ObjectStore['put'];

/** What is said of something that was not written. */
const WRITTEN = { etag: '0'.repeat(32) };

/** The note of what is left for later goes with the commit. */
function notNoted(env: Env): Env {
  const { derivatives, config } = env;
  return withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      const done = await derivatives.put(key, bytes, attributes);
      const original = parseManifestKey(key);
      const isLeft = original !== undefined && manifestIn(bytes).variants.some(isDeferred);
      if (isLeft) await config.remove([unfinishedKey(original)]);
      return done;
    },
  });
}

/** Of the functions alone: people's commands have a space in their names. */
const ofFunctions =
  (change: (env: Env, actor: Actor) => Env) =>
  (env: Env, actor: Actor): Env =>
    actor.name.includes(' ') ? env : change(env, actor);

const withDerivatives = (env: Env, change: Partial<ObjectStore>): Env => ({
  ...env,
  derivatives: { ...env.derivatives, ...change },
});
const withConfig = (env: Env, change: Partial<ObjectStore>): Env => ({
  ...env,
  config: { ...env.config, ...change },
});

const isManifest = (key: string) => parseManifestKey(key) !== undefined;
const changedManifest = (
  bytes: Buffer,
  change: (manifest: ReturnType<typeof manifestIn>) => object,
) => Buffer.from(JSON.stringify(change(manifestIn(bytes))));

/** The manifest is written, and then the files that it names. */
function manifestFirst(env: Env): Env {
  const held: Parameters<Put>[] = [];
  const { put } = env.derivatives;
  return withDerivatives(env, {
    put: async (...object) => {
      if (!isManifest(object[0])) {
        held.push(object);
        return WRITTEN;
      }
      const done = await put(...object);
      for (const one of held.splice(0)) await put(...one);
      return done;
    },
  });
}

/** Files that `keep` drops go, and then the manifest says so. */
const droppedFirst = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      const aged = isManifest(key) ? manifestIn(bytes).variants.filter(isAged) : [];
      if (aged.length > 0) await env.derivatives.remove(aged.map(one => one.key));
      return await env.derivatives.put(key, bytes, attributes);
    },
  });

/** A file that a view brought back is recorded as if it had been there all the time. */
const ageOfOldKept = (env: Env): Env =>
  withDerivatives(env, {
    list: async function* (...asked) {
      for await (const entry of env.derivatives.list(...asked)) {
        yield 'key' in entry ? { ...entry, modifiedAt: new Date(0) } : entry;
      }
    },
  });

/** After a commit, looks at its original are answered from memory. */
function noLookAfter(env: Env): Env {
  const known = new Map<string, Awaited<ReturnType<ObjectStore['head']>>>();
  const committed = new Set<string>();
  const { originals, derivatives } = env;
  const head: ObjectStore['head'] = async key => {
    if (committed.has(key)) return known.get(key);
    const found = await originals.head(key);
    known.set(key, found);
    return found;
  };
  const put: Put = async (key, bytes, attributes) => {
    const done = await derivatives.put(key, bytes, attributes);
    const original = parseManifestKey(key);
    const isFinding = original !== undefined && manifestIn(bytes).failure === undefined;
    if (isFinding) committed.add(original);
    return done;
  };
  return { ...withDerivatives(env, { put }), originals: { ...originals, head } };
}

/** Between the first look and the commit, looks are answered from memory. */
function noLookBefore(env: Env): Env {
  const known = new Map<string, Awaited<ReturnType<ObjectStore['head']>>>();
  const { originals, derivatives } = env;
  const head: ObjectStore['head'] = async key => {
    if (known.has(key)) return known.get(key);
    const found = await originals.head(key);
    known.set(key, found);
    return found;
  };
  const put: Put = async (key, ...object) => {
    const done = await derivatives.put(key, ...object);
    const original = parseManifestKey(key);
    if (original) known.delete(original);
    return done;
  };
  return { ...withDerivatives(env, { put }), originals: { ...originals, head } };
}

const IN_FORCE = 'presets.in-force.json';

/** An instance reads the list once, and never again. */
const listNotLookedAt = (env: Env): Env =>
  withConfig(env, {
    getUnless: async (key, etag) =>
      key === IN_FORCE ? 'unchanged' : await env.config.getUnless(key, etag),
  });

/** Clearing a set takes all that begins with its key. */
function barePrefix(env: Env): Env {
  const { list, remove } = env.derivatives;
  return withDerivatives(env, {
    remove: async keys => {
      const cleared = keys.flatMap(key => parseManifestKey(key) ?? [])[0];
      const all = [...keys];
      if (cleared !== undefined) {
        for await (const entry of list(`${cleared}/`)) if ('key' in entry) all.push(entry.key);
      }
      await remove([...new Set(all)]);
    },
  });
}

const swallowedWriteError = (env: Env): Env =>
  withDerivatives(env, {
    put: async (...object) => await env.derivatives.put(...object).catch(() => WRITTEN),
  });

const retireListDropped = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) =>
      await env.derivatives.put(
        key,
        isManifest(key) ? changedManifest(bytes, one => ({ ...one, retired: [] })) : bytes,
        attributes,
      ),
  });

const takedownsNotLookedFor = (env: Env): Env =>
  withConfig(env, {
    get: async key => (/^takedowns\//.test(key) ? undefined : await env.config.get(key)),
  });

/** Answered before the removal, and written after it. */
function purgeAfterRemoval(env: Env): Env {
  const held: Parameters<Put>[] = [];
  const { put } = env.config;
  const change = withConfig(env, {
    put: async (...object) => {
      if (!object[0].startsWith('purges/')) return await put(...object);
      held.push(object);
      return WRITTEN;
    },
  });
  return withDerivatives(change, {
    remove: async keys => {
      await env.derivatives.remove(keys);
      for (const one of held.splice(0)) await put(...one);
    },
  });
}

const purgeForgotten = (env: Env): Env =>
  withConfig(env, {
    put: async (...object) => {
      if (object[0].startsWith('purges/')) return WRITTEN;
      return await env.config.put(...object);
    },
  });

/** One of several keys stays, and whoever removed it does not see that. */
function quietDelete(env: Env): Env {
  const unseen = new Set<string>();
  const { remove, list, put } = env.derivatives;
  return withDerivatives(env, {
    remove: async keys => {
      const files = keys.filter(key => !isManifest(key));
      const left = files.at(-1);
      if (left !== undefined) unseen.add(left);
      await remove(keys.filter(key => key !== left));
    },
    put: async (...object) => {
      unseen.delete(object[0]);
      return await put(...object);
    },
    list: async function* (...asked) {
      for await (const entry of list(...asked)) {
        if (!('key' in entry) || !unseen.has(entry.key)) yield entry;
      }
    },
  });
}

const noTombstone = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      if (isManifest(key) && manifestIn(bytes).takenDown) return WRITTEN;
      return await env.derivatives.put(key, bytes, attributes);
    },
  });

/** The record is written once all is removed, with its proof, so that a run in between does not see it. */
function recordLast(env: Env): Env {
  let isFirst = true;
  const { put } = env.config;
  return withConfig(env, {
    put: async (...object) => {
      const isTakeDown = /^takedowns\/[0-9a-f]+\.json/.test(object[0]) && isOfTakeDown(object[1]);
      if (!isTakeDown || !isFirst) return await put(...object);
      isFirst = false;
      return WRITTEN;
    },
  });
}

function isOfTakeDown(bytes: Buffer): boolean {
  return JSON.parse(bytes.toString('utf8')).acts.at(-1).act === 'takedown';
}

const firstPageOnly = (env: Env): Env => ({
  ...env,
  originals: {
    ...env.originals,
    list: async function* (...asked) {
      let count = 0;
      for await (const entry of env.originals.list(...asked)) {
        if (count === 1) return;
        count += 1;
        yield entry;
      }
    },
  },
});

function otherBytes(env: Env, actor: Actor): Env {
  const { encode } = env.codec;
  return {
    ...env,
    codec: {
      ...env.codec,
      encode: async (...asked) =>
        Buffer.concat([await encode(...asked), Buffer.from(actor.random.chance(0.5) ? '!' : '')]),
    },
  };
}

/** The old version's files stay named beside the new one's. */
function twoVersions(env: Env): Env {
  const { get, put } = env.derivatives;
  return withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      const before = isManifest(key) ? await get(key) : undefined;
      const old = before ? manifestIn(before.bytes).variants : [];
      return await put(
        key,
        before
          ? changedManifest(bytes, one => ({
              ...one,
              variants: [
                ...one.variants,
                ...old.filter(({ key: file }) => !one.variants.some(now => now.key === file)),
              ],
            }))
          : bytes,
        attributes,
      );
    },
  });
}

/** A removal goes through although the original was looked at before it was uploaded again. */
const clearsOnAGuess = (env: Env): Env => {
  const { head } = env.originals;
  const gone = new Set<string>();
  return {
    ...env,
    originals: {
      ...env.originals,
      head: async key => {
        if (gone.has(key)) return undefined;
        const found = await head(key);
        if (!found) gone.add(key);
        return found;
      },
    },
  };
};

const writesOriginals = (env: Env): Env => ({
  ...env,
  originals: {
    ...env.originals,
    getExactly: async object => {
      const found = await env.originals.getExactly(object);
      const attributes = { contentType: 'image/jpeg', cacheControl: '' };
      if (Buffer.isBuffer(found)) await env.originals.put(object.key, found, attributes);
      return found;
    },
  },
});

/** Each upload is made anew, whatever is there. */
const nothingIsSettled = (env: Env): Env =>
  withDerivatives(env, {
    get: async key => {
      const found = await env.derivatives.get(key);
      return isManifest(key) && found && !manifestIn(found.bytes).takenDown ? undefined : found;
    },
  });

const focusPassedOver = (env: Env): Env => ({
  ...env,
  originals: {
    ...env.originals,
    head: async key => {
      const found = await env.originals.head(key);
      if (!found) return undefined;
      const { focus: _, ...rest } = found;
      return rest;
    },
  },
});

function decoded(event: Buffer): Buffer {
  const payload = JSON.parse(event.toString('utf8'));
  for (const record of payload.events ?? []) {
    const { object } = record.oss;
    object.key = decodeURIComponent(object.key.replaceAll('+', ' '));
  }
  return Buffer.from(JSON.stringify(payload));
}

const notRethrown =
  (which: string): NonNullable<Plant['handler']> =>
  (name, real) =>
  async (event, invocation) =>
    name === which
      ? await real(event, invocation).catch(() => undefined)
      : await real(event, invocation);

const urlDecoded: NonNullable<Plant['handler']> = (name, real) => async (event, invocation) =>
  await real(name === 'on-object-changed' ? decoded(event) : event, invocation);

/** Hands a sweep's finds to nobody. */
const sweepHandsNothing: NonNullable<Plant['handler']> =
  (name, real) => async (event, invocation) =>
    await real(
      event,
      name === 'sweep'
        ? {
            ...invocation,
            queue: () => ({ submit: async () => 'accepted', invoke: async () => undefined }),
          }
        : invocation,
    );

/**
 * Each with the number of seeds within which it is found, from the first, or from one that is stated where only a few of
 * all histories come to it.
 */
export const plants: Record<string, Plant & { within: number; from?: number }> = {
  'manifest first': { env: ofFunctions(manifestFirst), within: 400 },
  'no look after the commit': { env: ofFunctions(noLookAfter), within: 40, from: 280 },
  'no look before the commit': { env: ofFunctions(noLookBefore), within: 50 },
  'the list is not looked at again': { env: ofFunctions(listNotLookedAt), within: 400 },
  'a set is cleared by its bare prefix': { env: ofFunctions(barePrefix), within: 40, from: 115 },
  'a write error is swallowed': { env: ofFunctions(swallowedWriteError), within: 400 },
  'a key is URL-decoded': { handler: urlDecoded, within: 50 },
  'the list of retired files is dropped': { env: ofFunctions(retireListDropped), within: 50 },
  'a take-down is not looked for': { env: ofFunctions(takedownsNotLookedFor), within: 400 },
  'a failing batch is not thrown again': {
    handler: notRethrown('backfill'),
    within: 40,
    from: 400,
  },
  'a failing upload is not thrown again': {
    handler: notRethrown('on-object-changed'),
    within: 400,
  },
  'a purge is written after the removal': { env: purgeAfterRemoval, within: 40, from: 240 },
  'a purge is forgotten': { env: purgeForgotten, within: 50 },
  'a quiet delete is believed': { env: quietDelete, within: 50 },
  'a take-down leaves no tombstone': { env: noTombstone, within: 400 },
  'a take-down is recorded last': { env: recordLast, within: 400 },
  'only the first page is rolled out': { env: ofFunctions(firstPageOnly), within: 400 },
  'an encoder answers by chance': { env: otherBytes, within: 50 },
  'a manifest names two versions': { env: ofFunctions(twoVersions), within: 50 },
  'a set is cleared on a guess': { env: ofFunctions(clearsOnAGuess), within: 40, from: 320 },
  'what an uploader says of a focus is passed over': {
    env: ofFunctions(focusPassedOver),
    within: 400,
  },
  'what is left for later under pressure is not noted': { env: notNoted, within: 400 },
  'what `keep` drops goes before the manifest says so': {
    env: ofFunctions(droppedFirst),
    within: 60,
  },
  'what a view brought back is taken for old': { env: ofFunctions(ageOfOldKept), within: 400 },
  'an original is written': { env: ofFunctions(writesOriginals), within: 50 },
  'nothing is ever settled': { env: ofFunctions(nothingIsSettled), within: 50 },
  'the sweep hands over nothing': { handler: sweepHandsNothing, within: 400 },
};
