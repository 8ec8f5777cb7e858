import { Failure } from '../../core/failure.ts';
import { IN_FORCE_KEY, type InForce, inForceSchema } from '../../core/work/in-force.ts';
import type { ObjectStore, ListInForce } from '../../ports.ts';

/** An edit reaches a warm instance after this long; until then it costs no request. */
export const MAX_AGE_MS = 5000;

/** What an instance remembers of the list between events. */
export interface ListCache {
  held?: { inForce: InForce; etag: string; readAt: number };
}

export function listInForce(config: ObjectStore, cache: ListCache): ListInForce {
  const fresh = async () => {
    const { held } = cache;
    const stored = held
      ? await config.getUnless(IN_FORCE_KEY, held.etag)
      : await config.get(IN_FORCE_KEY);
    const inForce = stored === 'unchanged' ? held?.inForce : parsed(stored?.bytes);
    const etag = stored === 'unchanged' ? held?.etag : stored?.etag;
    if (!inForce || !etag) {
      const message = `expected a preset list in force at ${IN_FORCE_KEY} in the config bucket, there is none: put a good presets.yaml there, on-presets-edited does the rest`;
      throw new Failure('PRESETS_INVALID', message);
    }
    cache.held = { inForce, etag, readAt: Date.now() };
    return inForce;
  };
  const current = async () => {
    const { held } = cache;
    // Of a clock that was set back no age is known.
    const age = held ? Date.now() - held.readAt : Number.NaN;
    return held && age >= 0 && age < MAX_AGE_MS ? held.inForce : await fresh();
  };
  return { current, fresh };
}

function parsed(bytes: Buffer | undefined): InForce | undefined {
  if (!bytes) return undefined;
  try {
    return inForceSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    const message = `expected a list that Darkroom put in force at ${IN_FORCE_KEY}, received something else`;
    throw new Failure('PRESETS_INVALID', message, { cause });
  }
}
