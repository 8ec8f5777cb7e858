import { parseManifestKey } from '../../../shared/core/set/keys.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import { manifestIn } from '../manifest-in.ts';
import type { Env } from '../wiring.ts';
import { type Put, withConfig, withDerivatives } from './around.ts';

/** Of looking at what there is. */

/** After a commit, looks at its original are answered from memory. */
export function noLookAfter(env: Env): Env {
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
export function noLookBefore(env: Env): Env {
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
export const listNotLookedAt = (env: Env): Env =>
  withConfig(env, {
    getUnless: async (key, etag) =>
      key === IN_FORCE ? 'unchanged' : await env.config.getUnless(key, etag),
  });

export const firstPageOnly = (env: Env): Env => ({
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

/** A removal goes through although the original was looked at before it was uploaded again. */
export const clearsOnAGuess = (env: Env): Env => {
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

export const focusPassedOver = (env: Env): Env => ({
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
