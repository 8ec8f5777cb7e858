import type { Preset, PresetList } from '../../shared/core/list/preset-list.ts';
import { presetsOfRule, ruleIndexFor } from '../../shared/core/list/rules.ts';
import { keepMilliseconds } from '../../shared/core/list/times.ts';
import { MONTH_DAYS, type Prices } from '../../shared/core/work/cost.ts';
import { DAY_MS } from '../../shared/core/work/heat.ts';
import type { LeftToViews } from '../../shared/core/work/saved-plan.ts';
import type { ListedObject } from '../../shared/ports.ts';
import type { Assumptions } from '../measure/assumptions.ts';
import { choiceFor, costsOf, type FileCost } from '../measure/break-even.ts';
import { renewal } from '../measure/keeping.ts';
import type { Measured } from '../measure/measure.ts';
import { type AgeSpan, ageSpans } from '../measure/views.ts';

/** What an edit leaves to views that was not: files that `keep` has go, and files that are made on demand from now on. */

interface Changed {
  preset: Preset;
  before: Preset;
  /** Originals of which files go, by their age. */
  originals: number[];
}

export interface Leaving {
  /** Of a listing, one by one. */
  see(entry: ListedObject): void;
  /** Keys of originals that it is about, the first few. */
  examples: string[];
  price(measured: Measured[], prices: Prices, assumptions: Assumptions): LeftToViews[];
}

/** Enough to say what files take, and each is made file by file. */
const EXAMPLES = 3;

export function leavingBetween(
  old: PresetList | undefined,
  next: PresetList,
  { spans, now }: { spans: AgeSpan[]; now: Date },
): Leaving {
  const changed = changedIn(old, next, spans);
  const examples: string[] = [];
  return {
    examples,
    see: ({ key, modifiedAt }) => {
      const asked = new Set(presetsOfRule(ruleIndexFor(key, next), next));
      const concerned = changed.filter(({ preset }) => asked.has(preset));
      if (concerned.length > 0 && examples.length < EXAMPLES) examples.push(key);
      const age = now.getTime() - modifiedAt.getTime();
      for (const one of concerned) if (isToGo(one, age)) count(one, age / DAY_MS, spans);
    },
    price: (measured, prices, assumptions) => {
      const photos = measured.map(one => costsOf(one, prices, assumptions));
      return changed.map(one => priceOf(one, photos, { prices, assumptions }));
    },
  };
}

function changedIn(old: PresetList | undefined, next: PresetList, spans: AgeSpan[]): Changed[] {
  return next.presets.flatMap(preset => {
    const before = old?.presets.find(({ name }) => name === preset.name);
    if (!before) return [];
    const isKeep = keepMilliseconds(preset) < keepMilliseconds(before);
    const isLazy = preset.generate === 'on_demand' && before.generate === 'eager';
    return isKeep || isLazy ? { preset, before, originals: spans.map(() => 0) } : [];
  });
}

function isToGo({ preset, before }: Changed, age: number): boolean {
  return age > keepMilliseconds(preset) && age <= keepMilliseconds(before);
}

function count({ originals }: Changed, days: number, spans: AgeSpan[]): void {
  const at = spans.findIndex(({ to }) => days < to);
  const span = at < 0 ? spans.length - 1 : at;
  originals[span] = (originals[span] ?? 0) + 1;
}

interface Pricing {
  prices: Prices;
  assumptions: Assumptions;
}

function priceOf(
  { preset, originals }: Changed,
  photos: FileCost[][],
  { prices, assumptions: { views } }: Pricing,
): LeftToViews {
  const keepDays = keepMilliseconds(preset) / DAY_MS;
  const files = photos.flat().filter(one => one.preset === preset.name);
  const total = { files: 0, bytes: 0, missesADay: 0, missesUsdADay: 0 };
  for (const [index, { viewsADay }] of ageSpans(views).entries()) {
    const each = (originals[index] ?? 0) / Math.max(1, photos.length);
    for (const { bytes, share, missed } of files) {
      const { there, missesADay } = renewal(viewsADay * share, keepDays);
      total.files += each;
      total.bytes += each * bytes * (1 - there);
      total.missesADay += each * missesADay;
      total.missesUsdADay += each * missesADay * missed;
    }
  }
  const { eager, onDemand } = choiceFor(files, Math.max(1, photos.length), views.perPhoto);
  return {
    preset: preset.name,
    originals: originals.reduce((sum, one) => sum + one, 0),
    files: Math.round(total.files),
    gigabytes: total.bytes / 1e9,
    savedUsdMonth: (total.bytes / 1e9) * prices.gigabyteMonth,
    missesADay: total.missesADay,
    missesUsdMonth: total.missesUsdADay * MONTH_DAYS,
    millionUploads:
      preset.generate === 'on_demand' ? { eager: eager * 1e6, onDemand: onDemand * 1e6 } : null,
  };
}
