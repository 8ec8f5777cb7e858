import { type Entry, isFailed, type Side } from './entries.ts';

/** How much less it is like what the encoder was given; undefined where one of both has no score. */
export function lossOf({ before, after }: Pick<Entry, 'before' | 'after'>): number | undefined {
  const [old, next] = [scoreOf(before), scoreOf(after)];
  return old === undefined || next === undefined ? undefined : old - next;
}

/** 0.1: a tenth more bytes. */
export function growthOf({ before, after }: Pick<Entry, 'before' | 'after'>): number | undefined {
  if (!(before && after && 'bytes' in before && 'bytes' in after)) return undefined;
  return after.bytes / before.bytes - 1;
}

/** What fails, then what looks worse, then what has more bytes, then what is new or gone. */
export function worstFirst(one: Entry, other: Entry): number {
  const ranks = [rankOf(one), rankOf(other)];
  const [mine = [], theirs = []] = ranks;
  const at = mine.findIndex((figure, index) => figure !== theirs[index]);
  return at < 0 ? 0 : (theirs[at] ?? 0) - (mine[at] ?? 0);
}

function rankOf(entry: Entry): number[] {
  // By less than it is shown with, nobody would know why one comes before the other.
  const loss = Math.round((lossOf(entry) ?? 0) * 1000) / 1000;
  return [Number(isFailed(entry)), Math.max(0, loss), growthOf(entry) ?? Number.NEGATIVE_INFINITY];
}

function scoreOf(side: Side | undefined): number | undefined {
  return side && 'bytes' in side ? side.score : undefined;
}
