import * as z from 'zod';
import { sha256Of } from '../list/fingerprint.ts';
import { modes } from './run.ts';

/**
 * Originals that are handed to the backfill function together, as the payload of one asynchronous invocation. FC takes
 * at most 128 KB of it, so a batch of long keys holds fewer of them.
 */
export const batchSchema = z.strictObject({
  kind: z.literal('darkroom.backfill'),
  bucket: z.string().min(1).describe('of the originals'),
  keys: z.array(z.string().min(1)).min(1).max(500).describe('raw'),
  mode: z.enum(modes).default('settle'),
  preset: z.string().optional().describe('only this one is made anew by `force`'),
  made: z.boolean().optional().describe('a miss made files of them: they are found, and recorded'),
  unread: z
    .boolean()
    .optional()
    .describe('a miss could not read them: they are read again, so that it is recorded'),
  isDoubted: z
    .boolean()
    .optional()
    .describe('work on them was lost: what is recorded of them is compared with a listing'),
  run: z
    .strictObject({
      id: z.string().min(1),
      task: z.string().min(1),
      planned: z.int().min(0).describe('files, at most'),
      startedAt: z.iso.datetime(),
      handedOverAt: z.iso
        .datetime()
        .optional()
        .describe('of this batch; absent in those of before it was told'),
    })
    .optional()
    .describe('which run handed it over, as which task: the function writes its result there'),
});

export type Batch = z.infer<typeof batchSchema>;

/** Bytes as JSON. A batch of so many keys that begins late still has time for all of them. */
const MOST = { bytes: 100_000, keys: 100 };

/** How many bytes a key takes within a batch. */
export function bytesOfKey(key: string): number {
  return Buffer.byteLength(JSON.stringify(key)) + 1;
}

export function isFull(batch: { bytes: number; keys: string[] }, mostKeys: number): boolean {
  return batch.keys.length >= mostKeys || batch.bytes >= MOST.bytes;
}

/** All of a batch but its keys. */
const ENVELOPE_BYTES = 1000;

/** Keys in pieces that fit a batch each, in their order. */
export function piecesOf(keys: string[]): string[][] {
  const pieces: string[][] = [];
  let left = 0;
  for (const key of keys) {
    const bytes = bytesOfKey(key);
    const piece = pieces.at(-1);
    if (piece && piece.length < MOST.keys && bytes <= left) piece.push(key);
    else {
      pieces.push([key]);
      left = MOST.bytes - ENVELOPE_BYTES;
    }
    left -= bytes;
  }
  return pieces;
}

export function batchMessage(batch: Omit<z.input<typeof batchSchema>, 'kind'>): Buffer {
  return Buffer.from(JSON.stringify({ kind: 'darkroom.backfill', ...batch }));
}

/**
 * In the grammar of FC's task ids. The same work has the same id, so that FC answers 409 where it is handed over once
 * more after a crash.
 */
export function taskId(name: string, work: string): string {
  return `${name}_${sha256Of(work).slice(0, 40)}`;
}
