import * as z from 'zod';

/** Our own payload: `darkroom doctor` asks a function what it sees and may do. */
export const checkupEvent = z.strictObject({
  kind: z.literal('darkroom.checkup'),
  /** How much longer the answer is to be, to see whether it comes whole. */
  fillBytes: z.int().min(0).max(32_000_000).default(0),
});
export type CheckupEvent = z.infer<typeof checkupEvent>;

/** What it answers. */
export const checkupAnswer = z.strictObject({
  kind: z.literal('darkroom.checkup'),
  /** `v20.10.0`. */
  node: z.string(),
  buckets: z.strictObject({
    originals: z.string(),
    derivatives: z.string(),
    config: z.string(),
  }),
  /** Whether FC says which attempt at an event this is; where it does not, each is guarded as a repeated one. */
  tellsAttempt: z.boolean().optional(),
  /**
   * Whether OSS tells this role what is not there (404), or keeps it from a role that may not list (403). False as well
   * for a role that may not read originals.
   */
  tellsMissing: z.boolean().optional(),
  fill: z.string().optional(),
  /** Must be false: else a derivative could fire the trigger again. */
  mayWriteOriginals: z.boolean(),
});
export type CheckupAnswer = z.infer<typeof checkupAnswer>;
