import type { Recipe } from '../list/recipe.ts';
import type { Content } from '../picture/content.ts';
import type { Picture } from '../picture/picture.ts';
import type { Variant } from './variants.ts';

/** What a list leaves to the picture: `chroma: auto`, `flat: auto`. docs/adr/0031-left-to-the-picture.md */

type Encoder = Recipe['encoder'];

/** Of a file, a phone's screen and a bit: beyond, what the picture asks for would have a very tall one take over a minute. */
const MOST_PIXELS = 3e6;
const LONGEST_SIDE = 3000;

type Change = Partial<Record<Variant['format'], (encoder: Encoder) => Encoder>>;

/** With its colours kept a file of this part of the quality looks better than in 4:2:0 at all of it, in fewer bytes. */
const SHARP_QUALITY = { jpeg: 0.9, webp: 0.88, avif: 0.92 };
/** Beside the search for the nearest pixels, which takes as long for each: two more are 3 % fewer bytes. */
const SHARP_WEBP_EFFORT = 2;
const SHARP: Change = {
  jpeg: ({ quality }) => ({ quality: part(quality, 'jpeg') }),
  webp: ({ quality, effort }) => ({
    quality: part(quality, 'webp'),
    effort: Math.min(SHARP_WEBP_EFFORT, Number(effort)),
  }),
  avif: ({ quality }) => ({ quality: part(quality, 'avif') }),
};

function part(quality: unknown, format: keyof typeof SHARP_QUALITY): number {
  return Math.max(1, Math.round(SHARP_QUALITY[format] * Number(quality)));
}

/** Of flat graphics: -22 % bytes for three times the CPU. */
const FLAT_EFFORT = 3;
const FLAT: Change = {
  avif: ({ effort }) => ({ effort: Math.max(FLAT_EFFORT, Number(effort ?? 0)) }),
};

/** Whether the picture's pixels have a say in how this file is encoded. */
export function isLeftToPicture(variant: Variant): boolean {
  const { recipe, fromFile, width, height } = variant;
  const { chroma, flat } = recipe.encoder;
  if (chroma !== 'auto' && flat !== 'auto') return false;
  if (fromFile === 'animated' || Math.max(width, height) > LONGEST_SIDE) return false;
  return width * height <= MOST_PIXELS;
}

/** The file with settings that an encoder knows. Without content it is as if the list left nothing to the picture. */
export function suited(
  variant: Variant,
  content: Content | undefined,
  picture: Pick<Picture, 'width' | 'height'>,
): Variant {
  const { chroma, flat, ...others } = variant.recipe.encoder;
  if (chroma === undefined && flat === undefined) return variant;
  const told = isLeftToPicture(variant) ? content : undefined;
  const colours = chroma === 'auto' ? (told?.chroma ?? '4:2:0') : chroma;
  const isFlat = flat === 'auto' && told?.flat;
  const encoder = {
    ...others,
    ...(colours === undefined ? {} : COLOURS[variant.format](colours)),
    ...(chroma === 'auto' && colours === '4:4:4' ? SHARP[variant.format]?.(others) : {}),
    ...(isFlat ? FLAT[variant.format]?.(others) : {}),
  };
  const lossless = flat === 'auto' && told && losslessOf(variant, told, picture);
  const recipe = { ...variant.recipe, encoder };
  return { ...variant, recipe, ...(lossless ? { lossless } : {}) };
}

/** WebP is 4:2:0 always, and can look for the pixels that come out nearest. */
const COLOURS = {
  jpeg: chroma => ({ chroma }),
  avif: chroma => ({ chroma }),
  webp: chroma => (chroma === '4:4:4' ? { smartSubsample: true } : {}),
  png: () => ({}),
} satisfies Record<Variant['format'], (chroma: unknown) => Encoder>;

/** Of a thousand pixels: text on plain ground has 2 to 9, what has gradients in it 38 and more. */
const FEW_COLOURS = 15;

/** What was made smaller has more colours than before, and never wins without loss. */
function losslessOf(
  { format, width, height }: Variant,
  { flat, colours }: Content,
  picture: Pick<Picture, 'width' | 'height'>,
): Variant['lossless'] {
  if (format !== 'webp' && format !== 'png') return undefined;
  if (width !== picture.width || height !== picture.height) return undefined;
  return flat && colours <= FEW_COLOURS && format === 'webp' ? 'first' : 'of-few-colours';
}

/** Of the content that takes longest. */
export function dearest(variant: Variant, picture: Picture): Variant {
  return suited(variant, DEAREST, picture);
}

const DEAREST: Content = {
  chroma: '4:4:4',
  colourEdges: 1000,
  flat: true,
  even: 200,
  colours: 150,
};
