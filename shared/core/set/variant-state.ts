import type { FailureCode } from '../failure.ts';
import { parseDerivativeKey } from './keys.ts';
import { isAged, isDeferred, type ManifestVariant } from './manifest.ts';
import type { Preset, PresetList } from '../list/preset-list.ts';
import type { Variant } from './variants.ts';

/** How one file that the list wants stands, in states and in words. */
export type VariantStatus = Named & VariantState & LeftOut;

/** What its watermark should say and does not. */
export interface LeftOut {
  /** Words that nobody said of the original. */
  lacks?: string[];
  /** Characters that no font of it has. */
  unshown?: string[];
}

interface Named {
  preset: string;
  format: Variant['format'];
  /** Of the geometry, as in the key: what is declared, or the picture's own where it is smaller. */
  width: number;
  generate: Preset['generate'];
  /** Undefined before the picture is known. */
  key: string | undefined;
}

export type VariantState =
  | { state: 'rendered'; bytes: number; renderedAt: string }
  | { state: 'on_demand' }
  /** `isOverdue`: by the manifest it is there all the same, long after its time. */
  | { state: 'aged'; isOverdue: boolean }
  | { state: 'skipped'; why: string }
  /** `final`: not tried again until the original or the list changes. */
  | { state: 'failed'; code: FailureCode; message: string; final: boolean }
  | { state: 'missing'; why: string }
  | { state: 'stale'; replaces: string }
  | { state: 'pending'; why: string };

const REASONS = {
  'larger-than-original': 'larger than the original',
  'beyond-format-limit': 'a side is longer than the format can hold',
  'not-smaller-than-fallback': 'dropped, since not smaller than the same size in jpeg or png',
} as const satisfies Record<Extract<ManifestVariant, { state: 'skipped' }>['reason'], string>;

const DEFERRED =
  'left for later, since its upload had waited long: a view makes it at once, a sweep within a day';

export function stateOf(entry: ManifestVariant, isOverdue: boolean): VariantState {
  switch (entry.state) {
    case 'rendered':
      return { state: 'rendered', bytes: entry.bytes, renderedAt: entry.renderedAt };
    case 'on_demand':
      return isAged(entry) ? { state: 'aged', isOverdue } : { state: 'on_demand' };
    case 'skipped':
      return { state: 'skipped', why: REASONS[entry.reason] };
    case 'failed':
      return { state: 'failed', code: entry.reason, message: entry.message, final: true };
  }
}

/** By the keys of files that are there. */
export function leftOutOf(entries: ManifestVariant[], wanted: Variant[]): Map<string, LeftOut> {
  const lacking = new Map(wanted.map(({ key, lacks }) => [key, lacks]));
  const leftOut = entries.map(entry => {
    const lacks = lacking.get(entry.key);
    const unshown = entry.state === 'rendered' ? entry.unshown : undefined;
    return [entry.key, { ...(lacks ? { lacks } : {}), ...(unshown ? { unshown } : {}) }] as const;
  });
  return new Map(leftOut);
}

/** Of a file that a run would render now: why it is not there. */
export function stateOfUnmade(variant: Variant, before: ManifestVariant[]): VariantState {
  const recorded = before.find(({ key }) => key === variant.key);
  if (recorded?.state === 'failed') {
    return { state: 'failed', code: recorded.reason, message: recorded.message, final: false };
  }
  const replaced = before.find(entry => entry.state === 'rendered' && isSameFile(entry, variant));
  if (replaced) return { state: 'stale', replaces: replaced.key };
  if (recorded?.state === 'skipped') {
    return { state: 'missing', why: 'the file that it was not smaller than is another now' };
  }
  if (recorded && isDeferred(recorded)) return { state: 'missing', why: DEFERRED };
  if (recorded) return { state: 'missing', why: 'it was made on demand until now' };
  return { state: 'missing', why: 'the manifest does not name it' };
}

function isSameFile(entry: ManifestVariant, variant: Variant): boolean {
  const { preset, format } = variant;
  return entry.preset === preset && entry.format === format && widthIn(entry) === widthIn(variant);
}

function widthIn({ key, width }: { key: string; width: number }): number {
  return parseDerivativeKey(key)?.width ?? width;
}

interface Nameable {
  preset: string;
  format: Variant['format'];
  width: number;
  key: string | undefined;
}

export function named({ preset, format, width, key }: Nameable, { presets }: PresetList): Named {
  const generate = presets.find(({ name }) => name === preset)?.generate ?? 'eager';
  return { preset, format, width: key ? widthIn({ key, width }) : width, generate, key };
}

export function inListOrder({ presets }: PresetList) {
  const place = new Map(presets.map(({ name }, index) => [name, index]));
  return (a: Named, b: Named) =>
    (place.get(a.preset) ?? 0) - (place.get(b.preset) ?? 0) ||
    a.width - b.width ||
    (a.format < b.format ? -1 : 1);
}
