import * as z from 'zod';
import { declaredFiles } from './declared-file.ts';
import { canonicalJson } from './fingerprint.ts';
import { aspectOf } from './geometry.ts';
import { wordsOf } from '../watermark/mark-text.ts';
import {
  condition,
  fit,
  type OutputFormat,
  type Preset,
  type PresetList,
  presetListShape,
  presetShape,
} from './preset-list.ts';
import { fingerprintOfList, recipeOf, searches } from './recipe.ts';

/**
 * The preset list as clients get it, `presets.json` in the derivatives bucket: with an original's key and ETag
 * it names every file of the original. Rules are left out: their globs need a matcher, which a client has
 * not, and they tell what folders there are. A page knows what its pictures are; the manifest knows for sure.
 */
export const PUBLISHED_KEY = 'presets.json';

const perFormat = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    jpeg: value.optional(),
    webp: value.optional(),
    avif: value.optional(),
    png: value.optional(),
  } satisfies Record<OutputFormat, unknown>);

const file = z.strictObject({
  width: z.int().positive().describe('of the geometry, as in the key'),
  fingerprint: z.string(),
});

const preset = z.strictObject({
  name: presetShape.shape.name,
  device: z.enum(['phone', 'tablet', 'desktop', 'any']),
  fit,
  aspect: z.number().positive().optional().describe('of the box: width / height'),
  when: presetShape.shape.when,
  adjust: z
    .array(z.strictObject({ when: condition, fit: fit.optional() }))
    .optional()
    .describe(
      'another fit for some pictures: the first whose condition holds decides, and none that names no fit',
    ),
  searches: z
    .literal(true)
    .optional()
    .describe(
      'crops by a search: of a picture whose uploader said a focus, each fingerprint is hashed with it once more',
    ),
  words: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'said of each picture and drawn over it: of one of which some were said, each fingerprint is hashed with those once more',
    ),
  formats: perFormat(z.array(file).min(1)).describe('each ascending by width'),
  recipes: perFormat(z.string()).describe(
    'for a picture that is smaller than a width: put its own width for the $ of "width":$, and the first ten hex digits of the SHA-256 are the fingerprint',
  ),
});

export const publishedSchema = z.strictObject({
  schema: z.literal(1),
  fingerprint: z.string().describe('of the list, as manifests name it'),
  clients: presetListShape.shape.clients.unwrap(),
  presets: z.array(preset).min(1),
});

export type Published = z.infer<typeof publishedSchema>;
type PublishedPreset = Published['presets'][number];

/** Whoever looks whether it is published still asks for it again and again. */
const known = new WeakMap<PresetList, Published>();

export function publishedFrom(list: PresetList): Published {
  const published = known.get(list) ?? {
    schema: 1,
    fingerprint: fingerprintOfList(list),
    clients: list.clients,
    presets: list.presets.map(one => publishedPreset(one, list)),
  };
  known.set(list, published);
  return published;
}

function publishedPreset(preset: Preset, list: PresetList): PublishedPreset {
  const aspect = aspectOf(preset);
  const formats = filesOf(preset, list);
  return {
    name: preset.name,
    device: preset.device,
    fit: preset.fit,
    ...(aspect === undefined ? {} : { aspect }),
    ...(preset.when ? { when: preset.when } : {}),
    ...fitsOf(preset),
    ...(searches(preset) ? { searches: true as const } : {}),
    ...wordsIn(preset),
    formats,
    recipes: recipesOf(preset, Object.keys(formats) as OutputFormat[], list),
  };
}

/** Entries that change something else count as well: they may hold before one that changes the fit. */
function fitsOf({ adjust = [] }: Preset): Pick<PublishedPreset, 'adjust'> {
  if (adjust.every(({ fit }) => fit === undefined)) return {};
  return { adjust: adjust.map(({ when, fit }) => ({ when, ...(fit ? { fit } : {}) })) };
}

function wordsIn({ watermark = [] }: Preset): Pick<PublishedPreset, 'words'> {
  const words = [...new Set(watermark.flatMap(({ text = '' }) => wordsOf(text)))];
  return words.length > 0 ? { words } : {};
}

function filesOf(preset: Preset, list: PresetList): PublishedPreset['formats'] {
  const ascending = declaredFiles([preset], list).sort((a, b) => a.width - b.width);
  const formats: PublishedPreset['formats'] = {};
  for (const { format, width, fingerprint } of ascending) {
    formats[format] = [...(formats[format] ?? []), { width, fingerprint }];
  }
  return formats;
}

function recipesOf(
  preset: Preset,
  formats: OutputFormat[],
  list: PresetList,
): PublishedPreset['recipes'] {
  const templates = formats.map(format => {
    const recipe = { ...recipeOf(preset, 1, format, list.metadata), width: '$' };
    // The text that fingerprintOf hashes.
    return [
      format,
      canonicalJson({ epoch: list.epoch, recipe }).replace('"width":"$"', '"width":$'),
    ];
  });
  return Object.fromEntries(templates);
}
