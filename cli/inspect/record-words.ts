import type { InForce, Pending, Rejected } from '../../shared/core/work/in-force.ts';
import type { Run } from '../../shared/core/work/run.ts';
import type { Sweep } from '../../shared/core/work/sweep.ts';
import { grouped } from '../terminal/figures.ts';
import { outcomesInWords, progressInWords } from '../terminal/run-words.ts';

/** What the config bucket says of lists and of work under way, as `status` tells it. */
export interface Records {
  inForce: InForce | undefined;
  /** An edit that is written, and that nobody has read yet. */
  isEditUnread: boolean;
  pending: Pending | undefined;
  rejected: Rejected | undefined;
  rollout: Run | undefined;
  runs: Run[];
  sweep: Sweep | undefined;
  /** That wait for the CDN, by class. */
  purges: Record<string, number>;
  /** Keys of records in the config bucket. */
  unreadable: string[];
}

export function recordLines(records: Records): string[] {
  const { inForce, pending, rejected, rollout, runs, sweep, unreadable } = records;
  return [
    inForce
      ? `List in force: ${inForce.fingerprint}, since ${inForce.promotedAt}`
      : 'No list is in force.',
    ...unreadable.map(key => `Unreadable: ${key} in the config bucket, see docs/runbook.md`),
    ...(records.isEditUnread ? ['An edit is written, and about to be read.'] : []),
    ...(rejected ? [`Refused at ${rejected.rejectedAt}:`, ...rejected.problems.map(indented)] : []),
    ...(pending ? [pendingInWords(pending)] : []),
    ...[...(rollout ? [rollout] : []), ...runs].map(runInWords),
    ...(sweep ? [sweepInWords(sweep)] : []),
    ...purgesInWords(records),
  ];
}

const indented = (line: string) => `  ${line}`;

function purgesInWords({ purges }: Records): string[] {
  const waiting = Object.entries(purges).filter(([, count]) => count > 0);
  const counts = waiting.map(([name, count]) => `${grouped(count)} ${name}`).join(', ');
  return waiting.length > 0 ? [`Purges that wait for the CDN: ${counts}`] : [];
}

function sweepInWords(sweep: Sweep): string {
  const { phase, startedAt, walked, orphans, handedOver, unfinished, neglected, reason } = sweep;
  const lost = Object.entries({ ...neglected, unfinished: unfinished.handedOver })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `, ${grouped(count)} ${name} handed over`);
  const found = `${grouped(walked.originals)} originals and ${grouped(walked.sets)} sets walked${lost.join('')}, ${grouped(orphans.sets)} without an original`;
  const done = phase === 'done' ? `, ${grouped(handedOver.originals)} of them handed over` : '';
  return `sweep of ${startedAt}: ${phase}, ${found}${done}${reason ? ` (${reason})` : ''}`;
}

function pendingInWords({ phase, fingerprint, reason, counted }: Pending): string {
  const counts = `${grouped(counted.originals)} originals and ${grouped(counted.files)} files counted`;
  if (phase === 'counting') return `Edit ${fingerprint} is being counted: ${counts} so far`;
  return `Edit ${fingerprint} waits, since ${reason}: ${counts}. See npx darkroom presets plan, then apply.`;
}

function runInWords(run: Run): string {
  const reason = run.reason ? ` (${run.reason})` : '';
  const retires = run.retireAt ? `; what was replaced goes after ${run.retireAt}` : '';
  const mode = run.kind === 'backfill' ? ` ${run.selection.mode} ${run.selection.prefix}` : '';
  return `${run.kind}${mode} ${run.id}: ${run.phase}${reason}, ${progressInWords(run)}: ${outcomesInWords(run)}${retires}`;
}
