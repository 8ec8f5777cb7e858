import { Failure, failureOf } from '../../shared/core/failure.ts';
import type { Focus } from '../../shared/core/picture/focus.ts';
import { ROLLOUT_KEY, RUNS, type Run, runSchema } from '../../shared/core/work/run.ts';
import { type FailedEvent, failedEvent } from '../../shared/fc/failed-event.ts';
import { replayedEvent } from '../../shared/fc/replayed-event.ts';
import { replay } from '../../shared/pipeline/bulk/replay.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import { takeDown, undoTakeDown } from '../../shared/pipeline/removal/take-down.ts';
import type { FailureEntry, RunEntry, TakenDown, Work } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { type Message, messagesIn } from '../replay/source.ts';
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

/** The rollout, runs of the last days, and what was given up. What cannot be read hides nothing else. */
export async function workOf(connection: Connection): Promise<Work> {
  const { config } = connection;
  const unread: string[] = [];
  const runAt = async (key: string) => {
    const run = await findRecord(config, key, runSchema);
    if (run !== 'unreadable') return run;
    unread.push(
      `expected what Darkroom wrote at ${key} in the config bucket, received something else`,
    );
    return undefined;
  };
  const rollout = await runAt(ROLLOUT_KEY);
  const runs: Run[] = [];
  for await (const one of config.list(RUNS, { delimiter: '/' })) {
    const run = 'prefix' in one ? await runAt(`${one.prefix}run.json`) : undefined;
    if (run) runs.push(run);
  }
  runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const messages = await messagesOf(connection);
  return {
    ...(rollout ? { rollout: entryOfRun(rollout) } : {}),
    runs: runs.slice(0, MOST_SHOWN).map(entryOfRun),
    failures: messages.events.map(failureEntry).reverse().slice(0, MOST_SHOWN),
    unread: [...unread, ...messages.unread],
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

interface GivenUp {
  message: Message;
  event: FailedEvent;
}

/** Of a local platform, whose queues are folders. The oldest first. */
async function messagesOf({
  destinations,
}: Connection): Promise<{ events: GivenUp[]; unread: string[] }> {
  const events: GivenUp[] = [];
  const unread: string[] = [];
  if (!destinations) return { events, unread };
  for await (const message of messagesIn(destinations)) {
    try {
      events.push({ message, event: failedEvent(message.text) });
    } catch (thrown) {
      const { code, message: why } = failureOf(thrown);
      if (code !== 'EVENT_UNREADABLE') throw thrown;
      unread.push(`${message.where}: ${why}`);
    }
  }
  return { events, unread };
}

function failureEntry({ message, event }: GivenUp): FailureEntry {
  const { requestId, functionName, at, condition, error } = event;
  return {
    ...{ where: message.where, requestId, functionName, condition, at: at.toISOString() },
    ...(error ? { error } : {}),
  };
}

/** All that was given up and can be read, once more; one that is not taken holds up no other. Answers how many. */
export async function replayAll(connection: Connection): Promise<number> {
  const { config, tasks } = connection;
  const { events } = await messagesOf(connection);
  let refused: Failure | undefined;
  for (const { message, event } of events) {
    const payload = replayedEvent(event.payload, new Date());
    const queue = tasks(event.functionName);
    try {
      await replay({ ...event, payload }, { queue, config, now: () => new Date() });
      await message.done();
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.code !== 'QUEUE_DENIED') throw failure;
      refused ??= failure;
    }
  }
  if (refused) throw refused;
  return events.length;
}
