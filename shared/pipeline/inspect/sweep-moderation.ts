import { pMapIterable } from 'p-map';
import { SHARES } from '../../core/moderation/budget.ts';
import { HELD, heldIn, JUDGED, verdictKey, verdictSchema } from '../../core/moderation/verdict.ts';
import type { ListedObject } from '../../ports.ts';
import { idOf } from '../bytes-id.ts';
import { findRecord } from '../records.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';
import { isLate, PAGE, type SweepContext } from './sweep-state.ts';

/** A day of UTC, by whoever's clock. */
const OLD_MS = 25 * 3_600_000;

/**
 * What runs that died left of what was shown to the service, what was taken of the budget of days that are over, and what
 * people were to look at of originals that are gone. Where time is over, the next sweep comes to the rest.
 */
export async function removeOldOfModeration(context: SweepContext): Promise<void> {
  for (const prefix of [JUDGED, SHARES]) await removeEach(oldIn(prefix, context), context);
  await removeEach(heldInVain(context), context);
}

async function* oldIn(
  prefix: string,
  { config, now }: SweepContext,
): AsyncGenerator<Pick<ListedObject, 'key'>> {
  for await (const object of objectsIn(config.list(prefix))) {
    if (now().getTime() - object.modifiedAt.getTime() > OLD_MS) yield object;
  }
}

/** Three requests for each that waits, a fourth for one that was copied. */
async function* heldInVain(context: SweepContext): AsyncGenerator<Pick<ListedObject, 'key'>> {
  const look = async ({ key }: Pick<ListedObject, 'key'>) => ({
    key,
    isWaiting: await isWaiting(key, context),
  });
  const concurrency = REQUESTS_SIDE_BY_SIDE;
  for await (const { key, isWaiting } of pMapIterable(oldIn(HELD, context), look, {
    concurrency,
  })) {
    if (isLate(context)) return;
    if (!isWaiting) yield { key };
  }
}

/** Whether its original is still there with these bytes; of one without a verdict nobody knows. */
async function isWaiting(key: string, { originals, config }: SweepContext): Promise<boolean> {
  const id = heldIn(key);
  const verdict = await findRecord(config, verdictKey(id), verdictSchema);
  if (verdict === 'unreadable') return true;
  const original = verdict && (await originals.head(verdict.key));
  return original !== undefined && (await idOf(original, config)) === id;
}

async function removeEach(
  objects: AsyncIterable<Pick<ListedObject, 'key'>>,
  { config }: SweepContext,
): Promise<void> {
  const going: string[] = [];
  for await (const { key } of objects) {
    going.push(key);
    if (going.length >= PAGE) await config.remove(going.splice(0));
  }
  if (going.length > 0) await config.remove(going);
}
