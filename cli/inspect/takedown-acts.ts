import type { Status } from '../../shared/core/set/status.ts';
import type { Proof } from '../../shared/pipeline/removal/take-down-records.ts';

/** Lines of `explain`: who took a key down or undid that, and what the CDN was asked. */
export function takedownTexts(
  { takenDown }: Status,
  proof: Proof | 'unreadable' | undefined,
): string[] {
  if (proof === 'unreadable') {
    return [
      '  TAKEN DOWN or not: its record cannot be read, say again what holds (takedown, --undo)',
    ];
  }
  if (!proof) return takenDown ? [`  TAKEN DOWN ${takenDown.at}; its record is lost`] : [];
  return proof.acts.map(({ act, at, by, reason, purge }) => {
    const cdn = purge ? `; CDN: ${purgedText(purge, proof)}` : '';
    const name = act === 'undo' ? 'undone    ' : 'TAKEN DOWN';
    return `  ${name} ${at} by ${by}${reason ? `: ${reason}` : ''}${cdn}`;
  });
}

function purgedText(purge: string, { purges, unreadable }: Proof): string {
  if (unreadable.includes(purge)) return 'the proof of its purge cannot be read';
  const asked = purges.find(({ id }) => id === purge)?.tasks ?? [];
  const tasks = asked.map(({ of, id }) => `${of} by task ${id}`).join(', ');
  return tasks === '' ? 'the purge waits' : tasks;
}
