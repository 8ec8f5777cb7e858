import { escaped } from '../terminal/html.ts';

/** Lines over time as SVG. */
export interface Plot {
  title: string;
  unit: string;
  /** A value for each minute; undefined where there is none. */
  lines: { name: string; values: (number | undefined)[] }[];
  /** Each line as far above as it is larger by a factor. */
  isLogarithmic?: boolean;
  tickAsText(value: number): string;
  timeAsText(minute: number): string;
}

const WIDTH = 960;
const HEIGHT = 260;
const LEFT = 70;
const RIGHT = 24;
const TOP = 12;
const BOTTOM = 28;
/** After which they begin anew. */
export const COLOURS = 6;
/** A line of more points is no finer on a screen. */
const MOST_POINTS = 720;

export function svgOf(plot: Plot): string {
  const all = plot.lines.flatMap(({ values }) => values).filter(value => value !== undefined);
  const minutes = plot.lines.reduce((most, { values }) => Math.max(most, values.length), 1);
  const scale = scaleOf(plot, all);
  const x = (minute: number) => LEFT + ((WIDTH - LEFT - RIGHT) * minute) / minutes;
  const y = (value: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * scale.place(value);
  const rows = scale.ticks.map(tick => {
    const at = y(tick).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${escaped(plot.tickAsText(tick))}</text>`;
  });
  const columns = timesIn(minutes).map(
    minute =>
      `<text class="tick" x="${x(minute).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(plot.timeAsText(minute))}</text>`,
  );
  const lines = plot.lines.map(
    ({ values }, at) => `<path class="line c${at % COLOURS}" d="${pathOf(values, x, y)}"/>`,
  );
  const label = escaped(`${plot.title}, ${plot.unit}`);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${[...rows, ...columns, ...lines].join('')}</svg>`;
}

/** 0 is the bottom, 1 the top. */
interface Scale {
  ticks: number[];
  place(value: number): number;
}

function scaleOf({ isLogarithmic }: Plot, values: number[]): Scale {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  return isLogarithmic ? logarithmic(values, most) : linear(most);
}

function linear(most: number): Scale {
  const step = roundStep(Math.max(most, 1) / 4);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step);
  return { ticks, place: value => value / top };
}

/** 1, 2 or 5 with zeros. */
function roundStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  return ([1, 2, 5].find(digit => digit * power >= about) ?? 10) * power;
}

function logarithmic(values: number[], most: number): Scale {
  const least = values.reduce((smallest, value) => Math.min(smallest, value), most);
  const from = Math.floor(Math.log10(Math.max(least, 0.01)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(most, 0.01))));
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
  return { ticks, place: value => (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from) };
}

/** Some ten whole hours, or minutes where there are few. */
function timesIn(minutes: number): number[] {
  const step =
    [1, 5, 10, 30, 60, 120, 180, 360, 720, 1440].find(one => minutes / one <= 12) ?? 2880;
  return Array.from({ length: Math.floor(minutes / step) + 1 }, (_, at) => at * step);
}

function pathOf(
  values: (number | undefined)[],
  x: (minute: number) => number,
  y: (value: number) => number,
): string {
  const each = Math.ceil(values.length / MOST_POINTS);
  let isDrawing = false;
  const points: string[] = [];
  for (let minute = 0; minute < values.length; minute += each) {
    const some = values.slice(minute, minute + each).filter(value => value !== undefined);
    if (some.length > 0) {
      const at = `${x(minute).toFixed(1)} ${y(Math.max(...some)).toFixed(1)}`;
      points.push(`${isDrawing ? 'L' : 'M'}${at}`);
    }
    isDrawing = some.length > 0;
  }
  return points.join('');
}
