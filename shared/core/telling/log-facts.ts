import type { Failure } from '../failure.ts';
import type { LogFacts } from './log-events.ts';
import { codeIn, type Report } from '../set/report.ts';

/**
 * What goes into a line of log-events.ts, without its schemas: they are for tests and consumers. A line stays short:
 * FC cuts it at 32 KB, SLS analyses 2 to 16 KB of it, and every byte of it is paid for.
 */

const LONGEST_MESSAGE = 2000;

/** The files themselves are in the manifest, and in the ready message. */
export function lineOf(report: Report): LogFacts<'reconciled'> {
  const { key, state, outcome, reason, manifest, rendered, kept, removed, failed, spent } = report;
  const [first] = failed;
  const code = codeIn(report);
  return {
    key,
    state,
    outcome,
    ...(reason ? { reason: reason.slice(0, LONGEST_MESSAGE) } : {}),
    ...(manifest ? { version: manifest.version } : {}),
    files: rendered.length,
    kept,
    removed,
    ...(report.deferred ? { deferred: report.deferred } : {}),
    failures: failed.length,
    ...(code ? { code } : {}),
    ...(first ? { message: first.message.slice(0, LONGEST_MESSAGE) } : {}),
    spent,
    ...(report.readyMs === undefined ? {} : { readyMs: report.readyMs }),
  };
}

/** What is told of a failure; other facts stay with the Failure. */
export function factsOf({ code, kind, message, facts }: Failure) {
  const { status, ossCode, ossRequestId, apiCode } = facts;
  return {
    code,
    kind,
    message: message.slice(0, LONGEST_MESSAGE),
    ...(typeof status === 'number' ? { status } : {}),
    ...textOf({ ossCode, ossRequestId, apiCode }),
  };
}

function textOf<K extends string>(facts: Record<K, unknown>): { [key in K]?: string } {
  const told = Object.entries(facts).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(told) as { [key in K]?: string };
}
