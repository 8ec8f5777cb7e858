import { MONTH_DAYS, type Prices } from '../../shared/core/work/cost.ts';
import {
  AGES,
  type Heat,
  type HeatCell,
  type Proposal,
  perDay,
  sumOf,
  viewsOf,
} from '../../shared/core/work/heat.ts';
import { counted, grouped, inColumns, usdAsText, volumeAsText } from '../terminal/figures.ts';
import { LEAST_HOURS } from './proposals.ts';

export interface Told {
  heat: Heat;
  prices: Prices;
  /** Logs that were named twice. */
  doubled: string[];
  byWidth: boolean;
}

/** What logs say, for people. */
export function tellHeat(told: Told): string {
  const { heat } = told;
  if (!heat.lines.views) return tellLines(told);
  const blocks = [tellLines(told), tellViews(told), tellMoney(told), tellShares(heat)];
  return [...blocks, tellProposals(heat)].join('\n\n');
}

function tellLines({ heat, doubled }: Told): string {
  const { lines, skipped, hours, from, to } = heat;
  const all = sumOf(Object.values(lines), count => count);
  const besides = Object.entries(lines).filter(
    ([kind, count]) => count > 0 && kind !== 'views' && kind !== 'broken',
  );
  const others = besides.map(([kind, count]) => `${grouped(count)} ${WORDS[kind] ?? kind}`);
  const broken = lines.broken ?? 0;
  return [
    `${counted(all, 'line')} of ${counted(hours, 'hour')} (${counted(hours / 24, 'day')}), ${from} to ${to}: ${counted(lines.views ?? 0, 'view')} of files`,
    ...(others.length > 0 ? [`Besides, not counted as views: ${others.join(', ')}`] : []),
    ...(broken > 0
      ? [`Skipped: ${counted(broken, 'broken line')}, the first at ${skipped.first}`]
      : []),
    ...(skipped.damaged > 0
      ? [`Damaged, read as far as they go: ${counted(skipped.damaged, 'log')}`]
      : []),
    ...skipped.cut.map(text => `  ${text}`),
    ...doubled.map(file => `Left out, since another log has its name: ${file}`),
  ].join('\n');
}

const WORDS: Record<string, string> = {
  redirects: 'redirects (/auto/ and moved files)',
  manifests: 'manifests',
  missing: 'answers 404 and 410',
  refused: 'other errors',
  others: 'other objects or methods',
  elsewhere: 'to other hosts',
};

const AGES_OF = {
  originals: 'Ages by the inventory of originals.',
  derivatives: 'Ages by the inventory of derivatives: of each picture the oldest file.',
} as const;

function tellViews({ heat, byWidth }: Told): string {
  const heads = ['preset', 'format', 'views a day', 'share', 'hits', 'a day', 'files', ...AGES];
  const all = sumOf(heat.cells, viewsOf);
  const rowOf = ({ preset, format, width }: HeatCell) =>
    `${preset} ${format} ${byWidth ? width : ''}`;
  const rows = groupsOf(heat.cells, rowOf)
    .filter(cells => sumOf(cells, viewsOf) > 0)
    .map(cells => viewsRow(cells, heat, { all, byWidth }));
  const right = heads.map((_, index) => index).slice(2);
  const source = heat.ages
    ? AGES_OF[heat.ages]
    : 'Ages are not known: a URL does not tell them. Give --originals or --derivatives, an OSS inventory.';
  return `${source} Days since the upload:\n\n${inColumns([heads, ...rows], right)}`;
}

function groupsOf(cells: HeatCell[], nameOf: (cell: HeatCell) => string): HeatCell[][] {
  const groups = new Map<string, HeatCell[]>();
  for (const cell of cells) groups.set(nameOf(cell), [...(groups.get(nameOf(cell)) ?? []), cell]);
  return [...groups.values()];
}

function viewsRow(
  cells: HeatCell[],
  heat: Heat,
  { all, byWidth }: { all: number; byWidth: boolean },
): string[] {
  const [first] = cells;
  const views = sumOf(cells, viewsOf);
  const viewed = cells.flatMap(cell => cell.viewed);
  const sum = (of: (one: (typeof viewed)[number]) => number) => sumOf(viewed, of);
  const ages = AGES.map(age =>
    sumOf(
      viewed.filter(one => one.age === age),
      one => one.views,
    ),
  );
  const width = byWidth && first?.width ? ` ${first.width}` : '';
  return [
    `${nameOf(first)}${width}`,
    first?.format ?? '',
    grouped(perDay(views, heat)),
    percent(views, all),
    percent(
      sum(one => one.hits),
      views,
    ),
    volumeAsText(
      Math.round(
        perDay(
          sum(one => one.bytes),
          heat,
        ),
      ),
    ),
    grouped(sumOf(cells, one => one.files)),
    ...ages.map(count => (count === 0 ? '' : percent(count, views))),
  ];
}

