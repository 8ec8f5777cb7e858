import type { Actor } from '../actors.ts';
import { isAged } from '../../../shared/core/set/manifest.ts';
import { parseManifestKey } from '../../../shared/core/set/keys.ts';
import { manifestIn } from '../manifest-in.ts';
import type { Env } from '../wiring.ts';
import { isManifest, type Put, withDerivatives, WRITTEN } from './around.ts';

/** Of writing and removing files. */

/** The manifest is written, and then the files that it names. */
export function manifestFirst(env: Env): Env {
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
export const droppedFirst = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      const aged = isManifest(key) ? manifestIn(bytes).variants.filter(isAged) : [];
      if (aged.length > 0) await env.derivatives.remove(aged.map(one => one.key));
      return await env.derivatives.put(key, bytes, attributes);
    },
  });

/** Clearing a set takes all that begins with its key. */
export function barePrefix(env: Env): Env {
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

export const swallowedWriteError = (env: Env): Env =>
  withDerivatives(env, {
    put: async (...object) => await env.derivatives.put(...object).catch(() => WRITTEN),
  });

/** One of several keys stays, and whoever removed it does not see that. */
export function quietDelete(env: Env): Env {
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

export function otherBytes(env: Env, actor: Actor): Env {
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

export const writesOriginals = (env: Env): Env => ({
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
