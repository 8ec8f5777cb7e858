import * as z from 'zod';

/** Formats told from an original's bytes. What is not here is refused by name. */
export const sourceFormats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const;

/** The facts of an original that a plan depends on. Width and height are pixels of one frame, upright. */
export const pictureSchema = z.strictObject({
  format: z.enum(sourceFormats),
  width: z.int().positive(),
  height: z.int().positive(),
  alpha: z.boolean(),
  /** 1 for a still picture. */
  frames: z.int().positive(),
});

export type Picture = z.infer<typeof pictureSchema>;

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}
