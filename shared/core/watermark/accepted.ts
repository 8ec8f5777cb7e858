import * as z from 'zod';

/**
 * The files that lists name, as they were when a list was accepted: by their hash, so that a list means the same bytes for
 * as long as any of its files is made.
 */
export function acceptedKey(sha256: string): string {
  return `accepted-marks/${sha256}`;
}

/** Which object was found to have which hash: a look that finds the same reads no bytes. */
export const SEEN_MARKS_KEY = 'accepted-marks/seen.json';

export const seenMarksSchema = z.strictObject({
  schema: z.literal(1),
  files: z.record(
    z.string(),
    z.strictObject({
      etag: z.string(),
      bytes: z.int(),
      crc64: z.string().optional(),
      sha256: z.string(),
    }),
  ),
});
export type SeenMarks = z.infer<typeof seenMarksSchema>;

export const mostBytes = { image: 2e6, font: 30e6 } as const;
/** Of one list: what an instance keeps between uploads. */
export const MOST_TOGETHER = 48e6;
/** Pixels a side of an image. */
export const MOST_SIDE = 4096;

/** What a file of a list has to be, and is not; `path` is where the list names it. */
export function tooLarge(kind: keyof typeof mostBytes, bytes: number): string | undefined {
  const most = mostBytes[kind];
  if (bytes <= most) return undefined;
  return `expected at most ${most / 1e6} MB, it has ${bytes} bytes`;
}
