import { ownWidth, renderedSize, widthsOf } from '../list/geometry.ts';
import { derivativeKey } from './keys.ts';
import { type Focus, type Region, regionAround } from '../picture/focus.ts';
import type { Picture, Size } from '../picture/picture.ts';
import type { Gravity, OutputFormat, Preset, PresetList } from '../list/preset-list.ts';
import { fingerprintAt, namedRecipe, type Recipe, searches } from '../list/recipe.ts';
import { holds } from '../list/rules.ts';

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
  generate: Preset['generate'];
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
}

/** Every file that the presets name for this picture, those that the picture rules out included. */
export function wantedVariants(wanted: Wanted): Variant[] {
  const presets = wanted.presets.filter(preset => holds(preset.when, wanted.picture));
  return presets.flatMap(preset =>
    Object.entries(preset.formats).flatMap(([format, options]) =>
      options ? variantsIn(wanted, preset, format as OutputFormat) : [],
    ),
  );
}

function variantsIn(wanted: Wanted, preset: Preset, format: OutputFormat): Variant[] {
  const declared = preset.formats[format]?.widths ?? widthsOf(preset);
  const own = ownWidth(wanted.picture, preset);
  const ascending = [...declared].sort((a, b) => a - b);
  const next = ascending.find(width => width >= own);
  return ascending.map(width => {
    // The smallest declared width that the picture does not fill gives way to the picture's own width.
    if (width === next) return variantOf(wanted, preset, format, own);
    const variant = variantOf(wanted, preset, format, width);
    return width < own ? variant : { ...variant, impossible: 'larger-than-original' };
  });
}

function variantOf(wanted: Wanted, preset: Preset, format: OutputFormat, width: number): Variant {
  const { key: original, version, picture, list } = wanted;
  const focus = searches(preset) ? wanted.focus : undefined;
  const { recipe, fingerprint: plain } = namedRecipe(preset, width, format, list);
  const fingerprint = focus ? fingerprintAt(plain, focus) : plain;
  const size = renderedSize(picture, preset, width);
  return {
    preset: preset.name,
    format,
    ...size,
    fingerprint,
    key: derivativeKey({ original, version, preset: preset.name, width, fingerprint, format }),
    recipe,
    gravity: preset.adjust?.find(({ when }) => holds(when, picture))?.gravity ?? preset.gravity,
    ...(focus && recipe.aspect ? { region: regionAround(focus, picture, recipe.aspect) } : {}),
    generate: preset.generate,
    ...fromFile(preset, picture, format),
    ...(isBeyond(size, format) ? { impossible: 'beyond-format-limit' } : {}),
  };
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
