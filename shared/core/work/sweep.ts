import * as z from 'zod';
import type { Neglect } from '../set/neglect.ts';
import { placeSchema } from '../set/side-by-side.ts';

/** More orphans than this share of the objects are more likely a wrong or wiped originals bucket than a clean-up. */
export const MAX_ORPHAN_SHARE = 0.05;

/** So many originals that nothing was made of are handed over in any case: an event is lost now and then. */
export const FREELY_HANDED_OVER = 10_000;

/** One walk over both buckets; written as a whole, so that whoever comes next goes on. */
export const sweepSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  phase: z.enum(['takedowns', 'unfinished', 'walking', 'handing-over', 'done', 'refused']),
  reason: z.string().optional(),
  cursor: z.string().optional().describe('of the phase; all before it was looked at'),
  place: placeSchema.optional().describe('of the phase `walking`, likewise'),
  takedowns: z.strictObject({ looked: z.int(), broken: z.int() }),
  unfinished: z
    .strictObject({ looked: z.int(), handedOver: z.int(), removed: z.int() })
    .default({ looked: 0, handedOver: 0, removed: 0 })
    .describe('records of originals whose work did not end in order'),
  walked: z.strictObject({ objects: z.int(), sets: z.int(), originals: z.int().default(0) }),
  neglected: z
    .strictObject({
      undeveloped: z.int(),
      outdated: z.int(),
      leftovers: z.int(),
      overdue: z.int().default(0),
    })
    .default({ undeveloped: 0, outdated: 0, leftovers: 0, overdue: 0 })
    .describe('originals that no event told of, by what is wrong: handed over as they were found'),
  heldBack: z.int().default(0).describe('of those undeveloped, too many to be handed over'),
  orphans: z.strictObject({ objects: z.int(), sets: z.int() }),
  pages: z.int().describe('of keys whose original is gone, written so far'),
  handedOver: z
    .strictObject({ pages: z.int(), originals: z.int() })
    .describe('of those whose original is gone'),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}) satisfies z.ZodType<{ neglected: Record<Neglect, number> }>;
export type Sweep = z.infer<typeof sweepSchema>;

export const pageSchema = z.array(z.string());

export const SWEEP_KEY = 'sweep.json';

export const PAGES = 'sweep/';

/** Keys that are handed over together once all is walked. */
export function pageKey(sweep: string, page: number): string {
  return `${PAGES}${sweep}/${String(page).padStart(8, '0')}.json`;
}

export function newSweep(now: Date): Sweep {
  const at = now.toISOString();
  return {
    schema: 1,
    id: `sweep-${now.getTime().toString(36)}`,
    phase: 'takedowns',
    takedowns: { looked: 0, broken: 0 },
    unfinished: { looked: 0, handedOver: 0, removed: 0 },
    ...nothingWalked(),
    handedOver: { pages: 0, originals: 0 },
    startedAt: at,
    updatedAt: at,
  };
}

export function nothingWalked() {
  return {
    walked: { objects: 0, sets: 0, originals: 0 },
    neglected: { undeveloped: 0, outdated: 0, leftovers: 0, overdue: 0 },
    heldBack: 0,
    orphans: { objects: 0, sets: 0 },
    pages: 0,
  };
}

/**
 * Whether one more original that nothing was made of is rather one that nobody asked for: of a bucket that was never
 * backfilled, or of an edit whose rollout was stopped. Those are a backfill's, which is priced and can be stopped.
 */
export function isTooManyUndeveloped({ neglected, walked }: Sweep, maxShare: number): boolean {
  const { undeveloped } = neglected;
  return undeveloped > FREELY_HANDED_OVER && undeveloped > walked.originals * maxShare;
}

/** A walk that was begun before originals were listed with it: it knows no place in their listing. */
export function isOfOldWalk({ phase, cursor }: Sweep): boolean {
  return phase === 'walking' && cursor !== undefined;
}

export function isOver({ phase }: Sweep): boolean {
  return phase === 'done' || phase === 'refused';
}
