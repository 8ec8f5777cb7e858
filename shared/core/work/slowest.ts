import { widthsOf } from '../list/geometry.ts';
import type { Preset, PresetList } from '../list/preset-list.ts';
import { presetsOfRule } from '../list/rules.ts';
import { LONGEST_SIDE, mostMegapixels } from '../picture/limits.ts';
import type { Picture, Size } from '../picture/picture.ts';
import { affordable, variantMegabytes } from '../set/memory.ts';
import { decodingSeconds, judgingSeconds, variantSeconds } from '../set/seconds.ts';
import { inStartingOrder } from '../set/schedule.ts';
import { type Variant, wantedVariants } from '../set/variants.ts';
import { MOST_CHARACTERS, type Texts, wordsOf } from '../watermark/mark-text.ts';
import { INSTANCE } from './cost.ts';

/** What an original may take on the cores of a function; half of what FC gives it (s.yaml). */
export const MOST_SECONDS = 60;

/** Of all originals that a rule's presets and the list's limits admit, the one that takes longest, as far as they were tried. */
export interface Slowest {
  /** Of the rule. */
  index: number;
  picture: Picture;
  seconds: number;
  /** Those that take most of it, the dearest first; CPU seconds. */
  presets: { name: string; seconds: number }[];
  /** One file of it alone, when it is first asked for. */
  isOnDemand: boolean;
}

export function slowestOriginal(list: PresetList): Slowest | undefined {
  let slowest: Slowest | undefined;
  for (const index of list.rules.keys()) {
    for (const one of originalsOf(list, index)) {
      if (one.seconds > (slowest?.seconds ?? 0)) slowest = one;
    }
  }
  return slowest;
}

function* originalsOf(list: PresetList, index: number): Generator<Slowest> {
  const presets = presetsOfRule(index, list);
  if (presets.length === 0) return;
  for (const picture of admitted(list, presets)) yield* takenOf(picture, index, list);
}

/** What an upload takes, and then the longest of the files that are made when they are asked for. */
export function takenOf(picture: Picture, index: number, list: PresetList): Slowest[] {
  const presets = presetsOfRule(index, list);
  const wanted = { key: 'any', version: '', picture, list, presets, texts: longestIn(presets) };
  const variants = wantedVariants(wanted).filter(({ impossible }) => !impossible);
  const eager = variants.filter(({ generate }) => generate === 'eager');
  const judged = list.rules[index]?.moderate ? judgedApart(picture, eager) : 0;
  const upload = taken(picture, eager, eager);
  const [longest] = variants
    .filter(({ generate }) => generate === 'on_demand')
    .map(variant => ({ variant, seconds: variantSeconds(variant, picture, variant) }))
    .sort((a, b) => b.seconds - a.seconds);
  const miss = longest ? [taken(picture, [longest.variant], eager)] : [];
  return [
    { index, picture, ...upload, seconds: judged + upload.seconds, isOnDemand: false },
    ...miss.map(one => ({ index, picture, ...one, isOnDemand: true })),
  ];
}

/** All that uploaders may say, as long as it may be. */
function longestIn(presets: Preset[]): Texts {
  const marks = presets.flatMap(({ watermark = [] }) => watermark);
  const words = marks.flatMap(({ text = '' }) => wordsOf(text));
  return Object.fromEntries(words.map(word => [word, 'W'.repeat(MOST_CHARACTERS)]));
}

/** Nothing is known of the file, so that memory leaves out as little as it may. */
const UNKNOWN = Buffer.alloc(0);

function judgedApart(picture: Picture, whole: Variant[]): number {
  const { size } = affordable({ file: UNKNOWN, picture, variants: whole, whole });
  return judgingSeconds(UNKNOWN, picture, size ?? { width: 0, height: 0 });
}

function taken(picture: Picture, asked: Variant[], whole: Variant[]) {
  const made = affordable({ file: UNKNOWN, picture, variants: asked, whole });
  const raster = made.size ?? { width: 0, height: 0 };
  const files = inStartingOrder(made.variants, INSTANCE.vcpu).map(variant => ({
    preset: variant.preset,
    seconds: variantSeconds(variant, picture, raster),
    megabytes: variantMegabytes(variant, picture),
  }));
  const seconds = decodingSeconds(picture) + inLanes(files, made.spareMegabytes);
  return { seconds, presets: byPreset(files) };
}

/** When the last of them ends, where each begins as soon as there is a lane and memory for it (pipeline/develop/lanes.ts). */
function inLanes(files: { seconds: number; megabytes: number }[], spare: number): number {
  let running: { end: number; megabytes: number }[] = [];
  let now = 0;
  for (const { seconds, megabytes } of files) {
    const taken = () => running.reduce((sum, one) => sum + one.megabytes, megabytes);
    while (running.length >= INSTANCE.vcpu || (running.length > 0 && taken() > spare)) {
      now = Math.min(...running.map(({ end }) => end));
      running = running.filter(({ end }) => end > now);
    }
    running.push({ end: now + seconds, megabytes });
  }
  return Math.max(now, ...running.map(({ end }) => end));
}

