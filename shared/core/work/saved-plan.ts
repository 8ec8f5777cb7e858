import * as z from 'zod';
import { outputFormats } from '../list/preset-list.ts';

const viewsTouchedSchema = z.strictObject({
  preset: z.string(),
  format: z.enum(outputFormats),
  width: z.int().positive(),
  change: z
    .enum(['retired', 'remade', 'on_demand'])
    .describe('on_demand: it was made on upload, and is made by a view from then on'),
  viewsPerDay: z.number().min(0),
});
export type ViewsTouched = z.infer<typeof viewsTouchedSchema>;

/** What a preset leaves to views by an edit: a `keep` that is shorter, or `generate: on_demand`. */
const leftToViews = z.strictObject({
  preset: z.string(),
  originals: z.int().min(0).describe('that are older than its `keep`, and were not before'),
  files: z.int().min(0).describe('of them, that go'),
  gigabytes: z
    .number()
    .min(0)
    .describe('that are not stored from then on, what views bring back left out'),
  savedUsdMonth: z.number().min(0),
  missesADay: z.number().min(0).describe('views that wait, since their file went'),
  missesUsdMonth: z.number().min(0),
  millionUploads: z
    .strictObject({ eager: z.number().min(0), onDemand: z.number().min(0) })
    .nullable()
    .describe('USD over their lives, made on upload or by a view; null where it is made on upload'),
});
export type LeftToViews = z.infer<typeof leftToViews>;

/** What `presets plan --out` saves and `presets apply` reads: an edit with all that was known of it when it was planned. */
export const savedPlanSchema = z.strictObject({
  schema: z.literal(1),
  madeAt: z.iso.datetime(),
  where: z.string().describe('for people: which buckets were counted'),
  prefix: z.string().describe('only originals below it were counted; all, where it is empty'),
  from: z
    .string()
    .nullable()
    .describe('fingerprint of the list in force; null where there is none'),
  to: z.string().describe('fingerprint of the new list'),
  list: z.string().describe('the new list, as it is written'),
  originals: z.int().min(0).describe('that are touched'),
  files: z.int().min(0).describe('to be made, at most: pictures rule some out'),
  retired: z.int().min(0).describe('files that the new list does not want, at most'),
  usd: z.number().min(0).describe('for compute and requests, once'),
  cpuHours: z.number().min(0),
  requests: z.int().min(0),
  gigabytes: z.number().min(0).nullable().describe('written; null where nothing was rendered'),
  hours: z.number().min(0).describe('on that many instances'),
  instances: z.int().positive(),
  leftToViews: z.array(leftToViews).default([]).describe('none where nothing was rendered'),
  machine: z.string().describe('what the sample was measured on'),
  sample: z
    .strictObject({
      photos: z.int().positive(),
      leftOut: z.int().min(0),
      asked: z.int().min(0).describe('files that the edit asks for of these photos, at most'),
      made: z.int().min(0).describe('files that were made of them'),
    })
    .nullable()
    .describe('null where the figures are those of a model'),
  views: z
    .array(viewsTouchedSchema)
    .optional()
    .describe('of files that the edit touches, where a heat was given'),
});
export type SavedPlan = z.infer<typeof savedPlanSchema>;
