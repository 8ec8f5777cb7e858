import { shortHash } from './fingerprint.ts';
import { aspectOf, widthsOf } from './geometry.ts';
import { recipeOfMark } from '../watermark/mark.ts';
import { type Focus, type Strategy, strategies } from '../picture/focus.ts';
import type { Gravity, OutputFormat, Preset, PresetList } from './preset-list.ts';

/** Everything that decides the bytes of one variant, for any picture. */
export interface Recipe {
  fit: Preset['fit'];
  width: number;
  aspect?: number;
  /** The smallest width of the preset, where the quality goes by it. */
  smallest?: number;
  gravity?: Preset['gravity'];
  adjust?: Preset['adjust'];
  search?: number;
  background: string;
  sharpen?: number;
  /** Files of animations are others than before their frames were sharpened. */
  sharpenFrames?: true;
  colour?: 'p3';
  hdr?: 'keep';
  copyright?: 'keep';
  watermark?: Record<string, unknown>[];
  format: OutputFormat;
  encoder: Record<string, unknown>;
}

/**
 * A fingerprint must not move when Darkroom is upgraded: a field added later is left out here while it has
 * its default, and test/shared/core/list/recipe.test.ts holds the fingerprints of known recipes.
 */
export function recipeOf(
  preset: Preset,
  width: number,
  format: OutputFormat,
  metadata: PresetList['metadata'],
): Recipe {
  const aspect = aspectOf(preset);
  const { widths: _, ...encoder } = encoderOf(preset, format);
  return {
    fit: preset.fit,
    width,
    ...(aspect === undefined ? {} : { aspect }),
    ...('dpr2' in encoder || 'dpr3' in encoder ? { smallest: widthsOf(preset)[0] ?? width } : {}),
    ...(hasPlace(preset) ? { gravity: preset.gravity } : {}),
    ...(preset.adjust ? { adjust: preset.adjust } : {}),
    ...(searches(preset) ? { search: SEARCH } : {}),
    background: preset.background.toLowerCase(),
    ...sharpening(preset, format),
    ...(preset.colour === 'p3' ? { colour: 'p3' } : {}),
    ...(preset.hdr === 'keep' && format === 'jpeg' ? { hdr: 'keep' } : {}),
    ...(metadata.copyright === 'keep' ? { copyright: 'keep' } : {}),
    ...(preset.watermark ? { watermark: preset.watermark.map(recipeOfMark) } : {}),
    format,
    encoder,
  };
}

function sharpening({ sharpen, formats }: Preset, format: OutputFormat) {
  if (sharpen === undefined) return {};
  return {
    sharpen,
    ...(formats[format as 'webp']?.animated ? { sharpenFrames: true as const } : {}),
  };
}

/** Whether something is cut off or left free around any picture. */
function hasPlace({ fit, adjust = [] }: Preset): boolean {
  return [fit, ...adjust.map(one => one.fit)].some(one => one === 'cover' || one === 'contain');
}

/** Raised when searches come to other places: a file that shows another part is another file. */
const SEARCH = 1;

/** Whether the preset leaves it to a search what stays, of some pictures at least. The uploader's word goes before. */
export function searches({ fit, gravity, adjust = [] }: Preset): boolean {
  const ways = [{}, ...adjust].map((one: { fit?: typeof fit; gravity?: Gravity }) => ({
    fit: one.fit ?? fit,
    gravity: one.gravity ?? gravity,
  }));
  return ways.some(way => way.fit === 'cover' && isSearched(way.gravity));
}

export function isSearched(gravity: Gravity): gravity is Strategy {
  return strategies.some(strategy => strategy === gravity);
}

/** `keepIfSmallerBy`, `progressive`, and `chroma` of all but AVIF, came after the first fingerprints. */
function encoderOf(preset: Preset, format: OutputFormat): { widths?: number[] } {
  const options: {
    widths?: number[] | undefined;
    keepIfSmallerBy?: number;
    progressive?: boolean | undefined;
    chroma?: string | undefined;
  } = preset.formats[format] ?? {};
  const { keepIfSmallerBy, progressive, chroma, ...rest } = options;
  const isChromaDefault = chroma === undefined || (chroma === '4:2:0' && format !== 'avif');
  return {
    ...rest,
    ...(keepIfSmallerBy ? { keepIfSmallerBy } : {}),
    ...(progressive ? { progressive } : {}),
    ...(isChromaDefault ? {} : { chroma }),
  } as { widths?: number[] };
}

/** What the encoder of a file is told. Four times the smallest width is at most what three times it is. */
export function encoderFor({ width, smallest, encoder }: Recipe): Recipe['encoder'] {
  const { dpr2, dpr3, ...options } = encoder;
  const density = width / (smallest ?? width);
  const said = (density >= 3 && dpr3) || (density >= 2 && dpr2) || {};
  return { ...options, ...said };
}

/**
 * Ten hex digits of SHA-256 over the recipe and the list's epoch. It depends on no picture and no library
 * version, so a back end with the preset list computes the same.
 */
export function fingerprintOf(recipe: Recipe, epoch: number): string {
  return shortHash({ epoch, recipe });
}

/** Of a file that shows what the uploader said; a client computes it, too. */
export function fingerprintAt(fingerprint: string, focus: Focus): string {
  return shortHash({ fingerprint, focus });
}

/** Of a file that says what was said of its original alone; a client that knows it computes it, too. */
export function fingerprintSaying(fingerprint: string, texts: Record<string, string>): string {
  return shortHash({ fingerprint, texts });
}

/** A recipe with its fingerprint: they are asked for at each look at each original. */
export function namedRecipe(
  preset: Preset,
  width: number,
  format: OutputFormat,
  { metadata, epoch }: Pick<PresetList, 'metadata' | 'epoch'>,
): NamedRecipe {
  const known = named.get(preset) ?? new Map<string, NamedRecipe>();
  named.set(preset, known);
  const what = `${width} ${format} ${metadata.copyright} ${epoch}`;
  const found = known.get(what);
  if (found) return found;
  const recipe = recipeOf(preset, width, format, metadata);
  const fresh = { recipe, fingerprint: fingerprintOf(recipe, epoch) };
  // Some are of pictures' own widths, of which there are many.
  if (known.size >= MOST_NAMED) known.clear();
  known.set(what, fresh);
  return fresh;
}

interface NamedRecipe {
  recipe: Recipe;
  fingerprint: string;
}

const MOST_NAMED = 200;
const named = new WeakMap<Preset, Map<string, NamedRecipe>>();

/**
 * Names what a list makes, whatever the order of its keys and its comments, how its edits are rolled out, when files
 * are made under pressure, and how long they stay.
 */
export function fingerprintOfList(list: PresetList): string {
  const known = fingerprints.get(list);
  if (known) return known;
  const { approveAbove: _a, stopAtTimesPlan: _s, pressure: _p, ...makes } = list;
  const presets = makes.presets.map(({ urgent: _u, keep: _k, ...preset }) => preset);
  const fingerprint = shortHash({ ...makes, presets });
  fingerprints.set(list, fingerprint);
  return fingerprint;
}

const fingerprints = new WeakMap<PresetList, string>();
