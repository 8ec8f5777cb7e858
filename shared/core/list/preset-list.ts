import ms from 'ms';
import * as z from 'zod';
import { adjustableSettings, formatSettings, pixels, widths } from './format-settings.ts';
import { moderateShape } from '../moderation/moderate.ts';
import { sourceFormats } from '../picture/picture.ts';
import { strategies } from '../picture/focus.ts';
import { places, watermark } from '../watermark/mark.ts';

/** The preset list, `presets.yaml`: strict, so that a misspelt key is an error and not a default. */

/** Adding one is led by the compiler: see CONTRIBUTING.md. */
export const outputFormats = ['jpeg', 'webp', 'avif', 'png'] as const;
export type OutputFormat = (typeof outputFormats)[number];

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name like feed or feed-wide');
export const condition = z
  .strictObject({
    tallerThan: z.number().positive().optional().describe('height / width is more than this'),
    widerThan: z.number().positive().optional().describe('width / height is more than this'),
    smallerThan: pixels.optional().describe('width is less than this many pixels'),
    alpha: z.boolean().optional().describe('the picture has transparent parts'),
    animated: z.boolean().optional().describe('the picture has more than one frame'),
    format: z
      .array(z.enum(sourceFormats))
      .min(1)
      .optional()
      .describe('of the original, one of these'),
  })
  .describe('All of the named facts must hold for the picture.');

export const gravities = [...places, ...strategies] as const;

export const FOREVER = 'forever';

const formats = z.strictObject(formatSettings satisfies Record<OutputFormat, z.ZodType>);

export const fit = z.enum(['inside', 'cover', 'contain', 'fill']);

const adjustment = z.strictObject({
  when: condition,
  fit: fit.optional(),
  gravity: z.enum(gravities).optional(),
  formats: z
    .strictObject(adjustableSettings)
    .optional()
    .describe('a quality here is that of every density'),
});

const duration = z
  .string()
  .refine(
    text => typeof ms(text as ms.StringValue) === 'number',
    'expected a time such as 7d or 30m',
  );

export const presetShape = z.strictObject({
  name,
  device: z.enum(['phone', 'tablet', 'desktop', 'any']).default('any'),
  generate: z.enum(['eager', 'on_demand']).default('eager'),
  urgent: z
    .union([z.boolean(), widths])
    .optional()
    .describe('made at once even under `pressure`: all of it, or these widths'),
  keep: z
    .string()
    .refine(
      text => text === FOREVER || typeof ms(text as ms.StringValue) === 'number',
      'expected a time such as 90d, or forever',
    )
    .optional()
    .describe('how long its files stay since the upload; a view makes one again. Else for ever'),
  widths: widths.optional().describe('one geometry a width; give width instead for a single one'),
  width: pixels.optional(),
  height: pixels.optional(),
  aspect: z
    .string()
    .regex(/^[1-9]\d*:[1-9]\d*$/, 'expected width:height, such as 3:1')
    .optional(),
  fit: fit.default('inside'),
  gravity: z.enum(gravities).default('centre'),
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #ffffff')
    .default('#ffffff')
    .describe('under transparent parts in formats without alpha, and around a contained picture'),
  colour: z
    .enum(['srgb', 'p3'])
    .default('srgb')
    .describe('p3 keeps what is wider than sRGB, as Display P3'),
  hdr: z.enum(['drop', 'keep']).default('drop').describe('the gain map of Ultra HDR, in jpeg'),
  sharpen: z.number().min(0.3).max(10).optional().describe('sigma of the mask, in pixels'),
  watermark: watermark.optional().describe('drawn over every file, in this order'),
  when: condition.optional().describe('the preset is made for such pictures only'),
  adjust: z
    .array(adjustment)
    .optional()
    .describe('other settings for some pictures; the first that holds wins'),
  formats,
});

export const limitsShape = z.strictObject({
  megabytes: z.number().positive().default(64).describe('of the file, in millions of bytes'),
  megapixels: z.number().positive().default(128).describe('width x height of one frame'),
  frames: z.int().positive().default(300),
  animationMegapixels: z.number().positive().default(64).describe('frames x width x height'),
  variants: z.int().positive().default(60).describe('per original, over all its presets'),
});

const client = z.strictObject({
  formats: z.array(z.enum(outputFormats)).min(1),
  density: z.number().positive().max(5).describe('the widest device pixel ratio worth serving'),
});

export const ruleShape = z.strictObject({
  match: z.string().min(1).describe('a glob on the whole key; ** is every key'),
  presets: z.union([z.literal('none'), z.array(z.string()).min(1)]),
  moderate: moderateShape.optional().describe('what is published waits for a verdict'),
});

/** Each field alone; checks.ts adds what holds between them. */
export const presetListShape = z.strictObject({
  version: z.literal(1),
  epoch: z.int().min(0).default(0).describe('raise it to render everything anew'),
  retain: duration
    .default('0s')
    .describe('how long a replaced derivative stays; ten minutes at least'),
  approveAbove: z
    .strictObject({
      originals: z.int().min(0).default(10_000).describe('an edit that touches more'),
      usd: z
        .number()
        .min(0)
        .default(10)
        .describe('an edit whose rollout is estimated to cost more'),
    })
    .prefault({})
    .describe(
      'such an edit waits for `darkroom presets apply`; the list in force decides, not the new one',
    ),
  stopAtTimesPlan: z
    .number()
    .min(1)
    .default(1.5)
    .describe('a backfill or rollout stops when it renders this many times the files it planned'),
  pressure: z
    .strictObject({
      after: duration.describe('uploads whose event waited longer'),
    })
    .optional()
    .describe(
      'of such uploads only what is urgent is made at once; a view makes the rest, or the sweep within a day',
    ),
  limits: limitsShape.prefault({}),
  truncated: z
    .enum(['refuse', 'salvage'])
    .default('refuse')
    .describe('files that were cut off: refuse them, or show what came'),
  heic: z.enum(['decode', 'refuse']).default('decode').describe('pictures of iPhones, in wasm'),
  metadata: z
    .strictObject({ copyright: z.enum(['drop', 'keep']).default('drop') })
    .prefault({})
    .describe('all other metadata goes; labels of AI content stay, by law'),
  clients: z.record(name, client).default({}),
  rules: z.array(ruleShape).min(1).describe('the first that matches a key names its presets'),
  presets: z.array(presetShape).min(1),
});

export type PresetList = z.infer<typeof presetListShape>;

/** Of lists in force, pending or replaced, a process sees a few at a time. */
const MOST_RECORDED = 32;
const recorded = new Map<string, PresetList>();

/** A list within a record of ours: records are read again and again, and the lists in them are edited now and then. */
export const recordedList = z.unknown().transform((written, { issues }): PresetList => {
  const text = JSON.stringify(written) ?? '';
  const known = recorded.get(text);
  if (known) return known;
  const parsed = presetListShape.safeParse(written);
  if (!parsed.success) {
    const { message } = parsed.error;
    issues.push({ code: 'custom', message, input: written });
    return z.NEVER;
  }
  const [oldest] = recorded.keys();
  if (oldest !== undefined && recorded.size >= MOST_RECORDED) recorded.delete(oldest);
  // Whoever reads such a record is given the same list.
  const list = Object.freeze(parsed.data);
  recorded.set(text, list);
  return list;
});
export type Preset = PresetList['presets'][number];
export type Condition = z.infer<typeof condition>;
export type Gravity = Preset['gravity'];
