import * as z from 'zod';
import { outputFormats } from '../list/preset-list.ts';

/** What a CDN's log says of files: who writes it is `darkroom heat`, who reads it `presets plan` and `status`. */

/** Of a picture when it is looked at, in days since its upload. */
export const KNOWN_AGES = ['0-1', '2-7', '8-30', '31-90', 'older'] as const;
export const AGES = [...KNOWN_AGES, 'unknown'] as const;
export type Age = (typeof AGES)[number];

/** Of each age. */
export const FIRST_DAYS = {
  '0-1': 0,
  '2-7': 2,
  '8-30': 8,
  '31-90': 31,
  older: 91,
} satisfies Record<(typeof KNOWN_AGES)[number], number>;

export const DAY_MS = 24 * 3600e3;
/** The days of Alibaba's logs begin at midnight in China. */
const ZONE_MS = 8 * 3600e3;

/** Since 1970, of China's calendar: what a log, an inventory of originals and one of files are told by alike. */
export function dayOf(at: Date): number {
  return Math.floor((at.getTime() + ZONE_MS) / DAY_MS);
}

/** As an index of AGES; days are whole, and a picture from tomorrow is a clock's doing, and new. */
export function ageOf(days: number | undefined): number {
  if (days === undefined || Number.isNaN(days)) return AGES.indexOf('unknown');
  return Math.max(
    0,
    KNOWN_AGES.findLastIndex(age => days >= FIRST_DAYS[age]),
  );
}

const count = z.int().min(0);

const viewedSchema = z.strictObject({
  age: z.enum(AGES),
  views: count,
  hits: count.describe('views that the CDN had the file for'),
  bytes: count,
  missBytes: count.describe('of views that the CDN did not have the file for'),
  files: count.describe('different files, about: within 2 % or so'),
});

const storedSchema = z.strictObject({ age: z.enum(AGES), files: count, bytes: count });

const cellSchema = z.strictObject({
  preset: z.string().nullable().describe('null: none of the list'),
  format: z.enum(outputFormats),
  width: z.int().positive().nullable().describe('as declared; smaller pictures count to it'),
  files: count.describe('different ones that were seen at all, about'),
  viewed: z.array(viewedSchema),
  stored: z.array(storedSchema).nullable().describe('null without an inventory of derivatives'),
});

const proposalSchema = z.strictObject({
  preset: z.string(),
  edit: z.enum(['on_demand', 'keep']),
  keep: z.string().optional().describe('where the edit is keep: for how long'),
  savedGigabytes: z.number().min(0).describe('that would not be stored, at least'),
  savedUsdMonth: z.number().min(0),
  viewsPerDay: z.number().min(0),
  missesPerDay: z.number().min(0).describe('views that would make their file, at most'),
  missUsdMonth: z.number().min(0),
});

export const heatSchema = z.strictObject({
  schema: z.literal(1),
  madeAt: z.iso.datetime(),
  from: z.iso.datetime().describe('the first hour of the log'),
  to: z.iso.datetime().describe('the end of its last hour'),
  hours: count.describe('of the log that have any line: what is said a day is over so many'),
  presets: z.string().describe('fingerprint of the list that the cells are of'),
  lines: z.record(z.string(), count).describe('by what they are'),
  skipped: z.strictObject({
    first: z.string().nullable().describe('file:line of the first broken line'),
    damaged: count.describe('files that end too soon, or are no gzip from somewhere on'),
    cut: z.array(z.string()).describe('the first of them, and after which line'),
  }),
  ages: z.enum(['originals', 'derivatives']).nullable().describe('whose inventory tells them'),
  cells: z.array(cellSchema),
  proposals: z.array(proposalSchema),
});

export type Heat = z.infer<typeof heatSchema>;
export type HeatCell = z.infer<typeof cellSchema>;
export type Proposal = z.infer<typeof proposalSchema>;

export function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

export function viewsOf({ viewed }: HeatCell): number {
  return sumOf(viewed, one => one.views);
}

export function perDay(count: number, { hours }: Pick<Heat, 'hours'>): number {
  return hours === 0 ? 0 : (count * 24) / hours;
}

/** What to know of figures whose cells are those of a list that is not the one in force. */
export function otherList({ presets }: Pick<Heat, 'presets'>, list: string): string {
  return `The heat is of another list (${presets}) than the one in force (${list}): files that only one of them has count 0.`;
}
