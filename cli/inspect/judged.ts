import type { Label } from '../../shared/core/moderation/judgement.ts';
import { WITHHELD } from '../../shared/core/set/seen.ts';
import type { Status } from '../../shared/core/set/status.ts';
import type { Judged } from '../../shared/pipeline/moderation/standing.ts';

/** Lines of `explain`: what was found of the picture, and what people said. None of it is public. */
export function judgedTexts({ withheld }: Status, judged: Judged | undefined): string[] {
  const state = withheld ? [`  ${withheld.toUpperCase().padEnd(9)} ${WITHHELD[withheld]}`] : [];
  return [...state, ...verdictTexts(judged?.verdict), ...reviewTexts(judged?.review)];
}

function verdictTexts(verdict: Judged['verdict']): string[] {
  if (!verdict) return [];
  if (verdict === 'unreadable') return ['  judged    its record cannot be read: it is judged anew'];
  const { judged, alike } = verdict;
  return [
    ...(judged
      ? [`  judged    ${judged.at} by ${judged.service}: ${labelsText(judged.labels)}`]
      : []),
    ...(alike
      ? [
          `  alike     ${alike.distance} of 64 bits from what was blocked or taken down: ${alike.id}`,
        ]
      : []),
  ];
}

function labelsText(labels: Label[]): string {
  const texts = labels.map(({ label, confidence, risk }) =>
    [label, confidence ?? '', risk].filter(part => part !== '').join(' '),
  );
  return texts.join(', ') || 'nothing found';
}

function reviewTexts(review: Judged['review']): string[] {
  if (!review) return [];
  if (review === 'unreadable') {
    return [
      '  reviewed  or not: its record cannot be read, say again what holds (npx darkroom review)',
    ];
  }
  return review.acts.map(({ act, at, by, reason }) => {
    const verb = act === 'pass' ? 'passed' : 'blocked';
    return `  reviewed  ${verb} ${at} by ${by}${reason ? `: ${reason}` : ''}`;
  });
}
