import type { Answer, Report } from '../set/report.ts';

/**
 * A message that its destination refuses is lost. So an answer that would not fit says less: first without the lists
 * of files, which the manifest has too, then without some of the reports.
 */

/** What stands in a list of failures although it was shortened: the first says what the others mostly say too. */
const SAMPLE = 1;

function withoutLists(report: Report): Report {
  const { rendered, failed } = report;
  return {
    ...report,
    rendered: [],
    failed: failed.slice(0, SAMPLE),
    shortened: { rendered: rendered.length, failed: failed.length },
  };
}

/** An answer in so many bytes, counted as JSON inside a string of JSON, which is how FC delivers it. */
export function fittedAnswer(answer: Answer, most: number): Answer {
  const fits = (one: Answer) => bytesOf(JSON.stringify(one)) <= most;
  if (fits(answer)) return answer;
  const { reports, ignored } = answer;
  const short = { ...answer, reports: reports.map(withoutLists) };
  if (fits(short)) return short;
  const first = (count: number): Answer => ({
    ...short,
    reports: short.reports.slice(0, count),
    ignored: [],
    omitted: { reports: reports.length - count, ignored: ignored.length },
  });
  return first(largest(reports.length, count => fits(first(count))));
}

/** The largest count that holds, where every smaller one holds too; 0 where none does. */
function largest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