function byPreset(files: { preset: string; seconds: number }[]): Slowest['presets'] {
  const sums = new Map<string, number>();
  for (const { preset, seconds } of files) sums.set(preset, (sums.get(preset) ?? 0) + seconds);
  return [...sums]
    .map(([name, seconds]) => ({ name, seconds }))
    .sort((a, b) => b.seconds - a.seconds);
}

type Kind = Pick<Picture, 'format' | 'alpha'> & { isAnimated?: true; hdr?: true };

/** Whatever presets ask for, these are the dearest: with alpha all is, and WebP's frames are. */
const DEAREST: Kind[] = [
  { format: 'tiff', alpha: true },
  { format: 'avif', alpha: true },
  { format: 'webp', alpha: true, isAnimated: true },
];
const ULTRA_HDR: Kind = { format: 'jpeg', alpha: false, hdr: true };
/** Where some presets are of some pictures only. */
const OTHERS: Kind[] = [
  { format: 'jpeg', alpha: false },
  { format: 'avif', alpha: false },
  { format: 'png', alpha: true },
  { format: 'webp', alpha: true },
  { format: 'gif', alpha: true },
  { format: 'heic', alpha: true },
  { format: 'png', alpha: true, isAnimated: true },
  { format: 'gif', alpha: true, isAnimated: true },
];

function kindsFor(presets: Preset[]): Kind[] {
  const conditions = presets.flatMap(({ when, adjust = [] }) => [
    when,
    ...adjust.map(one => one.when),
  ]);
  const isChoosy = conditions.some(one => one?.format !== undefined || one?.alpha !== undefined);
  const hdr = presets.some(preset => preset.hdr === 'keep') ? [ULTRA_HDR] : [];
  return [...DEAREST, ...hdr, ...(isChoosy ? OTHERS : [])];
}

/** Between one side and the next that is tried, from pictures on of which a file may take seconds. */
const STEP = 1.4;
const SHORTEST_SIDE = 200;
const LEAST_PIXELS = 1e6;
/** What AVIF and WebP can say. */
const FILE_SIDES = [16_383, 16_384];

/** Kinds, in sizes over all that the limits admit. */
function* admitted({ limits }: PresetList, presets: Preset[]): Generator<Picture> {
  const widths = new Set([...sides(), ...presets.flatMap(widthsOf)]);
  for (const { isAnimated, ...kind } of kindsFor(presets)) {
    for (const size of sizesOf(widths, mostMegapixels(kind.format, limits) * 1e6)) {
      const frames = isAnimated ? framesOf(size, limits) : 1;
      if (!isAnimated || frames > 1) yield { ...kind, ...size, frames };
    }
  }
}

/** Those among them at which a preset's width is the picture's own. */
function* sizesOf(widths: Iterable<number>, pixels: number): Generator<Size> {
  const least = Math.min(LEAST_PIXELS, pixels / 4);
  for (const width of widths) {
    const tallest = Math.min(LONGEST_SIDE, Math.floor(pixels / width));
    const heights = [...sides(), ...FILE_SIDES].filter(height => height < tallest);
    for (const height of [...heights, tallest]) {
      if (width * height >= least) yield { width, height };
    }
  }
}

function sides(): number[] {
  const steps = Math.ceil(Math.log(LONGEST_SIDE / SHORTEST_SIDE) / Math.log(STEP));
  return Array.from({ length: steps }, (_, at) => Math.round(SHORTEST_SIDE * STEP ** at));
}

function framesOf({ width, height }: Size, { frames, animationMegapixels }: PresetList['limits']) {
  return Math.min(frames, Math.floor((animationMegapixels * 1e6) / (width * height)));
}

const MOST_NAMED = 3;

/** For whoever wrote the list. */
export function slowSentence(
  { picture, seconds, presets, isOnDemand }: Slowest,
  most: number,
): string {
  const { format, width, height, frames } = picture;
  const size = `an original of ${width}x${height} (${format}${frames > 1 ? `, ${frames} frames` : ''})`;
  const named = presets.slice(0, MOST_NAMED).map(one => `${one.name} ${inSeconds(one.seconds)}`);
  const takes = isOnDemand ? `one file of ${size}, when it is asked for` : size;
  return [
    `expected at most ${most} s for any original that the limits admit, on the ${INSTANCE.vcpu} cores of a function`,
    `received an estimate of ${inSeconds(seconds)} for ${takes}: ${named.join(', ')} of CPU`,
    `lower effort, widths or limits.megapixels${isOnDemand ? '' : ', or give a preset generate: on_demand'}`,
  ].join('; ');
}

export function inSeconds(seconds: number): string {
  return `${Math.ceil(seconds)} s`;
}
