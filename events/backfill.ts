import * as z from 'zod';
import { modes } from '../shared/core/work/run.ts';

/**
 * Our own payload: a batch of raw keys of the originals bucket to reconcile.
 * FC takes at most 128 KB for an asynchronous invocation, so a batch of long keys holds fewer of them.
 */
export const backfillBatch = z.strictObject({
  kind: z.literal('darkroom.backfill'),
  bucket: z.string().min(1),
  keys: z.array(z.string().min(1)).min(1).max(500),
  mode: z.enum(modes).default('settle'),
  /** Only this preset is made anew by `force`. */
  preset: z.string().optional(),
  /** A miss made files of them: they are looked for, and recorded. */
  made: z.boolean().optional(),
  /** Which run handed it over, as which task: the function leaves word there of what it did. */
  run: z
    .strictObject({
      id: z.string().min(1),
      task: z.string().min(1),
      planned: z.int().min(0).describe('files, at most'),
      startedAt: z.iso.datetime(),
    })
    .optional(),
});
