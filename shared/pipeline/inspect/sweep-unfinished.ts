import { pMapIterable } from 'p-map';
import { unusableKey } from '../../core/set/keys.ts';
import { PATIENCE_MS } from '../../core/set/neglect.ts';
import type { Sweep } from '../../core/work/sweep.ts';
import {
  CRASHES,
  CRASHES_COUNT_MS,
  crashesSchema,
  UNFINISHED,
  type Unfinished,
  unfinishedSchema,
} from '../../core/work/unfinished.ts';
import type { ListedObject } from '../../ports.ts';
import { findRecord } from '../records.ts';
import { findManifest, objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';
import { removeOldOfModeration } from './sweep-moderation.ts';
import { give, isLate, PAGE, type SweepContext, save } from './sweep-state.ts';

/** What becomes of a record: `due` hands its original over, `over` has removed it. */
type Verdict = { is: 'young' | 'over' } | { is: 'due'; original: string };

/** Whether all records of work that did not end in order were looked at, in time. */
export async function lookAtUnfinished(state: Sweep, context: SweepContext): Promise<boolean> {
  const due: string[] = [];
  const handOver = () => give(due.splice(0), { mode: 'settle', isDoubted: true }, state, context);
  const flush = async (cursor: string) => {
    await handOver();
    await save(state, { cursor }, context);
  };
  const from = state.cursor ? { after: state.cursor } : {};
  const listed = objectsIn(context.config.list(UNFINISHED, from));
  const look = async (one: ListedObject) => ({ key: one.key, verdict: await lookAt(one, context) });
  const looks = pMapIterable(listed, look, { concurrency: REQUESTS_SIDE_BY_SIDE });
  for await (const { key, verdict } of looks) {
    count(verdict, state.unfinished);
    if (verdict.is === 'due') due.push(verdict.original);
    if (due.length >= PAGE) await flush(key);
    if (isLate(context)) {
      await flush(key);
      return false;
    }
  }
  await handOver();
  await removeOldCrashes(context);
  await removeOldOfModeration(context);
  return true;
}

/** They do not count any more: see crashesOf. What is missing of their originals is found by the walk. */
async function removeOldCrashes({ config, now }: SweepContext): Promise<void> {
  const old: string[] = [];
  for await (const { key } of objectsIn(config.list(CRASHES))) {
    const record = await findRecord(config, key, crashesSchema);
    const at = record === 'unreadable' ? 0 : Date.parse(record?.at ?? '');
    if (now().getTime() - at > CRASHES_COUNT_MS) old.push(key);
  }
  if (old.length > 0) await config.remove(old);
}

function count({ is }: Verdict, counted: Sweep['unfinished']): void {
  counted.looked += 1;
  if (is === 'due') counted.handedOver += 1;
  if (is === 'over') counted.removed += 1;
}

/** One that cannot be read names no original: whatever it was about is found by the walk. */
async function lookAt({ key, modifiedAt }: ListedObject, context: SweepContext): Promise<Verdict> {
  const { config } = context;
  const record = await findRecord(config, key, unfinishedSchema);
  if (!record) return { is: 'over' };
  const since = record === 'unreadable' ? modifiedAt.getTime() : Date.parse(record.at);
  if (context.now().getTime() - since <= PATIENCE_MS) return { is: 'young' };
  if (record !== 'unreadable' && !(await isPast(record, context))) {
    return { is: 'due', original: record.key };
  }
  await config.remove([key]);
  return { is: 'over' };
}

/**
 * Whether the original is gone, or taken down, which are looked after otherwise. That it was finished since says nothing:
 * the write of which nobody knows may have taken effect after that. Who comes with a doubt lists the set, and takes the
 * record back.
 */
async function isPast({ key }: Unfinished, { originals, derivatives }: SweepContext) {
  if (unusableKey(key) || !(await originals.head(key))) return true;
  const manifest = await findManifest(key, derivatives);
  return manifest !== undefined && manifest !== 'unreadable' && manifest.takenDown !== undefined;
}
