import type { FailedEvent } from '../../shared/fc/failed-event.ts';
import { grouped, inColumns } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { statusLine } from '../terminal/status-line.ts';

/** `before`: by an earlier run. `older`: than --since. */
type Outcome = 'replayed' | 'before' | 'older';

export interface ReplayTeller {
  tell(event: FailedEvent, outcome: Outcome): void;
  /** This message alone: it stays where it is. */
  failed(where: string, message: string): void;
  end(how: { isInterrupted: boolean }): void;
}

interface Told {
  json?: true;
  dryRun?: true;
}

/** A line of state where a person watches, then what was replayed and why it had failed; or lines of JSON. */
export function replayTeller({ json, dryRun }: Told): ReplayTeller {
  const counts = { replayed: 0, before: 0, older: 0, failed: 0 };
  const reasons = new Map<string, number>();
  const status = statusLine();
  const sum = () => ({ ...counts, ...(dryRun ? { dryRun } : {}) });
  return {
    tell(event, outcome) {
      counts[outcome] += 1;
      if (outcome === 'replayed') count(reasons, `${event.functionName}\t${reasonOf(event)}`);
      if (json) say(JSON.stringify(lineOf(event, outcome)));
      else status.tell(`${grouped(counts.replayed)} replayed`);
    },
    failed(where, message) {
      counts.failed += 1;
      status.clear();
      say(json ? JSON.stringify({ where, outcome: 'failed', message }) : `✗ ${where}: ${message}`);
    },
    end({ isInterrupted }) {
      status.clear();
      if (json) say(JSON.stringify(isInterrupted ? { ...sum(), isInterrupted } : sum()));
      else say(inWords(sum(), reasons, isInterrupted));
    },
  };
}

function lineOf({ requestId, functionName, at, condition, error }: FailedEvent, outcome: Outcome) {
  return { requestId, function: functionName, at: at.toISOString(), condition, error, outcome };
}

/** Without the hashes in it: a store that refuses says so of each photo's record, and that is one reason. */
function reasonOf({ error, condition }: FailedEvent): string {
  const reason = (error ?? condition).replaceAll(/[0-9a-f]{16,}/gi, '*');
  return reason.length > 100 ? `${reason.slice(0, 99)}…` : reason;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

interface Sum {
  replayed: number;
  before: number;
  older: number;
  failed: number;
  dryRun?: true;
}

function inWords(sum: Sum, reasons: Map<string, number>, isInterrupted: boolean): string {
  const rows = [...reasons]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => [`  ${grouped(times)}`, ...what.split('\t')]);
  const others = [
    sum.before > 0 ? `${grouped(sum.before)} had been before` : '',
    sum.older > 0 ? `${grouped(sum.older)} are older than --since` : '',
    sum.failed > 0 ? `${grouped(sum.failed)} could not be replayed` : '',
  ].filter(Boolean);
  const verb = sum.dryRun ? 'would be replayed' : 'replayed';
  const all = [`${grouped(sum.replayed)} ${verb}`, ...others].join(', ');
  const table = rows.length > 0 ? [inColumns(rows, [0])] : [];
  const end = isInterrupted ? ['Interrupted. The same command goes on.'] : [];
  return [`${all}.`, ...table, ...end].join('\n');
}
