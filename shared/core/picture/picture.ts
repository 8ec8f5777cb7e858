import * as z from 'zod';

/** Formats told from an original's bytes. What is not here is refused by name. */
export const sourceFormats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic'] as const;

/** What the law or a publisher put into a file about where it comes from; the first two go on into renditions. */
const labelsSchema = z.strictObject({
  aigc: z.string().optional().describe('the JSON text of China’s AIGC label (GB 45438-2025)'),
  digitalSourceType: z.string().optional().describe('of IPTC, where it names an algorithm'),
  c2pa: z.literal(true).optional().describe('the original carries Content Credentials'),
});

export type Labels = z.infer<typeof labelsSchema>;

/** The facts of an original that a plan depends on. Width and height are pixels of one frame, upright. */
export const pictureSchema = z.strictObject({
  format: z.enum(sourceFormats),
  width: z.int().positive(),
  height: z.int().positive(),
  alpha: z.boolean(),
  /** 1 for a still picture. */
  frames: z.int().positive(),
  profile: z
    .literal('p3')
    .optional()
    .describe('wider than sRGB, as Display P3, Adobe RGB and BT.2020 are'),
  hdr: z.literal(true).optional().describe('a JPEG with a gain map (Ultra HDR)'),
  gainMap: z
    .literal('unreadable')
    .optional()
    .describe('no file keeps the gain map, whatever the list says: what it means cannot be read'),
  labels: labelsSchema.optional(),
  copyright: z.string().optional().describe('from EXIF, where the list keeps it'),
  salvaged: z.literal(true).optional().describe('the file was cut off; what came is shown'),
});

export type Picture = z.infer<typeof pictureSchema>;

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}
