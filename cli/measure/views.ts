import * as z from 'zod';
import type { OutputFormat } from '../../shared/core/list/preset-list.ts';
import { FIRST_DAYS, KNOWN_AGES } from '../../shared/core/work/heat.ts';

/** Who looks at a photo, as arithmetic. A view is one request to the CDN: what a device has cached is none. */

const share = z.number().min(0).max(1);
const A_HUNDREDTH_OF_A_PERCENT = 1e-4;

const addUp = (shares: Record<string, number>) =>
  Math.abs(Object.values(shares).reduce((sum, one) => sum + one, 0) - 1) < A_HUNDREDTH_OF_A_PERCENT;
const TO_ONE = 'expected shares that add up to 1';

export const viewsSchema = z.strictObject({
  perPhoto: z.number().positive().default(100).describe('over the photo’s life, of all its files'),
  presets: z
    .record(z.string(), z.number().min(0))
    .default({})
    .describe('how often each is shown beside the others; where none is named, all alike'),
  formats: z
    .strictObject({ avif: share, webp: share, jpeg: share })
    .default({ avif: 0.6, webp: 0.38, jpeg: 0.02 })
    .refine(addUp, TO_ONE)
    .describe('share of the views by clients, by the best format that they show'),
  ages: z
    .strictObject({ '0-1': share, '2-7': share, '8-30': share, '31-90': share, older: share })
    .default({ '0-1': 0.55, '2-7': 0.2, '8-30': 0.12, '31-90': 0.07, older: 0.06 })
    .refine(addUp, TO_ONE)
    .describe('share of the views by the photo’s age in days'),
  years: z.number().min(1).default(3).describe('for which a photo is there'),
  edgeRegions: z
    .int()
    .positive()
    .default(8)
    .describe('parts of the CDN that each get a file from OSS once'),
});

export type Views = z.infer<typeof viewsSchema>;

export interface Viewed {
  preset: string;
  width: number;
  format: OutputFormat;
}

/** Best first; JPEG and PNG are everyone's. */
const SHOWN = {
  avif: ['avif', 'webp', 'jpeg', 'png'],
  webp: ['webp', 'jpeg', 'png'],
  jpeg: ['jpeg', 'png'],
} satisfies Record<string, OutputFormat[]>;

/**
 * What part of a photo's views each of its files has; all of them are 1. Presets as assumed, the widths of one alike,
 * and of a width the best format that there is and that the client shows.
 */
export function sharesOf(files: Viewed[], { presets, formats }: Views): number[] {
  const weights = weightsOf(files, presets);
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const shares = files.map(() => 0);
  for (const [preset, weight] of weights) {
    const own = [...files.keys()].filter(index => files[index]?.preset === preset);
    const widths = new Set(own.map(index => files[index]?.width));
    for (const width of widths) {
      const there = own.filter(index => files[index]?.width === width);
      for (const [best, part] of Object.entries(formats)) {
        const shown = bestOf(there, files, SHOWN[best as keyof typeof SHOWN]);
        shares[shown] = (shares[shown] ?? 0) + (part * weight) / (all * widths.size);
      }
    }
  }
  return shares;
}

/** Of the presets that there are files of; all alike where none of them is named. */
function weightsOf(files: Viewed[], named: Views['presets']): Map<string, number> {
  const presets = [...new Set(files.map(({ preset }) => preset))];
  const isAnyShown = presets.some(preset => (named[preset] ?? 0) > 0);
  return new Map(presets.map(preset => [preset, isAnyShown ? (named[preset] ?? 0) : 1]));
}

function bestOf(indexes: number[], files: Viewed[], shown: OutputFormat[]): number {
  const of = (format: OutputFormat) => indexes.find(index => files[index]?.format === format);
  const found = shown.map(of).find(index => index !== undefined);
  // Who shows none of them is given one all the same.
  return found ?? indexes[0] ?? 0;
}

/** How many of so many places see at least one of a photo's views of one file, which go to each place alike. */
export function placesSeen(share: number, { perPhoto }: Pick<Views, 'perPhoto'>, places = 1) {
  return places * (1 - (1 - share / places) ** perPhoto);
}

export interface AgeSpan {
  /** Days of age, `to` not included. */
  from: number;
  to: number;
  /** Of all files of a photo. */
  viewsADay: number;
}

/** How often a photo is looked at, from one age to the next. */
export function ageSpans({ ages, perPhoto, years }: Views): AgeSpan[] {
  return KNOWN_AGES.map((age, index) => {
    const next = KNOWN_AGES[index + 1];
    const [from, to] = [FIRST_DAYS[age], next ? FIRST_DAYS[next] : years * 365];
    return { from, to, viewsADay: (ages[age] * perPhoto) / (to - from) };
  });
}
