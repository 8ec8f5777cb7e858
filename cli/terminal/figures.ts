import { InvalidArgumentError } from 'commander';
import ms from 'ms';
import { Failure } from '../../shared/core/failure.ts';

/** Figures as people read them, and as they write them in options. */

/** 1234567 → `1,234,567`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** Two digits that say something: `1.9`, `0.034`, `1,234`. */
export function rough(figure: number): string {
  if (figure === 0) return '0';
  if (figure >= 10) return grouped(figure);
  return String(Number(figure.toPrecision(2)));
}

/** `1 day`, `1.9 days`, `1,234 lines`. */
export function counted(figure: number, one: string): string {
  const text = Number.isInteger(figure) ? grouped(figure) : rough(figure);
  return `${text} ${text === '1' ? one : `${one}s`}`;
}

/**
 * 1,234,567 → `1.2 MB`. Rounded, with no decimal below a megabyte and one above, and never beyond MB: pretty-bytes cuts
 * off instead, or gives three digits.
 */
export function bytesAsText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** As bytesAsText, and further up. */
export function volumeAsText(bytes: number): string {
  if (bytes < 1e9) return bytesAsText(bytes);
  return bytes < 1e12 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e12).toFixed(1)} TB`;
}

export function usdAsText(usd: number): string {
  if (usd > 0 && usd < 0.01) return `USD ${Number(usd.toPrecision(2))}`;
  const options = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `USD ${usd.toLocaleString('en', options)}`;
}

export function durationAsText(seconds: number): string {
  if (seconds < 90) return `${rough(seconds)} seconds`;
  return seconds < 90 * 60 ? `${rough(seconds / 60)} minutes` : `${rough(seconds / 3600)} hours`;
}

/** Columns two spaces apart; those that `right` names by their index are aligned to the right. */
export function inColumns(rows: string[][], right: number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  );
  const lines = rows.map(row =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** For options: a number above 0. */
export function positive(text: string): number {
  const figure = Number(text);
  if (Number.isFinite(figure) && figure > 0) return figure;
  throw new InvalidArgumentError('expected a number above 0');
}

export function positiveWhole(text: string): number {
  const figure = positive(text);
  if (Number.isInteger(figure)) return figure;
  throw new InvalidArgumentError('expected a whole number above 0');
}

/** For options: 0 or a whole number above it. */
export function wholeFromZero(text: string): number {
  return text.trim() === '0' ? 0 : positiveWhole(text);
}

/** For options: `10s`, `500ms`, `5h`, in seconds. */
export function spanInSeconds(text: string): number {
  const span = ms(text as ms.StringValue);
  if (typeof span === 'number' && span >= 0 && /[a-z]/i.test(text)) return span / 1000;
  throw new InvalidArgumentError('expected a time with its unit, such as 500ms, 10s or 5h');
}

/** `7d` before now, or a date. */
export function sinceFrom(text: string, now: Date): string {
  const span = ms(text as ms.StringValue);
  if (typeof span === 'number') return new Date(now.getTime() - span).toISOString();
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new Failure(
    'SETTINGS_INVALID',
    `expected a time such as 7d or a date such as 2026-11-01 (--since), received ${text}`,
  );
}
