import { isPastKeep } from '../../shared/core/set/keep.ts';
import { binomial, type Random, seeded } from '../../cli/rehearse/model/random.ts';
import type { KeptFile } from '../../cli/measure/keeping.ts';
import { ageSpans, type Views } from '../../cli/measure/views.ts';

/**
 * A month of so many photos, of all ages alike, view by view and sweep by sweep: what is stored, and which views wait. The
 * same numbers give the same month. Before it there is as long as `keep` and a month more, in which what views brought
 * back comes to be as it will be.
 */

const MONTH = 30;
const DAY_MS = 86_400_000;

export interface Month {
  /** Bytes, as the mean over the month's days; and of the same photos without `keep`. */
  stored: number;
  storedForEver: number;
  views: number;
  /** Of files that were not there: each was made for it. */
  misses: number;
}

export function simulatedMonth(
  photos: number,
  files: KeptFile[],
  keepDays: number,
  views: Views,
): Month {
  const random = seeded(1);
  const life = views.years * 365;
  const shelf = shelfOf(keepDays, files);
  const month: Month = { stored: 0, storedForEver: 0, views: 0, misses: 0 };
  const perPhoto = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const youngBytes = photos * perPhoto * (Math.min(keepDays, life) / life);
  const starts = keepDays + MONTH;
  for (let day = 0; day < starts + MONTH; day += 1) {
    shelf.sweep(day);
    const seen = viewsOf(day, { photos, files, keepDays, views, life, random });
    const missed = seen.old.filter(one => shelf.look(one, day) === 'made').length;
    if (day < starts) continue;
    month.stored += (youngBytes + shelf.bytes()) / MONTH;
    month.storedForEver += (photos * perPhoto) / MONTH;
    month.views += seen.young + seen.old.length;
    month.misses += missed;
  }
  return month;
}

interface Seen {
  id: string;
  file: number;
  /** Day of its upload. */
  uploaded: number;
}

/** Files of photos that are older than `keep`: those that a view brought back, and when. */
function shelfOf(keepDays: number, files: KeptFile[]) {
  const there = new Map<string, Seen & { made: number }>();
  let stored = 0;
  const at = (day: number) => new Date(day * DAY_MS).toISOString();
  return {
    look: (one: Seen, day: number) => {
      if (there.has(one.id)) return 'there' as const;
      there.set(one.id, { ...one, made: day });
      stored += files[one.file]?.bytes ?? 0;
      return 'made' as const;
    },
    sweep: (day: number) => {
      for (const [id, { uploaded, made, file }] of there) {
        // In the order in which they were made: nothing that comes after is older.
        if (day - made < keepDays) return;
        const times = { original: { uploadedAt: at(uploaded) }, madeAt: at(made), now: at(day) };
        if (!isPastKeep({ keep: `${keepDays}d` }, times)) continue;
        there.delete(id);
        stored -= files[file]?.bytes ?? 0;
      }
    },
    bytes: () => stored,
  };
}

interface Asking {
  photos: number;
  files: KeptFile[];
  keepDays: number;
  views: Views;
  life: number;
  random: Random;
}

/** Enough tries for a number of views to be as chance has it. */
const TRIES = 1e9;

function viewsOf(day: number, { photos, files, keepDays, views, life, random }: Asking) {
  const seen: { young: number; old: Seen[] } = { young: 0, old: [] };
  const perDay = photos / life;
  for (const { from, to, viewsADay } of ageSpans(views)) {
    const aged = Math.max(from, keepDays);
    const young = Math.max(0, Math.min(to, aged) - from) * perDay * viewsADay;
    seen.young += binomial(TRIES, young / TRIES, random);
    const old = binomial(TRIES, (Math.max(0, to - aged) * perDay * viewsADay) / TRIES, random);
    for (let count = 0; count < old; count += 1) {
      const uploaded = day - Math.floor(aged + random() * (to - aged));
      const file = fileAt(random(), files);
      const photo = Math.floor(random() * perDay);
      seen.old.push({ id: `${uploaded} ${photo} ${file}`, file, uploaded });
    }
  }
  return seen;
}

/** By their shares, which add up to 1. */
function fileAt(luck: number, files: KeptFile[]): number {
  let left = luck;
  const found = files.findIndex(({ share }) => {
    left -= share;
    return left < 0;
  });
  return found < 0 ? files.length - 1 : found;
}
