import { grouped, rough } from '../terminal/figures.ts';
import { escaped } from '../terminal/html.ts';
import type { Outcome } from './model/outcome.ts';
import { COLOURS, type Plot, svgOf } from './plot.ts';
import type { Rehearsals } from './rehearsals.ts';
import { HEADINGS, rowOf, tellLosses, tellNeeded, tellOss, tellWhat } from './tell.ts';

/** One file that asks for nothing: it can be sent, and opened years later. */
export function pageOf(rehearsals: Rehearsals): string {
  const { runs } = rehearsals;
  const notes = [...runs.flatMap(tellLosses), ...tellOss(rehearsals), tellNeeded(rehearsals)];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of a spike</title>
<style>${STYLE}</style>
<main>
<h1>Rehearsal of a spike</h1>
${tellWhat(rehearsals).map(paragraph).join('\n')}
<div class="wide">${tableOf(rehearsals)}</div>
${notes
  .filter(note => note !== '')
  .map(paragraph)
  .join('\n')}
${plotsOf(rehearsals).map(figureOf).join('\n')}
</main>
</html>
`;
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

function tableOf({ runs }: Rehearsals): string {
  const head = HEADINGS.map(name => `<th>${escaped(name)}</th>`).join('');
  const rows = runs.map(run => `<tr>${rowOf(run).map(cellOf).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function cellOf(text: string): string {
  return `<td>${escaped(text)}</td>`;
}

function figureOf(plot: Plot): string {
  const key = plot.lines.map(
    ({ name }, at) => `<span class="key"><i class="c${at % COLOURS}"></i>${escaped(name)}</span>`,
  );
  const keys = key.length > 1 ? key.join(' ') : '';
  return `<figure><figcaption><b>${escaped(plot.title)}</b>, ${escaped(plot.unit)} ${keys}</figcaption>${svgOf(plot)}</figure>`;
}

type Minute = Outcome['minutes'][number];

export function plotsOf({ runs, uploads, beginsHour }: Rehearsals): Plot[] {
  const timeAsText = clockFrom(beginsHour);
  const minutes = runs.reduce((most, { outcome }) => Math.max(most, outcome.minutes.length), 0);
  const each = (of: (minute: Minute) => number | undefined) =>
    runs.map(({ quota, outcome }) => ({
      name: `quota ${grouped(quota)}`,
      values: outcome.minutes.map(of),
    }));
  const common = { timeAsText, tickAsText: grouped };
  // As long as the others, so that the same time is at the same place.
  const coming = Array.from({ length: minutes }, (_, at) => uploads[at]);
  return [
    { ...common, title: 'Uploads', unit: 'a minute', lines: [{ name: 'all', values: coming }] },
    { ...common, title: 'Instances', unit: 'most of each minute', lines: each(one => one.alive) },
    {
      ...common,
      title: 'Queue',
      unit: 'uploads that wait, most of each minute',
      lines: each(one => one.waiting),
    },
    {
      ...common,
      title: 'Ready',
      unit: 'seconds until 99 of 100 uploads of that minute are ready',
      isLogarithmic: true,
      tickAsText: rough,
      lines: each(one => one.readyP99),
    },
    ...refusals(
      each(one => 100 * one.refusedShare),
      common,
    ),
  ];
}

function refusals(lines: Plot['lines'], common: Pick<Plot, 'timeAsText' | 'tickAsText'>): Plot[] {
  if (!lines.some(({ values }) => values.some(value => value))) return [];
  return [{ ...common, title: 'OSS', unit: '% of requests refused, at most', lines }];
}

/** The hour of a day, or hours and minutes from the beginning on. */
function clockFrom(beginsHour: number | undefined): (minute: number) => string {
  return minute => {
    const hour = Math.floor(minute / 60);
    const shown = beginsHour === undefined ? hour : (beginsHour + hour) % 24;
    return `${shown}:${String(minute % 60).padStart(2, '0')}`;
  };
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#60646c;--line:#dfe2e6;--paper:#fff;--c0:#0b68cb;--c1:#c2410c;--c2:#15803d;--c3:#9333ea;--c4:#b4235a;--c5:#7a6100}
@media(prefers-color-scheme:dark){:root{--ink:#edeef0;--soft:#a4a9b0;--line:#33373d;--paper:#16181b;--c0:#6cb2ff;--c1:#ff9b60;--c2:#62cf85;--c3:#c89bff;--c4:#ff8fb5;--c5:#e2c044}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 20px}
h1{font-size:22px;margin:0 0 12px}p{margin:6px 0}
.wide{overflow-x:auto;margin:16px 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:500}
figure{margin:22px 0}figcaption{margin-bottom:4px}svg{display:block;width:100%;height:auto}
.key{margin-left:14px;white-space:nowrap;color:var(--soft)}.key i{display:inline-block;width:16px;height:3px;margin-right:6px;vertical-align:middle}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font:12px system-ui,sans-serif}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
${['c0', 'c1', 'c2', 'c3', 'c4', 'c5'].map(name => `.line.${name}{stroke:var(--${name})}i.${name}{background:var(--${name})}`).join('')}
`;
