import * as z from 'zod';

/** Our own payload: `darkroom doctor` asks a function what it sees and may do. */
export const checkupEvent = z.strictObject({ kind: z.literal('darkroom.checkup') });

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
  /** Must be false: else a derivative could fire the trigger again. */
  mayWriteOriginals: z.boolean(),
});
export type CheckupAnswer = z.infer<typeof checkupAnswer>;
