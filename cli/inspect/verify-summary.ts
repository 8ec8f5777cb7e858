import type { Verdict } from '../../shared/pipeline/inspect/verify.ts';
import { danglingTexts } from './dangling.ts';

/** What was done about the findings, in the numbers that the summary tells. */
export interface Outcome {
  verdict: Verdict;
  removed: number;
  /** Why nothing was removed. */
  refusal: string | undefined;
}

interface Asked {
  where: string;
  fix?: true;
  deleteOrphans?: true;
  yes?: true;
  dryRun?: true;
}

/** What was looked at, what is not right, what was done about it and what is left to do. */
export function summaryOf(outcome: Outcome, asked: Asked): string {
  return [
    foundIn(outcome, asked),
    ...answers(outcome),
    ...mending(outcome, asked),
    ...clearing(outcome, asked),
  ].join('\n');
}

const WORDS = {
  missing: 'missing',
  stale: 'stale',
  corrupt: 'corrupt',
  orphan: 'orphaned',
  remains: 'taken down or judged, and still there',
} as const satisfies Record<keyof Outcome['verdict']['problems'], string>;

function foundIn({ verdict }: Outcome, { where }: Asked): string {
  const { originals, listed, files, problems } = verdict;
  const of = listed > originals ? ` of ${listed}` : '';
  const looked = `${originals}${of} originals and the ${files} objects of their sets, ${where}`;
  const found = Object.entries(problems).filter(([, count]) => count > 0);
  if (found.length === 0) return `${looked}: all is as the preset list wants it`;
  return `${looked}: ${found.map(([name, count]) => `${count} ${WORDS[name as keyof typeof WORDS]}`).join(', ')}`;
}

/** What is not as it could be, and is no problem. */
function answers({ verdict: { failures, pending, dangling } }: Outcome): string[] {
  const codes = Object.entries(failures).map(([code, count]) => `${code} ${count}`);
  return [
    ...(codes.length > 0
      ? [`cannot be made, as is recorded (npx darkroom explain KEY): ${codes.join(', ')}`]
      : []),
    ...danglingTexts(dangling),
    ...(pending > 0 ? [`uploaded lately and not developed yet (--grace): ${pending}`] : []),
  ];
}

function mending({ verdict }: Outcome, { fix, dryRun }: Asked): string[] {
  const { mendable, handedOver } = verdict;
  if (mendable === 0) return [];
  if (!fix) return [`add --fix to have ${mendable} originals made right`];
  if (dryRun) return [`${mendable} originals would be handed over to be made right`];
  return [`${handedOver} originals were handed over: verify again when they are done`];
}

function clearing({ verdict, removed, refusal }: Outcome, asked: Asked): string[] {
  const { orphan } = verdict.problems;
  if (orphan === 0) return [];
  if (!asked.deleteOrphans) return ['add --delete-orphans to see whether they could be removed'];
  if (refusal) return [refusal];
  if (asked.dryRun || !asked.yes) {
    return [`${orphan} orphaned objects would be removed: add --yes to do it`];
  }
  const left = orphan - removed;
  return [
    `${removed} orphaned objects were removed${left > 0 ? `, ${left} are left: run it again` : ''}`,
  ];
}
