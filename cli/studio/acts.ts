import { Failure } from '../../shared/core/failure.ts';
import type { Focus } from '../../shared/core/picture/focus.ts';
import { ROLLOUT_KEY, RUNS, type Run, runSchema } from '../../shared/core/work/run.ts';
import { failedEvent } from '../../shared/fc/failed-event.ts';
import { replayedEvent } from '../../shared/fc/replayed-event.ts';
import { replay } from '../../shared/pipeline/bulk/replay.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import { takeDown, undoTakeDown } from '../../shared/pipeline/removal/take-down.ts';
import type { FailureEntry, RunEntry, TakenDown, Work } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { messagesIn } from '../replay/source.ts';
import { handOverUndone, purgedOf, removalStores } from '../takedown/acts.ts';
import { nameOfUser } from '../terminal/user.ts';

/** What people do in the page to what is there, as the commands of the same names do it. */

export async function takeKeyDown(
  { key, reason }: { key: string; reason: string | undefined },
  connection: Connection,
): Promise<TakenDown> {
  const stores = removalStores(connection);
  const done = await takeDown(key, { by: nameOfUser('a user'), reason }, stores);
  const asked =
    done.purge === undefined ? undefined : await purgedOf(new Set([done.purge]), stores);
  const isPurged = asked === undefined || asked.waiting === 0;
  return { removed: done.removed, wasDown: done.wasDown, isPurged };
}

export async function undoKey(key: string, connection: Connection): Promise<{ lifted: boolean }> {
  const at = new Date();
  const order = { by: nameOfUser('a user'), reason: undefined };
  const lifted = await undoTakeDown(key, order, { ...connection, now: () => at });
  if (lifted) await handOverUndone([key], connection, at);
  return { lifted };
}

export async function sayFocusOf(key: string, focus: Focus, { sayFocus }: Connection) {
  if (await sayFocus(key, focus)) return;
  throw new Failure('KEY_UNUSABLE', `expected the key of an original, there is no ${key}`);
}

/** The rollout, runs of the last days, and what was given up. */
export async function workOf(connection: Connection): Promise<Work> {
  const { config } = connection;
  const rollout = await findRecord(config, ROLLOUT_KEY, runSchema);
  const runs: Run[] = [];
  for await (const one of config.list(RUNS, { delimiter: '/' })) {
    if (!('prefix' in one)) continue;
    const run = await findRecord(config, `${one.prefix}run.json`, runSchema);
    if (run && run !== 'unreadable') runs.push(run);
  }
  runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return {
    ...(rollout && rollout !== 'unreadable' ? { rollout: entryOfRun(rollout) } : {}),
    runs: runs.slice(0, MOST_SHOWN).map(entryOfRun),
    failures: await failuresOf(connection),
  };
}

const MOST_SHOWN = 50;

function entryOfRun({ id, kind, phase, reason, done, handedOver, plan, ...run }: Run): RunEntry {
  return {
    ...{ id, kind, phase, startedAt: run.startedAt, updatedAt: run.updatedAt },
    done: done.originals,
    of: Math.max(plan?.originals ?? 0, handedOver.originals),
    files: done.rendered,
    failures: done.failures,
    ...(reason ? { reason } : {}),
    ...(run.retireAt ? { retireAt: run.retireAt } : {}),
  };
}

/** Of a local platform, whose queues are folders. */
async function failuresOf({ destinations }: Connection): Promise<FailureEntry[]> {
  if (!destinations) return [];
  const found: FailureEntry[] = [];
  for await (const { text, where } of messagesIn(destinations)) {
    const { requestId, functionName, at, condition, error } = failedEvent(text);
    found.push({
      ...{ where, requestId, functionName, condition, at: at.toISOString() },
      ...(error ? { error } : {}),
    });
  }
  return found.reverse().slice(0, MOST_SHOWN);
}

/** All that was given up, once more. Answers how many. */
export async function replayAll({ destinations, config, tasks }: Connection): Promise<number> {
  if (!destinations) return 0;
  let count = 0;
  for await (const message of messagesIn(destinations)) {
    const event = failedEvent(message.text);
    const payload = replayedEvent(event.payload, new Date());
    const queue = tasks(event.functionName);
    await replay({ ...event, payload }, { queue, config, now: () => new Date() });
    await message.done();
    count += 1;
  }
  return count;
}
