import type { Rendition } from './developed.ts';
import { type Entry, entryOf, isUnchanged, type Pair } from './entries.ts';
import { worstFirst } from './worst-first.ts';

export interface Total {
  files: number;
  bytes: number;
  /** Of how many the scores are that make up the sum. */
  scored: number;
  scores: number;
}

/** Over all photos. */
export interface Sum {
  preset: string;
  format: string;
  unchanged: number;
  before: Total;
  after: Total;
  least: number;
}

export interface Trouble {
  photo: string;
  message: string;
}

export interface Sheet {
  lists: { presets: string; compare?: string };
  /** How both lists differ, in words. */
  edit?: string;
  photos: number;
  notPictures: number;
  sums: Sum[];
  /** Where lists are compared what changed, the worst first; else all, photo by photo. */
  entries: Entry[];
  /** Of which only the sums tell. */
  untold: number;
  troubles: Trouble[];
}

/** More than anybody looks through, and few enough to keep in memory with their pictures. */
export const MOST_ENTRIES = 1500;

export type Collected = Pick<Sheet, 'sums' | 'entries' | 'untold'>;

/** Gathers what photos come to, with no more pictures in memory than the sheet will show. */
export function collection(isCompared: boolean, most = MOST_ENTRIES) {
  const sums = new Map<string, Sum>();
  let entries: Entry[] = [];
  let untold = 0;
  const prune = () => {
    if (isCompared) entries.sort(worstFirst);
    untold += Math.max(0, entries.length - most);
    entries = entries.slice(0, most);
  };
  return {
    add: async (pairs: Pair[]) => {
      for (const pair of pairs) {
        addTo(sums, pair);
        const entry = isUnchanged(pair) ? undefined : await entryOf(pair);
        if (entry) entries.push(entry);
      }
      if (entries.length > most) prune();
    },
    all: (): Collected => {
      prune();
      return { sums: [...sums.values()], entries, untold };
    },
  };
}

const nothing = (): Total => ({ files: 0, bytes: 0, scored: 0, scores: 0 });

function addTo(sums: Map<string, Sum>, pair: Pair): void {
  const named = pair.after ?? pair.before;
  if (!named) return;
  const { preset, format } = named;
  const empty = { preset, format, unchanged: 0, before: nothing(), after: nothing(), least: 1 };
  const sum = sums.get(`${preset} ${format}`) ?? empty;
  sums.set(`${preset} ${format}`, sum);
  if (isUnchanged(pair) && 'file' in named) sum.unchanged += 1;
  addSide(sum.before, pair.before);
  addSide(sum.after, pair.after);
  if (pair.after && 'file' in pair.after && pair.after.likeness) {
    sum.least = Math.min(sum.least, pair.after.likeness.score);
  }
}

function addSide(total: Total, rendition: Rendition | undefined): void {
  if (!rendition || 'leftOut' in rendition) return;
  total.files += 1;
  total.bytes += rendition.file.length;
  if (!rendition.likeness) return;
  total.scored += 1;
  total.scores += rendition.likeness.score;
}