function nameOf(cell: HeatCell | undefined): string {
  return cell?.preset ?? '(not in the list)';
}

function percent(part: number, all: number): string {
  return all === 0 ? '' : `${((100 * part) / all).toFixed(1)} %`;
}

function tellMoney({ heat, prices }: Told): string {
  const heads = ['USD a month', 'CDN traffic', 'CDN requests', 'from OSS', 'storage', 'together'];
  const rows = groupsOf(heat.cells, ({ preset }) => preset ?? '').map(cells => ({
    name: nameOf(cells[0]),
    usd: moneyOf(cells, heat, prices),
  }));
  rows.sort((a, b) => together(b.usd) - together(a.usd));
  rows.push({ name: 'all', usd: moneyOf(heat.cells, heat, prices) });
  const isStored = heat.cells.some(({ stored }) => stored !== null);
  const cells = rows.map(({ name, usd }) => [
    name,
    ...usd.map((figure, index) =>
      index === STORAGE && !isStored ? 'not known' : usdAsText(figure),
    ),
    usdAsText(together(usd)),
  ]);
  const hint = isStored ? '' : '\nWhat is stored: give --derivatives, an OSS inventory.';
  return `${inColumns([heads, ...cells], [1, 2, 3, 4, 5])}${hint}`;
}

const STORAGE = 3;

/** As the heads of its table; at the first tier of everything. */
function moneyOf(cells: HeatCell[], heat: Heat, prices: Prices): number[] {
  const viewed = cells.flatMap(cell => cell.viewed);
  const aMonth = (of: (one: (typeof viewed)[number]) => number) =>
    perDay(sumOf(viewed, of), heat) * MONTH_DAYS;
  const stored = sumOf(
    cells.flatMap(cell => cell.stored ?? []),
    one => one.bytes,
  );
  return [
    (aMonth(one => one.bytes) / 1e9) * prices.cdnGigabyte,
    (aMonth(one => one.views) / 10_000) * prices.cdnRequestsPer10000,
    (aMonth(one => one.missBytes) / 1e9) * prices.originGigabyte,
    (stored / 1e9) * prices.gigabyteMonth,
  ];
}

function together(usd: number[]): number {
  return sumOf(usd, one => one);
}

/** In the words of `views` in cli/measure/views.ts. */
function tellShares({ cells }: Heat): string {
  const all = sumOf(cells, viewsOf);
  const own = cells.filter(({ preset }) => preset !== null);
  const shares = groupsOf(own, ({ preset }) => preset ?? '').map(group => ({
    name: nameOf(group[0]),
    share: (100 * sumOf(group, viewsOf)) / all,
  }));
  const words = shares.map(({ name, share }) => `${name}: ${share.toFixed(2)}`);
  return `For \`npx darkroom estimate --assumptions\`:\n\nviews: { presets: { ${words.join(', ')} } }`;
}

function tellProposals(heat: Heat): string {
  if (heat.hours < LEAST_HOURS) {
    return `No edit is proposed from ${counted(heat.hours, 'hour')}: take logs of a week at least (${LEAST_HOURS} hours), better of a month.`;
  }
  if (heat.cells.some(({ stored }) => stored === null)) {
    return 'No edit is proposed without what is stored: give --derivatives, an OSS inventory.';
  }
  if (heat.proposals.length === 0) return 'No edit of the list would save more than it costs.';
  const heads = [
    'preset',
    'edit',
    'saves, at least',
    '',
    'misses a day, at most',
    '',
    'slower views',
  ];
  const rows = heat.proposals.map(one => [
    one.preset,
    editOf(one),
    volumeAsText(Math.round(one.savedGigabytes * 1e9)),
    `${usdAsText(one.savedUsdMonth)} a month`,
    grouped(one.missesPerDay),
    `${usdAsText(one.missUsdMonth)} a month`,
    percent(one.missesPerDay, one.viewsPerDay),
  ]);
  const edits = heat.proposals.map(one => `  - name: ${one.preset}\n    ${editOf(one)}`);
  return [
    'Would pay. A miss is a first view that waits until its file is made:',
    '',
    inColumns([heads, ...rows], [2, 3, 4, 5, 6]),
    '',
    'In the list, these lines more; then `presets plan`, which says what the edit itself costs:',
    '',
    'presets:',
    ...edits,
  ].join('\n');
}

function editOf({ edit, keep }: Proposal): string {
  return edit === 'keep' ? `keep: ${keep}` : 'generate: on_demand';
}
