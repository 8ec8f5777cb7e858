import * as z from 'zod';

/**
 * Our own payload: a batch of raw keys of the originals bucket to reconcile.
 * FC takes at most 128 KB for an asynchronous invocation, so a batch of long keys holds fewer of them.
 */
export const backfillBatch = z.strictObject({
  kind: z.literal('darkroom.backfill'),
  bucket: z.string().min(1),
  keys: z.array(z.string().min(1)).min(1).max(500),
});
