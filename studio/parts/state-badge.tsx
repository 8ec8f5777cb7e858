import { useWords } from '../shared.ts';
import type { State } from '../wire.ts';

export function StateBadge({ state }: { state: State }) {
  const { states } = useWords();
  return <span class={`badge ${state}`}>{states[state]}</span>;
}
