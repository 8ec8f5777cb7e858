import { Failure, failureOf } from '../../shared/core/failure.ts';
import type { Focus } from '../../shared/core/picture/focus.ts';
import type { Run } from '../../shared/core/work/run.ts';
import { type FailedEvent, failedEvent } from '../../shared/fc/failed-event.ts';
import { notOurs } from '../../shared/pipeline/records.ts';
import { takeDown, undoTakeDown } from '../../shared/pipeline/removal/take-down.ts';
import type { FailureEntry, RunEntry, TakenDown, Work } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { readingOf, readRuns } from '../inspect/read-records.ts';
import { hand, OF_ONE_MESSAGE } from '../replay/replay.ts';
import { type Message, messagesIn } from '../replay/source.ts';
import { handOverUndone, purgedOf, removalStores } from '../takedown/acts.ts';
import { totalOf } from '../terminal/run-words.ts';
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

/**
 * The rollout, runs of the last days, and what was given up. What cannot be read hides nothing else. `over`: the runs that
 * are done, by their ids, so that who looks again reads only those that may have moved.
 */
export async function workOf(connection: Connection, over: Map<string, Run>): Promise<Work> {
  const { config } = connection;
  const { read, unreadable } = readingOf(config);
  const { rollout, runs } = await readRuns(config, read, () => true, over);
  runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const messages = await messagesOf(connection);
  return {
    ...(rollout ? { rollout: entryOfRun(rollout) } : {}),
    runs: runs.slice(0, MOST_SHOWN).map(entryOfRun),
    failures: messages.events.map(failureEntry).reverse().slice(0, MOST_SHOWN),
    unread: [...unreadable.map(notOurs), ...messages.unread],
  };
}

const MOST_SHOWN = 50;

function entryOfRun(run: Run): RunEntry {
  const { id, kind, phase, reason, done, handedOver } = run;
  return {
    ...{ id, kind, phase, startedAt: run.startedAt, updatedAt: run.updatedAt },
    done: done.originals,
    of: totalOf(run) ?? handedOver.originals,
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
  const { events } = await messagesOf(connection);
  let refused: Failure | undefined;
  for (const { message, event } of events) {
    try {
      await hand(event, message, connection);
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (!OF_ONE_MESSAGE.includes(failure.code)) throw failure;
      refused ??= failure;
    }
  }
  if (refused) throw refused;
  return events.length;
}
