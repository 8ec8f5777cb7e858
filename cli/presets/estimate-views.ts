import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { MONTH_DAYS, type Prices } from '../../shared/core/work/cost.ts';
import { sumOf } from '../../shared/core/work/heat.ts';
import type { Assumptions } from '../measure/assumptions.ts';
import { type Choice, choiceFor, costsOf, type FileCost } from '../measure/break-even.ts';
import { keptOf } from '../measure/keeping.ts';
import type { Measured } from '../measure/measure.ts';
import { grouped, inColumns, rough, usdAsText, volumeAsText } from '../terminal/figures.ts';

/** Which files pay for being made on upload, and for staying: of a photo that is looked at so many times. */

export interface ViewsEstimate {
  /** By preset and format, in the order of the list; USD for a million photos, over their lives. */
  choices: (Omit<Choice, 'files'> & {
    preset: string;
    format: string;
    files: number;
    megabytes: number;
    waitSeconds: number;
  })[];
  /** For a million photos of all ages, what all their files are without `keep`, and with it. */
  keeps: {
    days: number;
    gigabytes: number;
    share: number;
    savedUsdMonth: number;
    missesADay: number;
    missesUsdMonth: number;
  }[];
}

const MILLION = 1e6;
const KEEPS_DAYS = [30, 90, 365];

/** The list as if every file were left to a view: so each is measured by itself. */
export function allByViews(list: PresetList): PresetList {
  return { ...list, presets: list.presets.map(one => ({ ...one, generate: 'on_demand' })) };
}

export function estimateViews(
  measured: Measured[],
  prices: Prices,
  assumptions: Assumptions,
): ViewsEstimate {
  const files = measured.map(one => costsOf(one, prices, assumptions));
  return {
    choices: groupsOf(files.flat()).map(group => {
      const [{ preset = '', format = '' } = {}] = group;
      const choice = choiceFor(group, measured.length, assumptions.views.perPhoto);
      return {
        ...{ preset, format },
        eager: choice.eager * MILLION,
        onDemand: choice.onDemand * MILLION,
        crossesAt: choice.crossesAt,
        files: group.length / measured.length,
        megabytes: sumOf(group, one => one.bytes) / measured.length / 1e6,
        waitSeconds: sumOf(group, one => one.waitSeconds) / group.length,
      };
    }),
    keeps: KEEPS_DAYS.map(days => keepOf(days, files, prices, assumptions)),
  };
}

function groupsOf(files: FileCost[]): FileCost[][] {
  const groups = new Map<string, FileCost[]>();
  for (const file of files) {
    const name = `${file.preset} ${file.format}`;
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return [...groups.values()];
}

/** A miss costs as much as the mean of all files by how often they are seen. */
function keepOf(
  days: number,
  photos: FileCost[][],
  prices: Prices,
  { views }: Assumptions,
): ViewsEstimate['keeps'][number] {
  const scale = MILLION / photos.length;
  const kept = photos.map(files => keptOf(files, days, views));
  const all = sumOf(photos.flat(), one => one.bytes) * scale;
  const gigabytes = (sumOf(kept, one => one.stored) * scale) / 1e9;
  const missesADay = sumOf(kept, one => one.missesADay) * scale;
  const usdAMiss = sumOf(photos.flat(), one => one.share * one.missed) / photos.length;
  return {
    days,
    gigabytes,
    share: (gigabytes * 1e9) / all,
    savedUsdMonth: (all / 1e9 - gigabytes) * prices.gigabyteMonth,
    missesADay,
    missesUsdMonth: missesADay * MONTH_DAYS * usdAMiss,
  };
}

export function tellViews({ choices, keeps }: ViewsEstimate, { views }: Assumptions): string {
  return [
    `A million photos, each looked at ${grouped(views.perPhoto)} times in the ${views.years} years that it is there: what a file costs that is made on upload and stays, and one that the first view makes.`,
    '',
    choicesTable(choices),
    '',
    '“Alike at”: with more views of a photo, all its files together, making it on upload is the cheaper. “Waits” is what that first view waits for.',
    '',
    'The same photos, of all ages alike, all presets with a `keep`:',
    '',
    keepsTable(keeps),
  ].join('\n');
}

function choicesTable(choices: ViewsEstimate['choices']): string {
  const head = ['preset', 'format', 'files', 'stored', 'on upload', 'by a view'];
  const rows = choices.map(one => [
    one.preset,
    one.format,
    rough(one.files),
    volumeAsText(Math.round(one.megabytes * 1e6)),
    usdAsText(one.eager),
    usdAsText(one.onDemand),
    one.crossesAt === undefined ? 'never' : `${rough(one.crossesAt)} views`,
    `${rough(one.waitSeconds)} s`,
  ]);
  return inColumns([[...head, 'alike at', 'waits'], ...rows], [2, 3, 4, 5, 6, 7]);
}

function keepsTable(keeps: ViewsEstimate['keeps']): string {
  const head = ['keep', 'stored', '', 'saved a month', 'views that wait, a day'];
  const rows = keeps.map(one => [
    `${one.days}d`,
    volumeAsText(Math.round(one.gigabytes * 1e9)),
    `${(one.share * 100).toFixed(0)} %`,
    usdAsText(one.savedUsdMonth),
    grouped(one.missesADay),
    usdAsText(one.missesUsdMonth),
  ]);
  return inColumns([[...head, 'they cost a month'], ...rows], [1, 2, 3, 4, 5]);
}
