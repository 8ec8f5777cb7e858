import { counted, grouped } from './figures.ts';
import type { Run } from '../../shared/core/work/run.ts';

/** `12 developed, 3 settled; failed: 2 ORIGINAL_UNDECODABLE`. */
export function outcomesInWords({ done }: Run): string {
  const outcomes = inWords(done.outcomes) || 'nothing yet';
  const failures = inWords(done.failures);
  return `${outcomes}${failures ? `; failed: ${failures}` : ''}`;
}

function inWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${grouped(count)} ${name}`)
    .join(', ');
}

/**
 * Originals that a run is about. While it still walks the bucket, or will go on to, by what was counted before it began; undefined where
 * nobody counted: a listing does not say how long it is.
 */
export function totalOf({ phase, expected, handedOver }: Run): number | undefined {
  if (phase !== 'running' && phase !== 'stopped') return handedOver.originals;
  return expected === undefined ? undefined : Math.max(expected, handedOver.originals);
}

/** `1,200 of 4,000 originals done (12,000 files rendered)`. */
export function progressInWords(run: Run): string {
  const { done, handedOver } = run;
  const total = totalOf(run);
  const originals =
    total === undefined
      ? `${counted(done.originals, 'original')} done of ${grouped(handedOver.originals)} handed over so far`
      : `${grouped(done.originals)} of ${counted(total, 'original')} done`;
  return `${originals} (${grouped(done.rendered)} files rendered)`;
}

/** When somebody began to look, and what was done by then. */
export interface Since {
  at: number;
  done: number;
}

/**
 * One line for who watches, what matters first, so that a narrow terminal loses the least: done of all, how many a second
 * are done, the time that is left, what failed.
 */
export function runLine(run: Run, since: Since, now: number): string[] {
  const { done } = run;
  const total = totalOf(run);
  const speed = (done.originals - since.done) / Math.max(1, (now - since.at) / 1000);
  const failed = Object.values(done.failures).reduce((sum, count) => sum + count, 0);
  const of = total === undefined ? '' : `/${grouped(total)}`;
  return [
    `${grouped(done.originals)}${of} done`,
    `${speed < 10 ? Number(speed.toFixed(1)) : Math.round(speed)}/s`,
    ...(total === done.originals ? [] : [leftInWords(run, total, speed)]),
    ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
    ...(run.phase === 'running' ? [`${grouped(run.handedOver.originals)} handed over`] : []),
  ];
}

function leftInWords({ done }: Run, total: number | undefined, speed: number): string {
  if (total === undefined) return 'still listing';
  if (speed === 0) return 'time left unknown';
  const seconds = Math.round((total - done.originals) / speed);
  if (seconds >= 5400) return `${(seconds / 3600).toFixed(1)} h left`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s left`;
}
