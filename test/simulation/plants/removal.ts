import { manifestIn } from '../manifest-in.ts';
import type { Env } from '../wiring.ts';
import { isManifest, type Put, withConfig, withDerivatives, WRITTEN } from './around.ts';

/** Of take-downs and purges. */

export const takedownsNotLookedFor = (env: Env): Env =>
  withConfig(env, {
    get: async key => (/^takedowns\//.test(key) ? undefined : await env.config.get(key)),
  });

/** Answered before the removal, and written after it. */
export function purgeAfterRemoval(env: Env): Env {
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

export const purgeForgotten = (env: Env): Env =>
  withConfig(env, {
    put: async (...object) => {
      if (object[0].startsWith('purges/')) return WRITTEN;
      return await env.config.put(...object);
    },
  });

export const noTombstone = (env: Env): Env =>
  withDerivatives(env, {
    put: async (key, bytes, attributes) => {
      if (isManifest(key) && manifestIn(bytes).takenDown) return WRITTEN;
      return await env.derivatives.put(key, bytes, attributes);
    },
  });

/** The record is written once all is removed, with its proof, so that a run in between does not see it. */
export function recordLast(env: Env): Env {
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
