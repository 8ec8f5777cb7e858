import * as z from 'zod';
import type { DeclaredFile } from '../list/declared-file.ts';
import { ownWidth, renderedSize } from '../list/geometry.ts';
import type { Picture, Size } from '../picture/picture.ts';
import type { PresetList } from '../list/preset-list.ts';
import { adjusted, holds } from '../list/rules.ts';
import { weightOf } from '../set/schedule.ts';

/** What work costs in the cloud: docs/costs.md says where each figure comes from. */

const usd = z.number().min(0);

function isRising(tiers: { upTo?: number | undefined }[]): boolean {
  const ends = tiers.map(({ upTo }) => upTo ?? Number.POSITIVE_INFINITY);
  const rises = ends.every((end, index) => index === 0 || end > (ends[index - 1] ?? 0));
  return rises && ends.at(-1) === Number.POSITIVE_INFINITY;
}

/**
 * Compute units: https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/product-overview/pay-as-you-go-billing-method-1.
 * Those of OSS are list prices of one site and region, to be checked against the own account.
 */
export const pricesSchema = z.strictObject({
  computeUnits: z
    .array(
      z.strictObject({
        upTo: z.number().positive().optional().describe('units a month; the last tier has no end'),
        usd: usd.describe('a unit'),
      }),
    )
    .min(1)
    .refine(isRising, 'expected tiers that end later and later, the last one without upTo')
    .default([{ upTo: 100e6, usd: 0.00002 }, { upTo: 500e6, usd: 0.000017 }, { usd: 0.000014 }]),
  putsPer10000: usd.default(0.0016).describe('USD for 10,000 requests that write, list or delete'),
  getsPer10000: usd.default(0.0016).describe('USD for 10,000 GET and HEAD requests'),
  gigabyteMonth: usd.default(0.0173).describe('USD for a gigabyte stored for a month'),
  logGigabyte: usd.default(0.061).describe('USD for a gigabyte of log lines'),
  cdnGigabyte: usd.default(0.04).describe('USD for a gigabyte that the CDN delivers'),
  cdnRequestsPer10000: usd.default(0.008).describe('USD for 10,000 HTTPS requests to the CDN'),
  judgedPer1000: usd.default(1.2).describe('USD for 1,000 pictures judged by one service'),
  originGigabyte: usd.default(0.021).describe('USD for a gigabyte that the CDN gets from OSS'),
});

export type Prices = z.infer<typeof pricesSchema>;

/** Of what is told by the month. */
export const MONTH_DAYS = 30;

/** As s.yaml gives each function that renders. */
export const INSTANCE = { vcpu: 2, memoryGB: 2, diskGB: 0.5 } as const;
/** Instances of an account in a region, of all its functions together, unless it asked for more. */
export const INSTANCE_QUOTA = 100;
/** Of an account in a region; `sequential` where keys begin alike, with a date or a number that rises. */
export const OSS_REQUESTS_PER_SECOND = { account: 10_000, sequential: 2000 } as const;

export interface Usage {
  invocations: number;
  vcpu: number;
  memoryGB: number;
  /** Of wall time, over all invocations. */
  seconds: number;
  diskGB: number;
}

const FREE_DISK_GB = 0.5;

/** Function Compute bills everything in one unit. */
export function computeUnits({ invocations, vcpu, memoryGB, seconds, diskGB }: Usage): number {
  const disk = Math.max(0, diskGB - FREE_DISK_GB);
  return (invocations / 10_000) * 75 + seconds * (vcpu + memoryGB * 0.15 + disk * 0.05);
}

/** Of one month: each tier's price is for the units in that tier. */
export function usdForUnits(units: number, { computeUnits: tiers }: Prices): number {
  return tiers.reduce((sum, tier, index) => {
    const from = tiers[index - 1]?.upTo ?? 0;
    const within = Math.min(units, tier.upTo ?? Number.POSITIVE_INFINITY) - from;
    return sum + Math.max(0, within) * tier.usd;
  }, 0);
}

/** What functions do, over some originals. */
export interface Work {
  invocations: number;
  /** Of wall time inside them. */
  seconds: number;
  puts: number;
  gets: number;
}

export interface Bill {
  units: number;
  compute: number;
  requests: number;
  usd: number;
}

/** Within one month, and as if nothing else had used its cheaper tiers. */
export function billFor({ puts, gets, ...usage }: Work, prices: Prices): Bill {
  const units = computeUnits({ ...INSTANCE, ...usage });
  const compute = usdForUnits(units, prices);
  const requests = (puts * prices.putsPer10000 + gets * prices.getsPer10000) / 10_000;
  return { units, compute, requests, usd: compute + requests };
}

/** CPU milliseconds for a megapixel, on the machine of docs/rendering.md; a weight of 1 is a plain JPEG. */
const DECODE = 9;
const RESIZE = 12;
const ENCODE = 15;

/** 4:3, as phones write; an upper bound is wanted, so it is opaque, still and in sRGB. */
function pictureOf(megapixels: number): Picture {
  const height = Math.sqrt((megapixels * 1e6 * 3) / 4);
  const size = { width: Math.round((height * 4) / 3), height: Math.round(height) };
  return { format: 'jpeg', ...size, alpha: false, frames: 1 };
}

/**
 * CPU seconds to make these files of one original, within a factor of two: for where nothing can be rendered to be
 * measured. A file that only some pictures get is counted where a still photo gets it.
 */
export function modelledSeconds(asked: DeclaredFile[], list: PresetList, megapixels = 12): number {
  const picture = pictureOf(megapixels);
  const files = asked.flatMap(file => {
    const size = sizeOf(file, list, picture);
    return size ? [{ ...file, millions: (size.width * size.height) / 1e6 }] : [];
  });
  if (files.length === 0) return 0;
  const geometries = new Map(
    files.map(({ preset, width, millions }) => [`${preset}-${width}`, millions]),
  );
  const resized = [...geometries.values()].reduce((sum, millions) => sum + millions, 0);
  const encoded = files.reduce((sum, file) => sum + file.millions * encodingWeight(file, list), 0);
  return (DECODE * megapixels + RESIZE * resized + ENCODE * encoded) / 1000;
}

function sizeOf(
  { preset: name, width }: DeclaredFile,
  list: PresetList,
  picture: Picture,
): Size | undefined {
  const declared = list.presets.find(one => one.name === name);
  if (!declared || !holds(declared.when, picture)) return undefined;
  const preset = adjusted(declared, picture);
  return renderedSize(picture, preset, Math.min(width, ownWidth(picture, preset)));
}

function encodingWeight({ preset: name, format }: DeclaredFile, list: PresetList): number {
  const preset = list.presets.find(one => one.name === name);
  return weightOf(format, preset?.formats[format] ?? {});
}
