import { bytesAsText, counted, grouped } from '../terminal/figures.ts';
import { escaped } from '../terminal/html.ts';
import {
  type Block,
  blockAsHtml,
  blocksOf,
  formatAsText,
  growthAsText,
  headOf,
  nameAsHtml,
  picturesOf,
  type Show,
  scoreAsText,
} from './blocks.ts';
import { LARGEST_SIDE } from './entries.ts';
import { type Fitted, fitted, MOST_BYTES } from './fitted.ts';
import type { Sheet, Sum, Total } from './sheet.ts';
import { STYLE } from './style.ts';

/** Room for the sentences that say what did not fit. */
const SPARE_BYTES = 1000;

/** One file that asks for nothing: it can be attached, and opened years later. */
export async function pageOf(sheet: Sheet, most = MOST_BYTES): Promise<string> {
  const isCompared = sheet.lists.compare !== undefined;
  const blocks = blocksOf(sheet.entries);
  const whole: Fitted = { shown: new Map(), side: Number.POSITIVE_INFINITY, leftOut: 0 };
  const bare = Buffer.byteLength(documentOf(sheet, blocks, { ...whole, show: () => DATA }));
  const wanted = blocks.flatMap(block => picturesOf(block, isCompared));
  const fit = await fitted(wanted, most - bare - SPARE_BYTES);
  const show: Show = picture => {
    const shown = fit.shown.get(picture);
    return shown && `${DATA}${shown.toString('base64')}`;
  };
  return documentOf(sheet, blocks, { ...fit, show });
}

const DATA = 'data:image/webp;base64,';

type Shown = Pick<Fitted, 'side' | 'leftOut'> & { show: Show };

function documentOf(sheet: Sheet, blocks: Block[], shown: Shown): string {
  const isCompared = sheet.lists.compare !== undefined;
  const presets = [...new Set(blocks.map(({ preset }) => preset))];
  const sections = presets.map(preset => {
    const own = blocks.filter(block => block.preset === preset);
    const articles = own.map(block => blockAsHtml(block, isCompared, shown.show));
    return `<section><h2>${escaped(preset)}</h2>\n${articles.join('\n')}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Contact sheet</title>
<style>${STYLE}</style>
<main>
<h1>Contact sheet</h1>
${introduction(sheet, shown).map(paragraph).join('\n')}
${editOf(sheet)}
${sumsOf(sheet)}
${troublesOf(sheet)}
${sections.join('\n')}
</main>
</html>
`;
}

function introduction(sheet: Sheet, { side, leftOut }: Shown): string[] {
  const { lists, photos, notPictures, entries, untold } = sheet;
  const what = lists.compare
    ? `What ${lists.presets} makes of ${counted(photos, 'photo')} (after), beside what ${lists.compare} makes of ${photos === 1 ? 'it' : 'them'} (before). Of what changed the worst comes first: what fails, what is less like its photo, what has more bytes, then what is new or gone.`
    : `What ${lists.presets} makes of ${counted(photos, 'photo')}.`;
  const nothing = lists.compare ? 'No file of these photos changes.' : 'No file is made of them.';
  return [
    what,
    'Likeness is SSIM to the pixels that the encoder was given, mean of red, green and blue; 1 is the same. It finds where to look, and is no verdict. Animations and files with a gain map are not scored.',
    ...(entries.length === 0 ? [nothing] : []),
    ...(notPictures > 0 ? [`${counted(notPictures, 'file')} left out: no pictures.`] : []),
    ...(untold > 0
      ? [`${counted(untold, 'more file')} count in the sums and are not listed.`]
      : []),
    ...(side < LARGEST_SIDE ? [`Pictures are ${side} pixels wide at most, to fit them all.`] : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'picture')} left out: there was no more room.`] : []),
  ];
}

const paragraph = (text: string) => `<p>${escaped(text)}</p>`;

function editOf({ edit }: Sheet): string {
  return edit ? `<h2>The edit</h2>\n<pre>${escaped(edit)}</pre>` : '';
}

function sumsOf({ sums, lists }: Sheet): string {
  if (sums.length === 0) return '';
  const isCompared = lists.compare !== undefined;
  const rows = sums.map(sum => {
    const cells = isCompared ? comparedCells(sum) : aloneCells(sum);
    const names = `<th scope="row">${escaped(sum.preset)}</th><td>${formatAsText(sum.format)}</td>`;
    return `<tr>${names}${cells.map(text => `<td>${escaped(text)}</td>`).join('')}</tr>`;
  });
  const head = ['preset', 'format', ...(isCompared ? COMPARED : ALONE)].map(headOf);
  return `<div class="wide"><table class="sums"><caption>All files of all photos</caption><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const ALONE = ['files', 'bytes', 'likeness, mean', 'least'];
const COMPARED = [
  ...['files before', 'after', 'unchanged', 'bytes before', 'after', 'change'],
  ...['likeness before, mean', 'after', 'least'],
];

function aloneCells({ after, least }: Sum): string[] {
  return [grouped(after.files), bytesAsText(after.bytes), meanOf(after), leastOf(after, least)];
}

function comparedCells({ before, after, unchanged, least }: Sum): string[] {
  const change = before.bytes > 0 ? growthAsText(after.bytes / before.bytes - 1) : 'new';
  return [
    ...[before.files, after.files, unchanged].map(grouped),
    ...[bytesAsText(before.bytes), bytesAsText(after.bytes), change],
    ...[meanOf(before), meanOf(after), leastOf(after, least)],
  ];
}

function meanOf({ scored, scores }: Total): string {
  return scored === 0 ? '–' : scoreAsText(scores / scored);
}

function leastOf({ scored }: Total, least: number): string {
  return scored === 0 ? '–' : scoreAsText(least);
}

const MOST_TROUBLES = 100;

function troublesOf({ troubles }: Sheet): string {
  if (troubles.length === 0) return '';
  const told = troubles.slice(0, MOST_TROUBLES).map(({ photo, message }) => {
    return `<li>${nameAsHtml(photo)}: ${nameAsHtml(message)}</li>`;
  });
  const more = troubles.length - told.length;
  const rest = more > 0 ? `<li>and ${grouped(more)} more</li>` : '';
  return `<section><h2>Not developed</h2><ul>${told.join('')}${rest}</ul></section>`;
}
