import type { Prices } from '../../shared/core/work/cost.ts';
import { listDiff, type PresetDiff } from '../../shared/core/list/list-diff.ts';
import type { Heat } from '../../shared/core/work/heat.ts';
import type { InForce } from '../../shared/core/work/in-force.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import type { LeftToViews, SavedPlan } from '../../shared/core/work/saved-plan.ts';
import {
  durationAsText,
  grouped,
  inColumns,
  usdAsText,
  volumeAsText,
} from '../terminal/figures.ts';
import { besides } from './diff.ts';
import type { Sample } from '../measure/sample.ts';
import type { Touched } from './touched.ts';
import { tellViewsTouched } from './views-touched.ts';

export interface Planned {
  plan: SavedPlan;
  touched: Touched;
  sample: Sample;
  prices: Prices;
  inForce: InForce | undefined;
  list: PresetList;
  file: string;
  heat: Heat | undefined;
}

/** A plan, for people. */
export function tellPlan(planned: Planned): string {
  const { plan, inForce, list, file } = planned;
  const against = inForce
    ? `the list in force (${inForce.fingerprint}, since ${inForce.promotedAt})`
    : 'nothing: no list is in force yet';
  const edit = inForce && listDiff(inForce.list, list);
  const blocks = [
    `${file} (${plan.to}) against ${against}, over ${plan.where}${plan.prefix ? `, below ${plan.prefix}` : ''}`,
    tellPresets(planned, edit?.presets ?? []),
    (edit ? besides(edit) : []).join('\n'),
    tellTotals(planned),
    tellViews(planned),
    plan.originals > 0 ? tellCost(planned) : '',
    plan.leftToViews.map(tellLeft).join('\n'),
    tellNext(planned),
  ];
  return blocks.filter(block => block !== '').join('\n\n');
}

function tellPresets({ touched, list }: Planned, edits: PresetDiff[]): string {
  const heads = ['preset', '', 'originals', 'to make', 'to retire', 'what differs'];
  const named: Pick<PresetDiff, 'preset' | 'kind' | 'differs'>[] =
    edits.length > 0
      ? edits
      : list.presets.map(({ name }) => ({ preset: name, kind: 'add', differs: [] }));
  const rows = named.flatMap(({ preset, kind, differs }) => {
    const counts = touched.presets.get(preset) ?? { originals: 0, files: 0, retired: 0 };
    const { originals, files, retired } = counts;
    const [first = '', ...more] = differs;
    const figures = [originals, files, retired].map(grouped);
    return [[preset, kind, ...figures, first], ...more.map(words => ['', '', '', '', '', words])];
  });
  return inColumns([heads, ...rows], [2, 3, 4]);
}

function tellTotals({ plan, touched }: Planned): string {
  if (plan.originals === 0) return `None of ${grouped(touched.seen)} originals is touched.`;
  const most = `at most ${grouped(plan.files)} files to make and ${grouped(plan.retired)} to retire`;
  return `${grouped(plan.originals)} of ${grouped(touched.seen)} originals are touched: ${most}.`;
}

function tellViews({ plan, heat, inForce }: Planned): string {
  if (!heat || !plan.views || !inForce) return '';
  return tellViewsTouched(plan.views, heat, inForce.fingerprint);
}

function tellCost({ plan, sample, prices }: Planned): string {
  const { gigabytes } = plan;
  const rows = [
    ['files', plan.sample ? aboutFiles(plan, plan.sample) : `${grouped(plan.files)} at most`],
    ['CPU', durationAsText(plan.cpuHours * 3600)],
    ['OSS requests', grouped(plan.requests)],
    ['cost', `${usdAsText(plan.usd)}, once`],
    ['time', `${durationAsText(plan.hours * 3600)} on ${plan.instances} instances`],
    ...(gigabytes === null ? [] : [['written', tellStored(gigabytes, plan, prices)]]),
  ];
  const leftOut = sample.leftOut.map(one => `  left out: ${one.key}: ${one.leftOut}`);
  const table = inColumns(rows.map(row => ['', ...row]));
  return [tellSource(plan), ...leftOut, table].join('\n');
}

function tellSource({ sample, machine }: SavedPlan): string {
  if (!sample) return 'By the model of docs/costs.md, within a factor of two:';
  return `From ${sample.photos} of them, developed here (${machine}):`;
}

function aboutFiles({ files }: SavedPlan, { asked, made }: NonNullable<SavedPlan['sample']>) {
  const about = asked > 0 ? (files * made) / asked : 0;
  return `about ${grouped(about)}`;
}

function tellStored(gigabytes: number, { retired }: SavedPlan, { gigabyteMonth }: Prices): string {
  const month = `${usdAsText(gigabytes * gigabyteMonth)} a month`;
  const besides = retired > 0 ? '; what is retired goes' : '';
  return `${volumeAsText(gigabytes * 1e9)}, ${month}${besides}`;
}

function tellLeft(left: LeftToViews): string {
  const { preset, originals, files, gigabytes, millionUploads } = left;
  const goes = `${preset}: at most ${grouped(files)} files of ${grouped(originals)} originals go with the next sweeps: ${volumeAsText(Math.round(gigabytes * 1e9))}, ${usdAsText(left.savedUsdMonth)} a month; some ${grouped(left.missesADay)} views a day wait for theirs, ${usdAsText(left.missesUsdMonth)} a month.`;
  const later =
    millionUploads &&
    `${preset}: of a million uploads from now on its files cost ${usdAsText(millionUploads.onDemand)} over their lives, made by views; on upload ${usdAsText(millionUploads.eager)}. What is there stays.`;
  return [...(originals > 0 ? [goes] : []), ...(later ? [later] : [])].join('\n');
}

/** The list in force decides what may begin unasked, by a model's figures: here they are measured. */
function tellNext({ plan, inForce }: Planned): string {
  if (!inForce || plan.originals === 0) return '';
  const { originals, usd } = inForce.list.approveAbove;
  const above = [
    ...(plan.originals > originals ? [`more than ${grouped(originals)} originals`] : []),
    ...(plan.usd > usd ? [`more than ${usdAsText(usd)}`] : []),
  ];
  return above.length > 0
    ? `It will wait for \`npx darkroom presets apply\`: ${above.join(' and ')} (approveAbove of the list in force).`
    : 'It will begin unasked once it is uploaded as the preset list (approveAbove of the list in force).';
}
