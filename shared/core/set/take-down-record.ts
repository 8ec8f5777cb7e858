import * as z from 'zod';
import { sha256Of } from '../list/fingerprint.ts';
import { type Manifest, withheldStates } from './manifest.ts';

/**
 * A key that nothing may be rendered of. The record in the config bucket is the proof and the truth; the manifest
 * becomes a tombstone, so that whoever reads it anyway knows without a request more.
 */
export const takedownSchema = z.strictObject({
  schema: z.literal(1),
  key: z.string().describe('of the original, raw'),
  acts: z
    .array(
      z.strictObject({
        act: z.enum(['takedown', 'undo']),
        at: z.iso.datetime(),
        by: z.string(),
        reason: z.string().optional(),
        removed: z
          .array(z.string())
          .optional()
          .describe('objects of the derivatives bucket that went; absent until all is done'),
        purge: z
          .string()
          .optional()
          .describe('what the CDN was asked for: takedowns/purged/{purge}.json'),
        known: z
          .string()
          .optional()
          .describe('by this name in the config bucket what looks like it is held, if a rule asks'),
        withheld: z
          .strictObject({ state: z.enum(withheldStates), id: z.string() })
          .optional()
          .describe('of these bytes nothing was published before: nor is it by an undo'),
      }),
    )
    .min(1)
    .describe('oldest first; the last one counts'),
});

export type Takedown = z.infer<typeof takedownSchema>;
export type Act = Takedown['acts'][number];

export const TAKEDOWNS = 'takedowns/';

/** Hashed, since a key may be as long as OSS allows, and may be what is not to be seen in a listing. */
export function takedownKey(key: string): string {
  return `${TAKEDOWNS}${sha256Of(key)}.json`;
}

export function lastAct({ acts }: Takedown): Act {
  return acts[acts.length - 1] as Act;
}

export function isInForce(takedown: Takedown): boolean {
  return lastAct(takedown).act === 'takedown';
}

/** In the take-down that is undone; said again, a key has its tombstone, which does not tell. */
export function withheldWhenTakenDown({ acts }: Takedown): Act['withheld'] {
  const before = acts.findLastIndex(({ act }, at) => act === 'undo' && at < acts.length - 1);
  return acts.slice(before + 1).find(({ withheld }) => withheld)?.withheld;
}

export function withAct(takedown: Takedown | undefined, key: string, act: Act): Takedown {
  return { schema: 1, key, acts: [...(takedown?.acts ?? []), act] };
}

/** The last act with what came of it. */
export function concluded(takedown: Takedown, outcome: Pick<Act, 'removed' | 'purge'>): Takedown {
  return {
    ...takedown,
    acts: [...takedown.acts.slice(0, -1), { ...lastAct(takedown), ...outcome }],
  };
}

/** A manifest that tells nothing but that there is nothing: not even the original's ETag or placeholder. */
export function tombstone(key: string, at: string, now: string): Manifest {
  return {
    schema: 1,
    version: '',
    original: { key, etag: '', bytes: 0 },
    presets: '',
    complete: false,
    takenDown: { at },
    variants: [],
    retired: [],
    committedAt: now,
  };
}
