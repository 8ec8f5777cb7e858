import * as z from 'zod';

/** What a list may say of each format. A setting that came later has no default here: lists without it keep their fingerprints. */

/** WebP ends at 16,383 pixels a side; no client asks for more from any format. */
export const pixels = z.int().min(1).max(16_383);
export const widths = z.array(pixels).min(1);
const quality = z.int().min(1).max(100);
const keepIfSmallerBy = z
  .number()
  .min(0)
  .max(0.9)
  .default(0)
  .describe('published only if this share smaller than the same size in jpeg or png');

const atDensity = z.strictObject({ quality });
/** Of screens that show twice or three times as many pixels in a place, where artefacts are finer to the eye. */
const densities = {
  dpr2: atDensity.optional().describe('from twice the smallest width of the preset on'),
  dpr3: atDensity.optional().describe('from three times the smallest width on'),
};
const chroma = z.enum(['auto', '4:2:0', '4:4:4']);
const chromaOfWebp = z
  .enum(['auto', '4:2:0'])
  .optional()
  .describe('auto looks for the nearest pixels (smartSubsample) where colours have sharp edges');
const flat = z.literal('auto').optional();

export const formatSettings = {
  jpeg: z
    .strictObject({
      quality: quality.default(80),
      ...densities,
      quantisationTable: z
        .int()
        .min(0)
        .max(8)
        .optional()
        .describe('as sharp numbers them; 2 is 8-10 % fewer bytes at the same look'),
      chroma: chroma
        .optional()
        .describe('auto is 4:4:4 of pictures whose colours have sharp edges; else 4:2:0'),
      progressive: z
        .boolean()
        .optional()
        .describe('shown in passes, in 2-3 % fewer bytes; always with mozjpeg'),
      mozjpeg: z.boolean().default(false).describe('15-20 % fewer bytes for 5 times the CPU'),
      widths: widths.optional(),
    })
    .optional(),
  webp: z
    .strictObject({
      quality: quality.default(80),
      ...densities,
      effort: z.int().min(0).max(6).default(4),
      chroma: chromaOfWebp,
      flat: flat.describe('without loss where that is smaller, of graphics at their own size'),
      keepIfSmallerBy,
      animated: z.boolean().default(false).describe('keep all frames of an animated picture'),
      widths: widths.optional(),
    })
    .optional(),
  avif: z
    .strictObject({
      quality: quality.default(50),
      ...densities,
      effort: z.int().min(0).max(9).default(1),
      chroma: chroma
        .default('4:2:0')
        .describe(
          '4:4:4 keeps sharp coloured edges, for 4 % more bytes and a fifth more CPU; auto is 4:4:4 of pictures that have such edges',
        ),
      flat: flat.describe('effort 3 at least, of drawings and screenshots'),
      keepIfSmallerBy,
      widths: widths.optional(),
    })
    .optional(),
  png: z
    .strictObject({
      flat: flat.describe('a palette where no pixel changes by it, of graphics at their own size'),
      widths: widths.optional(),
    })
    .optional(),
};

/** Of these, what `adjust` may say. */
export const adjustableSettings = {
  jpeg: z.strictObject({ quality: quality.optional(), chroma: chroma.optional() }).optional(),
  webp: z.strictObject({ quality: quality.optional(), chroma: chromaOfWebp }).optional(),
  avif: z.strictObject({ quality: quality.optional(), chroma: chroma.optional() }).optional(),
};
