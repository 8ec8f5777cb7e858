import { type Failure, failureOf } from '../core/failure.ts';
import type { Report } from '../core/report.ts';
import type { Darkroom } from './darkroom.ts';
import { reconcile } from './reconcile.ts';

/**
 * Reconciles keys one after the other. One key's failure never hides another: all are tried, then the first
 * failure is thrown, so that the platform delivers the event again; what is settled then costs two requests.
 */
export async function reconcileAll(keys: string[], darkroom: Darkroom): Promise<Report[]> {
  const reports: Report[] = [];
  const failures: Failure[] = [];
  for (const key of keys) {
    try {
      const report = await reconcile(key, darkroom);
      darkroom.log[report.failed.length > 0 || report.outcome === 'failed' ? 'warn' : 'info'](
        'reconciled',
        { ...report },
      );
      reports.push(report);
    } catch (thrown) {
      const failure = failureOf(thrown);
      const { code, kind, message, facts } = failure;
      darkroom.log[kind === 'transient' ? 'warn' : 'error']('reconcile-failed', {
        key,
        code,
        kind,
        message,
        ...facts,
      });
      failures.push(failure);
    }
  }
  if (failures[0]) throw failures[0];
  return reports;
}
