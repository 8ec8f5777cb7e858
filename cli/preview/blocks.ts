import { bytesAsText } from '../terminal/figures.ts';
import { escaped } from '../terminal/html.ts';
import type { Entry, Side } from './entries.ts';
import { growthOf } from './worst-first.ts';

/** What one preset makes of one photo: one picture, or two beside each other, and a row for each file. */
export interface Block {
  preset: string;
  photo: string;
  entries: Entry[];
  isDetailed: boolean;
}

/** `data:` address of a picture, or undefined where it is left out. */
export type Show = (picture: Buffer) => string | undefined;

/** Details are for the worst, at whose place somebody will look closely. */
export const DETAILED = 24;

/** In the order of their first entries. */
export function blocksOf(entries: Entry[]): Block[] {
  const blocks = new Map<string, Block>();
  for (const entry of entries) {
    const { preset, photo } = entry;
    const name = `${preset} ${photo}`;
    const known = blocks.get(name) ?? {
      ...{ preset, photo, entries: [] },
      isDetailed: blocks.size < DETAILED,
    };
    blocks.set(name, known);
    known.entries.push(entry);
  }
  return [...blocks.values()];
}

/** The worst where lists are compared; else the widest, in the format that all clients show if it is there. */
function shownOf({ entries }: Block, isCompared: boolean): Entry | undefined {
  const made = entries.filter(({ after }) => after && 'picture' in after);
  if (isCompared) return entries[0];
  return made.sort(
    (one, other) =>
      other.width - one.width || Number(other.format === 'jpeg') - Number(one.format === 'jpeg'),
  )[0];
}

/** Pictures of a block, what matters most first; `isDetail`: of no use when smaller. */
export function picturesOf(block: Block, isCompared: boolean) {
  const shown = shownOf(block, isCompared);
  const sides = [shown?.before, shown?.after].flatMap(side =>
    side && 'picture' in side ? [{ picture: side.picture, isDetail: false }] : [],
  );
  const details = block.isDetailed ? shown?.details : undefined;
  return [
    ...(details ? [details.before, details.after] : []).map(picture => ({
      picture,
      isDetail: true,
    })),
    ...sides,
  ];
}

export function blockAsHtml(block: Block, isCompared: boolean, show: Show): string {
  const rows = block.entries.map(entry => rowOf(entry, isCompared));
  const head = isCompared ? COMPARED : ALONE;
  return `<article>
<h3>${nameAsHtml(block.photo)}</h3>
<div class="${isCompared ? 'compared' : 'alone'}">${picturesAsHtml(block, isCompared, show)}
<table><thead><tr>${head.map(headOf).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>
</article>`;
}

const ALONE = ['file', 'pixels', 'bytes', 'likeness'];
const COMPARED = [
  ...['file', 'pixels', 'bytes before', 'after', 'change'],
  ...['likeness before', 'after'],
];

export const headOf = (text: string) => `<th scope="col">${escaped(text)}</th>`;

function picturesAsHtml(block: Block, isCompared: boolean, show: Show): string {
  const entry = shownOf(block, isCompared);
  if (!entry) return '';
  const name = shortened(block.photo);
  const named = `${entry.width} ${formatAsText(entry.format)}`;
  const sides = isCompared ? SIDES : (['after'] as const);
  const whole = sides.map(side =>
    figureOf({ name, label: isCompared ? `${side}, ${named}` : named }, entry[side], show),
  );
  const details = block.isDetailed ? entry.details : undefined;
  const close = (details ? SIDES : []).map(side =>
    imageFigure({ name, label: `${side}, ${CLOSE}` }, details?.[side], show),
  );
  return [whole, close]
    .filter(figures => figures.length > 0)
    .map(figures => `<div class="pictures">${figures.join('')}</div>`)
    .join('');
}

const SIDES = ['before', 'after'] as const;
const CLOSE = 'pixel for pixel where the most is lost';

interface Caption {
  name: string;
  label: string;
}

function figureOf(caption: Caption, side: Side | undefined, show: Show): string {
  if (side && 'picture' in side) return imageFigure(caption, side.picture, show);
  const why = side ? side.why : 'no such file';
  return `<figure><p class="none">${escaped(why)}</p><figcaption>${escaped(caption.label)}</figcaption></figure>`;
}

function imageFigure({ name, label }: Caption, picture: Buffer | undefined, show: Show): string {
  const address = picture && show(picture);
  const shown =
    address === undefined
      ? '<p class="none">picture left out</p>'
      : `<img src="${address}" alt="${escaped(`${name}, ${label}`)}">`;
  return `<figure>${shown}<figcaption>${escaped(label)}</figcaption></figure>`;
}

function rowOf(entry: Entry, isCompared: boolean): string {
  const { before, after } = entry;
  const file = `<th scope="row">${entry.width} ${formatAsText(entry.format)}</th>`;
  const cells = isCompared
    ? [pixelsIn(before, after), bytesIn(before), bytesIn(after), changeOf(entry)]
    : [pixelsIn(after), bytesIn(after)];
  const scores = isCompared ? [scoreIn(before), scoreIn(after)] : [scoreIn(after)];
  return `<tr>${file}${[...cells, ...scores].map(text => `<td>${escaped(text)}</td>`).join('')}</tr>`;
}

/** Both where they differ. */
function pixelsIn(...sides: (Side | undefined)[]): string {
  const sizes = sides.flatMap(side =>
    side && 'size' in side ? [`${side.size.width}×${side.size.height}`] : [],
  );
  return [...new Set(sizes)].join(' → ');
}

function bytesIn(side: Side | undefined): string {
  if (!side) return '–';
  return 'bytes' in side ? bytesAsText(side.bytes) : side.why;
}

export function changeOf(entry: Pick<Entry, 'before' | 'after'>): string {
  const growth = growthOf(entry);
  if (growth !== undefined) return growthAsText(growth);
  return madeIn(entry.before) ? 'gone' : 'new';
}

const madeIn = (side: Side | undefined) => side !== undefined && 'bytes' in side;

export function growthAsText(growth: number): string {
  const percent = Math.round(growth * 1000) / 10;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`.replace('-', '−');
}

function scoreIn(side: Side | undefined): string {
  return side && 'bytes' in side ? scoreAsText(side.score) : '–';
}

export function scoreAsText(score: number | undefined): string {
  return score === undefined ? 'not scored' : score.toFixed(3);
}

const FORMATS: Record<string, string> = { jpeg: 'JPEG', webp: 'WebP', avif: 'AVIF', png: 'PNG' };

export function formatAsText(format: string): string {
  return FORMATS[format] ?? format;
}

const LONGEST_NAME = 120;

/** Names come from whoever has named the files: one that runs backwards or has no end is to spoil nothing beside it. */
export function nameAsHtml(name: string): string {
  return `<bdi>${escaped(shortened(name))}</bdi>`;
}

function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return name;
  const half = LONGEST_NAME / 2;
  return [...characters.slice(0, half), '…', ...characters.slice(-half)].join('');
}
