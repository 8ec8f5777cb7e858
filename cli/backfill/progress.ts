import { pricesSchema } from '../../shared/core/work/cost.ts';
import { isFlawed, type Mode, type Run } from '../../shared/core/work/run.ts';
import { say, sayText } from '../terminal/printer.ts';
import { outcomesInWords, progressInWords, runLine, type Since } from '../terminal/run-words.ts';
import { statusLine } from '../terminal/status-line.ts';

/** What a backfill says: a line of progress where a person watches, a line of JSON a second for machines. */
export interface RunTeller {
  begin(run: Run, where: string): void;
  progress(run: Run): void;
  note(text: string): void;
  end(run: Run): void;
  rehearsed(counted: Rehearsed, mode: Mode): void;
}

export interface Rehearsed {
  seen: number;
  originals: number;
  files: number;
  archived: NonNullable<Run['archived']>;
}

export function runTeller({ json }: { json?: true }): RunTeller {
  return json ? jsonTeller() : personTeller();
}

function jsonTeller(): RunTeller {
  const line = ({ id, phase, reason, cursor, seen, handedOver, archived, done }: Run) =>
    say(JSON.stringify({ id, phase, reason, cursor, seen, handedOver, archived, done }));
  return {
    begin: line,
    progress: line,
    note: text => say(JSON.stringify({ note: text })),
    end: line,
    rehearsed: (counted, mode) =>
      say(JSON.stringify(mode === 'moderate' ? { ...counted, usd: usdOf(counted) } : counted)),
  };
}

function personTeller(): RunTeller {
  const status = statusLine();
  let since: Since = { at: Date.now(), done: 0 };
  return {
    begin: (run, where) => {
      const isNew = run.seen === 0;
      sayText(
        `${isNew ? 'Run' : 'Resuming run'} ${run.id} on ${where}${isNew ? '' : `, after ${run.cursor ?? 'the start'}`}`,
      );
      since = { at: Date.now(), done: run.done.originals };
    },
    progress: run => status.parts(runLine(run, since, Date.now())),
    note: text => {
      status.clear();
      say(text);
    },
    end: run => {
      status.clear();
      sayText(`${progressInWords(run)}: ${outcomesInWords(run)}`);
      if (run.archived) sayText(archivedInWords(run.archived));
      sayText(endInWords(run));
    },
    rehearsed: (counted, mode) => {
      sayText(rehearsedInWords(counted, mode));
      if (counted.archived.originals > 0) sayText(archivedInWords(counted.archived));
    },
  };
}

export function rehearsedInWords(counted: Rehearsed, mode: Mode): string {
  const { seen, originals, files } = counted;
  const what =
    mode === 'moderate'
      ? `to be judged for up to ${usdOf(counted).toFixed(2)} USD; what has a verdict costs nothing`
      : `for up to ${files.toLocaleString('en')} files`;
  const of = `${originals.toLocaleString('en')} of ${seen.toLocaleString('en')} originals`;
  return `${of} would be handed over, ${what}`;
}

/** At list prices, if none of them was judged before. */
function usdOf({ originals }: Rehearsed): number {
  return (originals / 1000) * pricesSchema.parse({}).judgedPer1000;
}

function endInWords(run: Run): string {
  const { phase, reason, cursor } = run;
  if (phase === 'done') return isFlawed(run) ? flawInWords(run) : 'Done.';
  if (phase === 'stopped')
    return `Stopped: ${reason}. The same command goes on, and agrees to that.`;
  if (phase === 'finishing')
    return 'All is handed over; npx darkroom status shows what becomes of it.';
  return `Interrupted${cursor === undefined ? '' : ` after ${cursor}`}. The same command resumes.`;
}

function flawInWords({ reason, done }: Run): string {
  const thrown = done.outcomes.thrown ?? 0;
  const flaws = [
    ...(thrown > 0 ? [`${thrown.toLocaleString('en')} originals could not be dealt with`] : []),
    ...(reason ? [reason] : []),
  ];
  return `Not all is done: ${flaws.join('; ')}. After the repair, npx darkroom replay or the same command goes on.`;
}

function archivedInWords({ originals, first }: NonNullable<Run['archived']>): string {
  const others = originals > first.length ? ', …' : '';
  return `${originals.toLocaleString('en')} originals are archived and were not handed over (ORIGINAL_ARCHIVED): ${first.join(', ')}${others}. Restore them, then run this again, and --retry-failed for those that were tried.`;
}
