import { choices, formatsOf, isTransparent, oneOfEachWidth } from './choice.ts';
import { checkPhoto, deviceOf, wrong } from './files.ts';
import type { Client, File, Photo } from './photo.ts';

/** A `<picture>` as data. */

/** One preset of several, and where it is shown. */
export interface Art {
  preset: string;
  /** phone, tablet, desktop or a media query; else by the device of the preset, where the list is given. */
  media?: string | undefined;
  sizes?: string | undefined;
}

export interface Look {
  /** What keys are appended to, such as https://cdn.example.com */
  base: string;
  /** Of several the first whose media holds, and the last wherever none does. */
  preset: string | readonly Art[];
  alt: string;
  /** In CSS, how wide the picture is shown; 100vw if not given. */
  sizes?: string | undefined;
  /** Leaves out the formats that such a client does not show. */
  client?: Client | undefined;
  /** True if not given; false for what is seen at once. */
  lazy?: boolean | undefined;
  /** thumbHashUrl of darkroom/client/thumbhash; without it the placeholder is the colour alone. */
  thumbHash?: ((base64: string) => string | undefined) | undefined;
}

/** Attributes, by their names in HTML. */
export interface Source {
  type: string;
  media?: string | undefined;
  sizes: string;
  srcset: string;
  width?: number | undefined;
  height?: number | undefined;
}

/** `loading` comes first: set one by one, an `src` before it would be fetched at once. */
export interface Img {
  loading: 'lazy' | 'eager';
  decoding: 'async';
  alt: string;
  width?: number | undefined;
  height?: number | undefined;
  sizes: string;
  srcset: string;
  src: string;
}

export interface Sources {
  sources: Source[];
  img: Img;
  /** For CSS `background`, until the picture is there. None behind transparent parts, where it would stay. */
  background?: string | undefined;
}

/** The edges that most style sheets have; a preset's device becomes one of these. */
const MEDIA: Record<string, string | undefined> = {
  phone: '(max-width: 599.98px)',
  tablet: '(min-width: 600px) and (max-width: 1023.98px)',
  desktop: '(min-width: 1024px)',
  any: 'all',
};

export function urlOfKey(base: string, key: string): string {
  return `${base.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

export function sourcesFrom(photo: Photo, look: Look): Sources {
  checkPhoto(photo);
  if (typeof look?.alt !== 'string') {
    wrong('alt, a text', look?.alt);
  }
  const arts: readonly Art[] =
    typeof look.preset === 'string' ? [{ preset: look.preset }] : look.preset;
  const shown = arts
    .map(art => ({ ...art, files: choices(photo, art.preset, look.client) }))
    .filter(({ files }) => files.length > 0);
  const last = shown.pop();
  if (!last) throw new Error(`There is no file to show of ${arts.map(art => art.preset)}.`);
  const sources: Source[] = [];
  for (const art of shown) {
    const media = art.media ?? deviceOf(photo, art.preset);
    sources.push(...sourcesOfArt({ ...art, media: MEDIA[media] ?? media }, look));
  }
  const others = sourcesOfArt({ ...last, media: undefined }, look);
  const fallback = others.pop();
  return {
    sources: [...sources, ...others],
    img: imgOf(fallback, look),
    background: backgroundOf(photo, look),
  };
}

/** Best format first, the fallback last. */
function sourcesOfArt(art: Art & { files: File[] }, { base, sizes = '100vw' }: Look): Source[] {
  return formatsOf(art.files).map(format => {
    const files = oneOfEachWidth(art.files, format);
    const { width, height } = files[files.length - 1] ?? {};
    return {
      type: `image/${format}`,
      media: art.media,
      sizes: art.sizes ?? sizes,
      srcset: files.map(file => `${urlOfKey(base, file.key)} ${file.width}w`).join(', '),
      ...(height ? { width, height } : {}),
    };
  });
}

function imgOf(source: Source | undefined, { alt, lazy = true }: Look): Img {
  const { width, height, sizes = '', srcset = '' } = source ?? {};
  const widest = srcset.split(', ').pop() ?? '';
  return {
    loading: lazy ? 'lazy' : 'eager',
    decoding: 'async',
    alt,
    ...(height ? { width, height } : {}),
    sizes,
    srcset,
    src: widest.split(' ')[0] ?? '',
  };
}

function backgroundOf(photo: Photo, { thumbHash }: Look): string | undefined {
  const { placeholder } = 'variants' in photo ? photo.original : photo;
  if (!placeholder || isTransparent(photo)) return undefined;
  const url = thumbHash?.(placeholder.thumbHash);
  return `${placeholder.colour}${url ? ` url(${url}) center/cover` : ''}`;
}
