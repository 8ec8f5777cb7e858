import type {
  Condition,
  File,
  Focus,
  Format,
  Manifest,
  Original,
  Photo,
  Preset,
  Size,
} from './photo.ts';
import { sha256 } from './sha256.ts';

/** Which files there are of a picture: as the manifest says, or worked out from the published list. */

/** The files of a preset that may be shown, in no order. None where the preset is not made of this picture. */
export function filesOf(photo: Photo, preset: string): File[] {
  if (!('variants' in photo)) return worked(photo, presetNamed(photo, preset));
  return photo.variants.filter(
    one => one.preset === preset && (one.state === 'rendered' || one.state === 'on_demand'),
  );
}

/** The file of a declared width, or the picture's own width that stands in for it. */
export function fileNamed(original: Original, name: string, width: number, format: Format): File {
  const preset = presetNamed(original, name);
  const declared = preset.formats[format];
  if (!declared) refuse(`a format of ${name}`, Object.keys(preset.formats), format);
  const widths = declared.map(one => one.width);
  const index = widths.indexOf(width);
  const files = inFormat(original, preset, format);
  return (
    files[Math.min(index, files.length - 1)] ??
    refuse(`a width of ${name} in ${format}`, widths, width)
  );
}

/** What kind of device a preset is for, where that is known: a manifest does not say. */
export function deviceOf(photo: Photo, preset: string): Preset['device'] {
  return 'variants' in photo ? 'any' : presetNamed(photo, preset).device;
}

/** What types say is not always so where a manifest was asked for and not there. */
export function checkPhoto(photo: unknown): void {
  const { variants, presets } = (photo ?? {}) as Partial<Manifest & Original>;
  if (!variants && !presets) wrong('a manifest, or key, etag and presets', photo);
}

export function wrong(what: string, received: unknown): never {
  throw new Error(`Expected ${what}; received ${received}.`);
}

export function refuse(what: string, known: readonly unknown[], received: unknown): never {
  wrong(`${what}, one of ${known.join(', ')}`, received);
}

function presetNamed({ presets: { presets } }: Original, name: string): Preset {
  const names = presets.map(preset => preset.name);
  return presets[names.indexOf(name)] ?? refuse('a preset of the list', names, name);
}

/** Pixels a side that a format can hold, as shared/core/set/variants.ts has them. */
const LONGEST_SIDE = { webp: 16_383, avif: 16_384, jpeg: 65_535, png: 100_000 };

function worked(original: Original, preset: Preset): File[] {
  if (original.size && !holds(preset.when ?? {}, original.size)) return [];
  const files: File[] = [];
  // A loop, since `flatMap` is not in ES2018, which the build for mini-programs is.
  for (const format of Object.keys(preset.formats) as Format[])
    files.push(...inFormat(original, preset, format));
  return files.filter(
    ({ width, height = 0, format }) => Math.max(width, height) <= LONGEST_SIDE[format],
  );
}

/** Ascending. Nothing is enlarged: the picture's own width stands in for the first that is larger. */
function inFormat(original: Original, declaredPreset: Preset, format: Format): File[] {
  const { key, etag, size, focus, texts = {} } = original;
  const preset = adjusted(declaredPreset, size);
  const declared = preset.formats[format] ?? [];
  const own = ownWidth(size, preset);
  const next = declared.findIndex(({ width }) => width >= own);
  const there = next < 0 ? declared : declared.slice(0, next + 1);
  const version = shortHash(etag.replace(/"/g, '').toUpperCase());
  return there.map(one => {
    const width = Math.min(one.width, own);
    const plain =
      width === one.width
        ? one.fingerprint
        : shortHash((preset.recipes[format] ?? '').replace('"width":$', `"width":${width}`));
    const placed = preset.searches && focus ? fingerprintAt(plain, focus) : plain;
    const fingerprint = fingerprintSaying(placed, preset, texts);
    const extension = format === 'jpeg' ? 'jpg' : format;
    return {
      format,
      ...rendered(size, preset, width),
      key: `${key}/${version}/${preset.name}-${width}-${fingerprint}.${extension}`,
    };
  });
}

/** As fingerprintAt of shared/core/list/recipe.ts. */
const fingerprintAt = (fingerprint: string, { x, y }: Focus): string =>
  shortHash(`{"fingerprint":"${fingerprint}","focus":{"x":${x},"y":${y}}}`);

/** As fingerprintSaying of shared/core/list/recipe.ts: in the order of the words. */
function fingerprintSaying(
  fingerprint: string,
  { words = [] }: Preset,
  texts: Readonly<Record<string, string>>,
): string {
  const said: string[] = [];
  for (const word of [...words].sort()) {
    const text = Object.keys(texts).includes(word) && drawnOf(`${texts[word]}`);
    if (text) said.push(`"${word}":${JSON.stringify(text)}`);
  }
  if (said.length === 0) return fingerprint;
  return shortHash(`{"fingerprint":"${fingerprint}","texts":{${said.join(',')}}}`);
}

/** As textFrom of shared/core/watermark/mark-text.ts: what cannot be drawn is not said. */
function drawnOf(said: string): string {
  const text = said.normalize('NFC').trim();
  const isDrawn =
    !/(?![\u200c-\u200f\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(text);
  return isDrawn && [...text].length <= 64 ? text : '';
}

const shortHash = (text: string): string => sha256(text).slice(0, 10);

/** As ownWidth of shared/core/list/geometry.ts; test/client/files.test.ts compares. */
function ownWidth(size: Size | undefined, { aspect, fit }: Preset): number {
  if (!size) return Number.POSITIVE_INFINITY;
  const other = aspect ? size.height * aspect : size.width;
  const reachesBoth = fit === 'cover' || fit === 'fill';
  return atLeastOne(reachesBoth ? Math.min(size.width, other) : Math.max(size.width, other));
}

/** As renderedSize of shared/core/list/geometry.ts. */
function rendered(
  size: Size | undefined,
  { aspect, fit }: Preset,
  width: number,
): Pick<File, 'width' | 'height'> {
  const box = aspect ? width / aspect : Number.POSITIVE_INFINITY;
  if (fit !== 'inside') return { width, height: atLeastOne(box) };
  if (!size) return { width };
  const scale = Math.min(width / size.width, box / size.height);
  return { width: atLeastOne(size.width * scale), height: atLeastOne(size.height * scale) };
}

const atLeastOne = (pixels: number): number => Math.max(1, Math.round(pixels));

/** As adjusted of shared/core/list/rules.ts, as far as it changes what files there are. */
function adjusted(preset: Preset, size: Size | undefined): Preset {
  const found = size && preset.adjust?.find(({ when }) => holds(when, size));
  return found?.fit ? { ...preset, fit: found.fit } : preset;
}

function holds(when: Condition, { width, height, alpha, animated, format }: Size): boolean {
  const { tallerThan = 0, widerThan = 0, smallerThan = Number.POSITIVE_INFINITY } = when;
  return (
    height / width > tallerThan &&
    width / height > widerThan &&
    width < smallerThan &&
    agrees(when.alpha, alpha) &&
    agrees(when.animated, animated) &&
    (when.format === undefined || format === undefined || when.format.includes(format))
  );
}

const agrees = (asked?: boolean, fact?: boolean): boolean =>
  asked === undefined || fact === undefined || asked === fact;
