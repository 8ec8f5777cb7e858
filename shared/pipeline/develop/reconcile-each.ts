import pLimit from 'p-limit';
import { Failure, failureOf } from '../../core/failure.ts';
import { factsOf, lineOf } from '../../core/telling/log-facts.ts';
import { type Report, withReadyTime } from '../../core/set/report.ts';
import type { Darkroom } from '../darkroom.ts';
import { mayHaveCrashed } from './crash-guard.ts';
import { reconcile } from './reconcile.ts';

/** What became of one key: a report, or what a later attempt may mend. */
export interface Result {
  key: string;
  report?: Report;
  failure?: Failure;
}

/**
 * Reconciles keys one after the other. One key's failure never hides another: all are tried, then the first failure is
 * thrown, so that the platform delivers the event again; what is settled then costs a few small requests, no pixels.
 */
export async function reconcileAll(keys: string[], darkroom: Darkroom): Promise<Report[]> {
  const results = await reconcileEach(keys, darkroom);
  throwFirst(results);
  return results.flatMap(({ report }) => report ?? []);
}

export function throwFirst(results: Result[]): void {
  const failed = results.find(({ failure }) => failure !== undefined);
  if (failed?.failure) throw failed.failure;
}

/**
 * If `sideBySide` is above 1, one original is read while another is encoded. If an earlier attempt may have crashed, they
 * go one at a time, so that the right picture is blamed. If an event has more crashing pictures than FC's retries can
 * tell apart, `darkroom replay` takes it on.
 */
export async function reconcileEach(
  keys: string[],
  darkroom: Darkroom,
  sideBySide = 1,
): Promise<Result[]> {
  const limit = pLimit(mayHaveCrashed(darkroom) ? 1 : sideBySide);
  return await Promise.all(keys.map(key => limit(() => reconcileOne(key, darkroom))));
}

async function reconcileOne(key: string, darkroom: Darkroom): Promise<Result> {
  const { deadline, now, log, uploadedAt } = darkroom;
  try {
    if (deadline && now() > deadline) {
      throw new Failure('DEADLINE', 'expected to start this original before the deadline');
    }
    const run = () => reconcile(key, darkroom);
    const done = await (darkroom.span?.('reconcile', { key }, run) ?? run());
    const report = withReadyTime(done, uploadedAt, now());
    const isFailed = report.failed.length > 0 || report.outcome === 'failed';
    log[isFailed ? 'warn' : 'info']('reconciled', lineOf(report));
    return { key, report };
  } catch (thrown) {
    const failure = failureOf(thrown);
    const level = failure.kind === 'transient' ? 'warn' : 'error';
    log[level]('reconcile-failed', { key, ...factsOf(failure) });
    return { key, failure };
  }
}
