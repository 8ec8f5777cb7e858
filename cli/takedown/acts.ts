import { failureOf } from '../../shared/core/failure.ts';
import { handOverLifted } from '../../shared/pipeline/bulk/hand-over.ts';
import { drainPurges } from '../../shared/pipeline/removal/purges.ts';
import type { TakeDownStores } from '../../shared/pipeline/removal/take-down.ts';
import type { Connection } from '../cloud/connection.ts';
import type { Asked } from './words.ts';

/** What goes with a take-down and with its undo, whoever orders it. */

export function removalStores(connection: Connection): Connection & TakeDownStores {
  const startedAt = new Date().toISOString();
  const developAnew = (key: string) =>
    handOverLifted(
      connection.tasks(connection.backfillFunction),
      { bucket: connection.names.originals, keys: [key], mode: 'force' },
      startedAt,
    );
  const isBehindCdn = connection.cdn !== undefined;
  return { ...connection, isBehindCdn, now: () => new Date(), developAnew };
}

/**
 * Undefined where there is no CDN. What that does not take now waits, and the sweep asks again: the files are gone from the
 * bucket all the same.
 */
export async function purgedOf(
  purges: Set<string>,
  { config, cdn }: Connection,
): Promise<Asked | undefined> {
  if (!cdn) return undefined;
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  try {
    const now = () => new Date();
    const stores = { config, cdn: cdn.purges, domain: cdn.domain, log, now };
    const { done, tasks } = await drainPurges(stores, purges);
    return { done, tasks, waiting: purges.size - done };
  } catch (thrown) {
    return { waiting: purges.size, failure: failureOf(thrown).message };
  }
}

export async function handOverUndone(
  keys: string[],
  connection: Connection,
  at: Date,
): Promise<void> {
  const about = { bucket: connection.names.originals, keys, mode: 'settle' as const };
  await handOverLifted(connection.tasks(connection.backfillFunction), about, at.toISOString());
}
