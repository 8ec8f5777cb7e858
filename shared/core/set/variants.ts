import { ownWidth, renderedSize, widthsOf } from '../list/geometry.ts';
import { derivativeKey } from './keys.ts';
import { type Focus, type Region, regionAround } from '../picture/focus.ts';
import type { Picture, Size } from '../picture/picture.ts';
import type { Texts } from '../watermark/mark-text.ts';
import {
  type DrawnMark,
  saidIn,
  type WantedMark,
  type WantedMarks,
  wantedMarks,
} from '../watermark/wanted-marks.ts';
import type { Gravity, OutputFormat, Preset, PresetList } from '../list/preset-list.ts';
import {
  encoderFor,
  fingerprintAt,
  fingerprintSaying,
  namedRecipe,
  type Recipe,
  recipeOf,
  searches,
} from '../list/recipe.ts';
import { adjusted, holds } from '../list/rules.ts';

/** One file that the list wants of one picture, with all that is needed to make it. */
export interface Variant {
  preset: string;
  format: OutputFormat;
  width: number;
  height: number;
  fingerprint: string;
  key: string;
  recipe: Recipe;
  gravity: Gravity;
  /** What stays, where the uploader said it or a search has found it; the gravity does not count then. */
  region?: Region;
  /** Made straight from the file, since pixels alone would lose its frames or its gain map. */
  fromFile?: 'animated' | 'hdr';
  /** Made without loss: in place of the other, or once more where its colours are few, and the smaller of both is the file. */
  lossless?: 'first' | 'of-few-colours';
  generate: Preset['generate'];
  /** How long it stays, where not for ever. */
  keep?: string;
  /** Made on upload however many uploads wait. */
  urgent?: true;
  /** What is drawn over it. */
  marks?: WantedMark[];
  /** The same with its files, once they are read. */
  drawn?: DrawnMark[];
  /** Words of its texts that nobody said: those texts are left out. */
  lacks?: string[];
  /** Characters that no font of a text has, as `U+1F600`: they are left out. */
  unshown?: string[];
  /** Why it cannot be made, where a text must not be left out. */
  unmarkable?: string;
  /** Set where the list names the file but the picture rules it out. */
  impossible?: 'larger-than-original' | 'beyond-format-limit';
}

/** Pixels a side: the WebP container, JPEG's 16-bit frame header, libheif's default limit, PNG. */
const LONGEST_SIDE = {
  webp: 16_383,
  jpeg: 65_535,
  avif: 16_384,
  png: 100_000,
} as const satisfies Record<OutputFormat, number>;

export interface Wanted {
  key: string;
  version: string;
  picture: Picture;
  list: PresetList;
  presets: Preset[];
  /** What the uploader said. */
  focus?: Focus | undefined;
  texts?: Texts | undefined;
}

/** Every file that the presets name for this picture, those that the picture rules out included. */
export function wantedVariants(wanted: Wanted): Variant[] {
  const presets = wanted.presets.filter(preset => holds(preset.when, wanted.picture));
  return presets.flatMap(declared => {
    const preset = { declared, shown: adjusted(declared, wanted.picture) };
    return Object.entries(declared.formats).flatMap(([format, options]) =>
      options ? variantsIn(wanted, preset, format as OutputFormat) : [],
    );
  });
}

/** A key names what is declared for all pictures; what is shown is adjusted to this one. */
interface AdjustedPreset {
  declared: Preset;
  shown: Preset;
}

function variantsIn(wanted: Wanted, preset: AdjustedPreset, format: OutputFormat): Variant[] {
  const { shown } = preset;
  const declared = shown.formats[format]?.widths ?? widthsOf(shown);
  const own = ownWidth(wanted.picture, shown);
  const ascending = [...declared].sort((a, b) => a - b);
  const next = ascending.find(width => width >= own);
  return ascending.map(width => {
    // The smallest declared width that the picture does not fill gives way to the picture's own width.
    const at = width === next ? own : width;
    const variant = { ...variantOf(wanted, preset, format, at), ...urgency(shown, width) };
    return at <= own ? variant : { ...variant, impossible: 'larger-than-original' };
  });
}

function urgency({ urgent = false }: Preset, declaredWidth: number): Pick<Variant, 'urgent'> {
  const isUrgent = urgent === true || (Array.isArray(urgent) && urgent.includes(declaredWidth));
  return isUrgent ? { urgent: true } : {};
}

function variantOf(
  wanted: Wanted,
  { declared, shown }: AdjustedPreset,
  format: OutputFormat,
  width: number,
): Variant {
  const { key: original, version, picture, list } = wanted;
  const { name: preset, generate, keep } = declared;
  const focus = searches(declared) ? wanted.focus : undefined;
  const named = namedRecipe(declared, width, format, list);
  const fingerprint = fingerprintOf(named.fingerprint, { focus, declared, texts: wanted.texts });
  const said = shown === declared ? named.recipe : recipeOf(shown, width, format, list.metadata);
  const recipe = { ...said, encoder: encoderFor(said) };
  const size = renderedSize(picture, shown, width);
  const aspect = recipe.fit === 'cover' ? recipe.aspect : undefined;
  return {
    preset,
    format,
    ...size,
    fingerprint,
    key: derivativeKey({ original, version, preset, width, fingerprint, format }),
    recipe,
    gravity: shown.gravity,
    ...(focus && aspect ? { region: regionAround(focus, picture, aspect) } : {}),
    ...marksOf(declared, size.width, wanted.texts),
    generate,
    ...(keep === undefined ? {} : { keep }),
    ...fromFile(shown, picture, format),
    ...(isBeyond(size, format) ? { impossible: 'beyond-format-limit' } : {}),
  };
}

/** Of what the list says, and of what was said of this original. */
function fingerprintOf(
  named: string,
  { focus, declared, texts }: Pick<Wanted, 'focus' | 'texts'> & { declared: Preset },
): string {
  const placed = focus ? fingerprintAt(named, focus) : named;
  const said = declared.watermark && saidIn(declared.watermark, texts ?? {});
  return said ? fingerprintSaying(placed, said) : placed;
}

function marksOf(
  { watermark }: Preset,
  width: number,
  texts: Texts | undefined,
): Partial<WantedMarks> {
  return watermark ? wantedMarks(watermark, width, texts ?? {}) : {};
}

function fromFile(
  preset: Preset,
  picture: Picture,
  format: OutputFormat,
): Pick<Variant, 'fromFile'> {
  if (format === 'webp' && picture.frames > 1 && preset.formats.webp?.animated) {
    return { fromFile: 'animated' };
  }
  const isKept = picture.hdr && preset.hdr === 'keep' && !picture.gainMap;
  return format === 'jpeg' && isKept ? { fromFile: 'hdr' } : {};
}

function isBeyond(size: Size, format: OutputFormat): boolean {
  return Math.max(size.width, size.height) > LONGEST_SIDE[format];
}
