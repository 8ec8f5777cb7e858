import type { Size } from '../picture/picture.ts';
import type { Preset } from './preset-list.ts';

/**
 * Sizes of pixels, never of files. A geometry is one width of a preset; `box` is what the preset asks for,
 * `size` what comes out for a given picture. Nothing is ever enlarged.
 */

export function aspectOf(preset: Pick<Preset, 'aspect' | 'width' | 'height'>): number | undefined {
  if (preset.aspect) {
    const [width = 1, height = 1] = preset.aspect.split(':').map(Number);
    return width / height;
  }
  return preset.width && preset.height ? preset.width / preset.height : undefined;
}

export function widthsOf(preset: Preset): number[] {
  const widths = preset.widths ?? (preset.width ? [preset.width] : []);
  return [...widths].sort((a, b) => a - b);
}

/** The widest box of the preset's shape that the picture fills without being enlarged. */
export function ownWidth(picture: Size, preset: Preset): number {
  const aspect = aspectOf(preset);
  if (aspect === undefined) return picture.width;
  const other = picture.height * aspect;
  const reachesBoth = preset.fit === 'cover' || preset.fit === 'fill';
  const width = reachesBoth ? Math.min(picture.width, other) : Math.max(picture.width, other);
  return Math.max(1, Math.round(width));
}

/** What a geometry of `width` comes out as; `width` is at most ownWidth for one that is made. */
export function renderedSize(picture: Size, preset: Preset, width: number): Size {
  const aspect = aspectOf(preset);
  const boxHeight = aspect === undefined ? Number.POSITIVE_INFINITY : width / aspect;
  if (preset.fit !== 'inside') return { width, height: atLeastOne(boxHeight) };
  const scale = Math.min(width / picture.width, boxHeight / picture.height);
  return { width: atLeastOne(picture.width * scale), height: atLeastOne(picture.height * scale) };
}

/** How much of the original's resolution a rendition of `size` needs: 1 is all of it. */
export function neededScale(picture: Size, size: Size, fit: Preset['fit']): number {
  const horizontal = size.width / picture.width;
  const vertical = size.height / picture.height;
  // Rounding makes the two differ for 'inside' as well: the larger is the one that suffices.
  const scale = fit === 'contain' ? Math.min(horizontal, vertical) : Math.max(horizontal, vertical);
  return Math.min(1, scale);
}

export function scaled(picture: Size, scale: number): Size {
  return {
    width: Math.min(picture.width, Math.ceil(picture.width * scale)),
    height: Math.min(picture.height, Math.ceil(picture.height * scale)),
  };
}

function atLeastOne(pixels: number): number {
  return Math.max(1, Math.round(pixels));
}
