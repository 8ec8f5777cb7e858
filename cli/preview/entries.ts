import type { Size } from '../../shared/core/picture/picture.ts';
import { type Part, partOf, thumbnailOf } from '../../shared/adapters/sharp/shown.ts';
import type { Rendition } from './developed.ts';
import { type Likeness, STEP } from './similarity.ts';

/** One file that a list makes of a photo, or why it makes none. */
export type Side =
  | { bytes: number; size: Size; score?: number; picture: Buffer }
  | { why: string; isFailure: boolean };

/** What is shown of one width, format and preset of a photo; both sides where two lists are compared. */
export interface Entry {
  photo: string;
  preset: string;
  format: string;
  width: number;
  before?: Side;
  after?: Side;
  /** Where the new file is the least like, at its own size. */
  details?: { before: Buffer; after: Buffer };
}

/** What both lists make of one place in a set. */
export interface Pair {
  photo: string;
  before?: Rendition;
  after?: Rendition;
}

export function pairsOf(photo: string, before: Rendition[], after: Rendition[]): Pair[] {
  const placeOf = ({ preset, format, width }: Rendition) => `${preset} ${format} ${width}`;
  const old = new Map(before.map(one => [placeOf(one), one]));
  const next = new Map(after.map(one => [placeOf(one), one]));
  return [...new Set([...next.keys(), ...old.keys()])].map(place => {
    const [one, other] = [old.get(place), next.get(place)];
    return { photo, ...(one ? { before: one } : {}), ...(other ? { after: other } : {}) };
  });
}

/** The same fingerprint is the same file, but whether it is published may depend on others. */
export function isUnchanged({ before, after }: Pair): boolean {
  if (!before || !after || ('leftOut' in after && after.isFailure)) return false;
  return before.fingerprint === after.fingerprint && 'file' in before === 'file' in after;
}

/** Such files are told whatever was before, and end the command with 1. */
export function isFailed({ after }: Entry): boolean {
  return after !== undefined && 'why' in after && after.isFailure;
}

/** Wide enough for any screen's place of it, small enough for a hundred of them. */
export const LARGEST_SIDE = 320;

export async function entryOf({ photo, before, after }: Pair): Promise<Entry | undefined> {
  const named = after ?? before;
  if (!named) return undefined;
  const { preset, format, width } = named;
  const details = before && after && (await detailsOf(before, after));
  return {
    photo,
    ...{ preset, format, width },
    ...(before ? { before: await sideOf(before) } : {}),
    ...(after ? { after: await sideOf(after) } : {}),
    ...(details ? { details } : {}),
  };
}

async function sideOf(rendition: Rendition): Promise<Side> {
  if ('leftOut' in rendition) {
    const { leftOut: why, isFailure } = rendition;
    return { why, isFailure };
  }
  const { file, width, height, likeness } = rendition;
  return {
    bytes: file.length,
    size: { width, height },
    ...(likeness ? { score: likeness.score } : {}),
    picture: await thumbnailOf(file, LARGEST_SIDE),
  };
}

async function detailsOf(before: Rendition, after: Rendition): Promise<Entry['details']> {
  if (!('file' in before && 'file' in after && before.likeness && after.likeness)) return undefined;
  const isOneSize = before.width === after.width && before.height === after.height;
  if (!isOneSize || after.likeness.score >= before.likeness.score) return undefined;
  const part = worstPart(before.likeness, after.likeness, after);
  return { before: await partOf(before.file, part), after: await partOf(after.file, part) };
}

const PART = { width: 240, height: 160 };

/** Where the most likeness is lost, by tiles. */
export function worstPart(before: Likeness, after: Likeness, size: Size): Part {
  const width = Math.min(PART.width, size.width);
  const height = Math.min(PART.height, size.height);
  const across = Math.ceil(size.width / width);
  const losses = new Map<number, number>();
  for (const [at, score] of after.windows.entries()) {
    const column = Math.floor(((at % after.columns) * STEP) / width);
    const row = Math.floor((Math.floor(at / after.columns) * STEP) / height);
    const tile = row * across + column;
    losses.set(tile, (losses.get(tile) ?? 0) + (before.windows[at] ?? score) - score);
  }
  const [[worst] = [0]] = [...losses].sort(([, one], [, other]) => other - one);
  return {
    left: Math.min((worst % across) * width, size.width - width),
    top: Math.min(Math.floor(worst / across) * height, size.height - height),
    ...{ width, height },
  };
}
