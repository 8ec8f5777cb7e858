import { parseManifestKey } from '../../../shared/core/set/keys.ts';
import { isDeferred } from '../../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../../shared/core/work/unfinished.ts';
import { manifestIn } from '../manifest-in.ts';
import type { Env } from '../wiring.ts';
import { changedManifest, isManifest, withDerivatives } from './around.ts';

/** Of what is recorded of a set. */

/** The note of what is left for later goes with the commit. */
export function notNoted(env: Env): Env {
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

/** A file that a view brought back is recorded as if it had been there all the time. */
export const ageOfOldKept = (env: Env): Env =>
  withDerivatives(env, {
    list: async function* (...asked) {
      for await (const entry of env.derivatives.list(...asked)) {
        yield 'key' in entry ? { ...entry, modifiedAt: new Date(0) } : entry;
      }
    },
  });

export const retireListDropped = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) =>
      await env.derivatives.put(
        key,
        isManifest(key) ? changedManifest(bytes, one => ({ ...one, retired: [] })) : bytes,
        attributes,
      ),
  });

/** The old version's files stay named beside the new one's. */
export function twoVersions(env: Env): Env {
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

/** Each upload is made anew, whatever is there. */
export const nothingIsSettled = (env: Env): Env =>
  withDerivatives(env, {
    get: async key => {
      const found = await env.derivatives.get(key);
      return isManifest(key) && found && !manifestIn(found.bytes).takenDown ? undefined : found;
    },
  });
