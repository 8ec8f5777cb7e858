import type { Sweep } from '../../core/work/sweep.ts';
import { brokenTakeDowns } from './broken-take-downs.ts';
import { give, isLate, PAGE, type SweepContext, save } from './sweep-state.ts';

/** A take-down of the last minutes may be under way. */
const SETTLED_MS = 30 * 60_000;

/** Whether all take-downs were looked at, in time. */
export async function lookAtTakedowns(state: Sweep, context: SweepContext): Promise<boolean> {
  const settledBefore = new Date(context.now().getTime() - SETTLED_MS);
  const broken: Record<'takedown' | 'settle', string[]> = { takedown: [], settle: [] };
  const handOver = async () => {
    for (const mode of ['takedown', 'settle'] as const) {
      await give(broken[mode].splice(0), { mode }, state, context);
    }
  };
  const flush = async (cursor: string) => {
    await handOver();
    await save(state, { cursor }, context);
  };
  const tellUnreadable = (key: string) => context.log.error('record-unreadable', { key });
  const found = brokenTakeDowns(
    { after: state.cursor },
    { ...context, settledBefore, tellUnreadable },
  );
  for await (const { cursor, findings } of found) {
    state.takedowns.looked += 1;
    const [first] = findings;
    if (first) {
      state.takedowns.broken += 1;
      context.log.warn('takedown-broken', { key: first.original, why: first.why });
      broken[first.mend === 'settle' ? 'settle' : 'takedown'].push(first.original);
    }
    const isFull = broken.takedown.length + broken.settle.length >= PAGE;
    if (isFull) await flush(cursor);
    if (isLate(context)) {
      await flush(cursor);
      return false;
    }
  }
  await handOver();
  return true;
}
