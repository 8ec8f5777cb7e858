import * as z from 'zod';

/** What a preset draws over its pictures: images, and texts with a font of the operator's. */

/** Where something stands that nobody searches for. */
export const places = [
  'centre',
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
] as const;

/** A path without hidden names, and so without `..`. */
const pathBelow = (folder: string, extensions: string, example: string) =>
  z
    .string()
    .max(200)
    .regex(
      new RegExp(`^${folder}(/[^/.\\\\][^/\\\\]*)+\\.(${extensions})$`, 'i'),
      `expected a file of the config bucket such as ${example}`,
    );

const fontPath = pathBelow('fonts', 'ttf|otf|ttc', 'fonts/NotoSansSC-Regular.ttf');
const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #ffffff');
const pixels = z.int().min(1).max(16_383);

/** Each is a layer of pixels in every geometry. */
const MOST_MARKS = 8;

export const markShape = z.strictObject({
  image: pathBelow('marks', 'png|webp|jpg|jpeg', 'marks/logo.png').optional(),
  text: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('instead of an image; {user} is what the uploader said by x-oss-meta-wm-user'),
  font: fontPath.optional().describe('of the text'),
  fallback: z
    .array(fontPath)
    .min(1)
    .max(4)
    .optional()
    .describe('fonts for the characters that it has not, the first that has one'),
  colour: colour.optional().describe('of the text; #ffffff unless said'),
  gravity: z.enum(places).default('southeast'),
  offset: z
    .number()
    .min(0)
    .max(50)
    .default(2)
    .describe('from the edges, in % of the width of the file'),
  size: z
    .number()
    .min(0.1)
    .max(100)
    .describe('in % of the width of the file: the width of an image, the height of letters'),
  least: pixels.optional().describe('never smaller'),
  most: pixels.optional().describe('never larger'),
  opacity: z.number().min(1).max(100).default(100).describe('in %'),
  shadow: colour.optional(),
  outline: colour.optional(),
  tile: z
    .strictObject({
      angle: z.number().min(-90).max(90).default(0).describe('clockwise, in degrees'),
      gap: z.number().min(1).max(100).default(10).describe('in % of the width of the file'),
    })
    .optional()
    .describe('all over the picture, in staggered rows'),
  from: pixels.optional().describe('left out of files that are narrower'),
  missing: z
    .enum(['leave_out', 'fail'])
    .optional()
    .describe('what becomes of a text of which a {word} was not said; leave_out unless said'),
  sha256: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .optional()
    .describe('of image or fonts: Darkroom adds it when it accepts the list'),
});

export const watermark = z.array(markShape).min(1).max(MOST_MARKS);

export type Mark = z.infer<typeof markShape>;

export interface MarkFile {
  kind: 'image' | 'font';
  /** In the config bucket, or beside a list on disk. */
  path: string;
}

/** The files that a mark names, in the order in which it has their hashes. */
export function filesOf({ image, font, fallback = [] }: Mark): MarkFile[] {
  const fonts = [...(font ? [font] : []), ...fallback];
  return [
    ...(image ? [{ kind: 'image' as const, path: image }] : []),
    ...fonts.map(path => ({ kind: 'font' as const, path })),
  ];
}

/** What decides bytes: a file counts by its hash, whatever it is called. Without hashes, as people write it, by its name. */
export function recipeOfMark(mark: Mark): Record<string, unknown> {
  const { image, font, fallback, sha256, ...rest } = mark;
  return sha256 ? { ...rest, sha256 } : { ...rest, image, font, fallback };
}
