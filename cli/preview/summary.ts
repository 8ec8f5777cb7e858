import { bytesAsText, counted, inColumns } from '../terminal/figures.ts';
import { changeOf, formatAsText, growthAsText, scoreAsText } from './blocks.ts';
import type { Entry, Side } from './entries.ts';
import type { Sheet, Sum, Total } from './sheet.ts';
import { growthOf, lossOf } from './worst-first.ts';

/** What a terminal, or the comment that goes with the page, says of it. */

const MOST_WORST = 5;

export function jsonOf(sheet: Sheet) {
  const { lists, photos, notPictures, sums, entries, untold, troubles } = sheet;
  return {
    ...lists,
    photos,
    notPictures,
    sums: sums.map(({ preset, format, unchanged, before, after, least }) => ({
      ...{ preset, format, unchanged },
      ...(lists.compare ? { before: totalOf(before) } : {}),
      after: { ...totalOf(after), least: after.scored > 0 ? least : null },
    })),
    ...(lists.compare
      ? { changed: entries.length + untold, worst: entries.slice(0, MOST_WORST).map(worstOf) }
      : {}),
    troubles,
  };
}

function totalOf({ files, bytes, scored, scores }: Total) {
  return { files, bytes, likeness: scored > 0 ? scores / scored : null };
}

function worstOf(entry: Entry) {
  const { photo, preset, format, width } = entry;
  return {
    ...{ photo, preset, format, width },
    likenessLost: lossOf(entry) ?? null,
    bytesGrown: growthOf(entry) ?? null,
  };
}

export function tellSheet(sheet: Sheet, where: { out: string; bytes: number }): string {
  const { sums, entries, untold, lists, photos, notPictures, troubles } = sheet;
  const changed = counted(entries.length + untold, 'file');
  const leftOut = notPictures > 0 ? [`${counted(notPictures, 'file')} left out: no pictures`] : [];
  const isCompared = lists.compare !== undefined;
  return [
    ...(sums.length > 0 ? [tableOf(sums, isCompared)] : []),
    ...(isCompared ? [`${changed} changed`, ...entries.slice(0, MOST_WORST).map(worstLine)] : []),
    ...leftOut,
    ...troubles.map(({ photo, message }) => `✗ ${photo}  ${message}`),
    `${where.out}: ${counted(photos, 'photo')}, ${bytesAsText(where.bytes)}`,
  ].join('\n');
}

function worstLine(entry: Entry): string {
  const { photo, preset, format, width, before, after } = entry;
  const scores = [before, after].map(scoreIn).join(' → ');
  return `  ${preset} ${width} ${formatAsText(format)}  ${changeOf(entry)}, likeness ${scores}  ${photo}`;
}

function scoreIn(side: Side | undefined): string {
  return side && 'bytes' in side && side.score !== undefined ? scoreAsText(side.score) : '–';
}

function tableOf(sums: Sum[], isCompared: boolean): string {
  const old = isCompared
    ? ['files before', 'files', 'bytes before', 'bytes', 'change']
    : ['files', 'bytes'];
  const rows = sums.map(({ preset, format, before, after, least }) => {
    const change = before.bytes > 0 ? growthAsText(after.bytes / before.bytes - 1) : 'new';
    const bytes = bytesAsText(after.bytes);
    const files = String(after.files);
    return [
      ...[preset, formatAsText(format)],
      ...(isCompared
        ? [String(before.files), files, bytesAsText(before.bytes), bytes, change]
        : [files, bytes]),
      after.scored > 0 ? scoreAsText(least) : '–',
    ];
  });
  const head = ['preset', 'format', ...old, 'least likeness'];
  return inColumns([head, ...rows], [2, 3, 4, 5, 6, 7]);
}
