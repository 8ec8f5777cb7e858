import { ageSpans, type Views } from './views.ts';

/**
 * What a `keep` leaves of a file, as arithmetic. A file that is seen so many times a day, and that goes so many days after
 * it was made, is there for `keep` and then waits for its next view, again and again: a renewal.
 */
export function renewal(viewsADay: number, keepDays: number) {
  if (keepDays === Number.POSITIVE_INFINITY) return { there: 1, missesADay: 0 };
  const seenWithin = viewsADay * keepDays;
  return { there: seenWithin / (1 + seenWithin), missesADay: viewsADay / (1 + seenWithin) };
}

export interface KeptFile {
  /** Of the photo's views. */
  share: number;
  bytes: number;
}

/** Of one photo of any age, all ages alike: what is stored on average, and how many of its views wait, a day. */
export function keptOf(files: KeptFile[], keepDays: number, views: Views) {
  const life = views.years * 365;
  const young = Math.min(keepDays, life) / life;
  let missesADay = 0;
  let stored = 0;
  for (const { share, bytes } of files) {
    stored += bytes * young;
    for (const { from, to, viewsADay } of ageSpans(views)) {
      const part = Math.max(0, to - Math.max(from, keepDays)) / life;
      const aged = renewal(viewsADay * share, keepDays);
      stored += bytes * part * aged.there;
      missesADay += part * aged.missesADay;
    }
  }
  return { stored, missesADay };
}
