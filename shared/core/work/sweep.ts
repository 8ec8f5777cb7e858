import * as z from 'zod';

/** More orphans than this share of the objects are more likely a wrong or wiped originals bucket than a clean-up. */
export const MAX_ORPHAN_SHARE = 0.05;

/** One walk over all that lies in the derivatives bucket; written as a whole, so that whoever comes next goes on. */
export const sweepSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  phase: z.enum(['takedowns', 'walking', 'handing-over', 'done', 'refused']),
  reason: z.string().optional(),
  cursor: z.string().optional().describe('of the phase; all before it was looked at'),
  takedowns: z.strictObject({ looked: z.int(), broken: z.int() }),
  walked: z.strictObject({ objects: z.int(), sets: z.int() }),
  orphans: z.strictObject({ objects: z.int(), sets: z.int() }),
  pages: z.int().describe('of keys whose original is gone, written so far'),
  handedOver: z.strictObject({ pages: z.int(), originals: z.int() }),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Sweep = z.infer<typeof sweepSchema>;

export const pageSchema = z.array(z.string());

export const SWEEP_KEY = 'sweep.json';

/** Keys that are handed over together once all is walked. */
export function pageKey(sweep: string, page: number): string {
  return `sweep/${sweep}/${String(page).padStart(8, '0')}.json`;
}

export function newSweep(now: Date): Sweep {
  const at = now.toISOString();
  return {
    schema: 1,
    id: `sweep-${now.getTime().toString(36)}`,
    phase: 'takedowns',
    takedowns: { looked: 0, broken: 0 },
    walked: { objects: 0, sets: 0 },
    orphans: { objects: 0, sets: 0 },
    pages: 0,
    handedOver: { pages: 0, originals: 0 },
    startedAt: at,
    updatedAt: at,
  };
}

export function isOver({ phase }: Sweep): boolean {
  return phase === 'done' || phase === 'refused';
}
