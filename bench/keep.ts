import { readFileSync } from 'node:fs';
import { assumptionsFrom } from '../cli/measure/assumptions.ts';
import { keptOf } from '../cli/measure/keeping.ts';
import { measure } from '../cli/measure/measure.ts';
import { ownPhotos } from '../cli/measure/photos.ts';
import { sharesOf } from '../cli/measure/views.ts';
import { simulatedMonth } from '../test/support/simulated-month.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';

const PHOTOS = 1e6;
const KEEPS_DAYS = [30, 90, 365];
/** Of the arithmetic, which knows no chance, and no sweep that comes but once a day. */
const TOLERANCE = 0.08;

/**
 * A month of a million photos such as one of Darkroom's own, with several `keep`, day by day, beside what the arithmetic
 * of `darkroom estimate --views` says. Answers whether the two agree.
 */
export async function keep(): Promise<boolean> {
  const { list } = presetsOrThrow(readFileSync('presets.yaml', 'utf8'), 'presets.yaml');
  const { views } = await assumptionsFrom(undefined, list);
  const photo = ownPhotos()[1];
  if (!photo) throw new Error('expected a photo of our own');
  const { renditions } = await measure(photo, { list });
  const shares = sharesOf(renditions, views);
  const files = renditions.map(({ bytes }, index) => ({ bytes, share: shares[index] ?? 0 }));
  let isAlike = true;
  for (const days of KEEPS_DAYS) {
    const month = simulatedMonth(PHOTOS, files, days, views);
    const { stored, missesADay } = keptOf(files, days, views);
    const reckoned = { stored: stored * PHOTOS, misses: missesADay * PHOTOS * 30 };
    console.log(
      `keep ${days}d: ${inGigabytes(month.stored)} of ${inGigabytes(month.storedForEver)} stored (reckoned ${inGigabytes(reckoned.stored)}), ${month.misses} of ${month.views} views made their file (reckoned ${Math.round(reckoned.misses)})`,
    );
    isAlike &&= isNear(month.stored, reckoned.stored) && isNear(month.misses, reckoned.misses);
  }
  return isAlike;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one / other - 1) < TOLERANCE;
}

function inGigabytes(bytes: number): string {
  return `${Math.round(bytes / 1e9)} GB`;
}
