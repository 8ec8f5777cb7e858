import { declaredFiles } from '../../shared/core/list/declared-file.ts';
import type { Preset, PresetList } from '../../shared/core/list/preset-list.ts';
import { billFor, MONTH_DAYS, modelledSeconds, type Prices } from '../../shared/core/work/cost.ts';
import { waitingSeconds } from '../../shared/core/work/duration.ts';
import {
  type Heat,
  type HeatCell,
  type Proposal,
  perDay,
  sumOf,
  viewsOf,
} from '../../shared/core/work/heat.ts';

/**
 * Which presets are not worth keeping. All is reckoned against an edit: what is seen within a log grows as if nothing
 * were ever looked at twice, so savings are the least and misses the most that there can be.
 */

const KEEP = '90d';
const KEEP_DAYS = 90;
/** On a shorter log most of what is looked at each week is not there yet. */
export const LEAST_HOURS = 7 * 24;

type Known = Pick<Heat, 'hours' | 'ages' | 'cells'>;

export function proposalsFor(heat: Known, list: PresetList, prices: Prices): Proposal[] {
  if (heat.hours < LEAST_HOURS) return [];
  return list.presets.flatMap(preset => {
    const cells = heat.cells.filter(cell => cell.preset === preset.name);
    if (preset.generate !== 'eager' || cells.some(({ stored }) => stored === null)) return [];
    const reckon = reckonerFor(preset, cells, { heat, list, prices });
    const edits = [
      ...(preset.urgent ? [] : [reckon('on_demand', allOf)]),
      ...(heat.ages === null || 'keep' in preset ? [] : [reckon('keep', oldOf)]),
    ];
    const [best] = edits
      .filter(one => one.savedUsdMonth > one.missUsdMonth)
      .sort((a, b) => gain(b) - gain(a));
    return best ? [best] : [];
  });
}

function gain({ savedUsdMonth, missUsdMonth }: Proposal): number {
  return savedUsdMonth - missUsdMonth;
}

/** What an edit is about. */
interface Part {
  files: number;
  bytes: number;
  /** Different ones that were looked at. */
  seen: number;
}

function allOf({ files: seen, stored }: HeatCell): Part {
  const all = stored ?? [];
  return { files: sumOf(all, one => one.files), bytes: sumOf(all, one => one.bytes), seen };
}

/** A picture of which nobody knows its age may be an old one. */
function oldOf({ viewed, stored }: HeatCell): Part {
  const old = (stored ?? []).filter(({ age }) => age === 'older');
  const seen = viewed.filter(({ age }) => age === 'older' || age === 'unknown');
  return {
    files: sumOf(old, one => one.files),
    bytes: sumOf(old, one => one.bytes),
    seen: sumOf(seen, one => one.files),
  };
}

interface Ground {
  heat: Known;
  list: PresetList;
  prices: Prices;
}

function reckonerFor(preset: Preset, cells: HeatCell[], { heat, list, prices }: Ground) {
  const days = heat.hours / 24;
  const usdOf = missPrices(preset, list, prices);
  return (edit: Proposal['edit'], partOf: (cell: HeatCell) => Part): Proposal => {
    const parts = cells.map(cell => {
      const { files, bytes, seen } = partOf(cell);
      const stays = Math.min(files, seen * Math.max(1, KEEP_DAYS / days));
      const missesPerDay = seen / Math.min(days, KEEP_DAYS);
      const saved = files > 0 ? (bytes * (files - stays)) / files : 0;
      return { saved, missesPerDay, usd: missesPerDay * MONTH_DAYS * usdOf(cell) };
    });
    const savedGigabytes = sumOf(parts, one => one.saved) / 1e9;
    return {
      preset: preset.name,
      edit,
      ...(edit === 'keep' ? { keep: KEEP } : {}),
      savedGigabytes,
      savedUsdMonth: savedGigabytes * prices.gigabyteMonth,
      viewsPerDay: perDay(sumOf(cells, viewsOf), heat),
      missesPerDay: sumOf(parts, one => one.missesPerDay),
      missUsdMonth: sumOf(parts, one => one.usd),
    };
  };
}

/** Of a phone's photo. */
const TYPICAL_BYTES = 3e6;
/** The view's own invocation, and that of the batch which records the file. */
const INVOCATIONS = 2;
/**
 * The count that guards it and its removal, the file, a listing of what there is, the manifest, and the removal of what
 * word there may be of it.
 */
export const MISS_PUTS = 6;
/** Looks at the original and its bytes, its manifest, list, records of take-downs: by both. */
export const MISS_GETS = 14;

/** USD of one view that makes its file, by the model: within a factor of two. */
function missPrices(preset: Preset, list: PresetList, prices: Prices): (cell: HeatCell) => number {
  const files = declaredFiles([preset], list);
  return ({ format, width }) => {
    const file = files.find(one => one.format === format && one.width === width);
    const working = file ? modelledSeconds([file], list) : 0;
    const seconds = working + waitingSeconds(TYPICAL_BYTES) + waitingSeconds(0);
    const work = { invocations: INVOCATIONS, seconds, puts: MISS_PUTS, gets: MISS_GETS };
    return billFor(work, prices).usd;
  };
}
